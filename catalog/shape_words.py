"""What pydantic finds wrong with the shape of a part, said to its author in words of ours."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from catalog.remark import Remark

_SAID: Final[Mapping[str, Remark]] = {
    "missing": Remark("this is needed"),
    "extra_forbidden": Remark("there is no such key here"),
    "string_type": Remark("this must be a text"),
    "string_pattern_mismatch": Remark("this is not written as it must be"),
    "bool_type": Remark("this must be true or false"),
    "bool_parsing": Remark("this must be true or false"),
    "int_type": Remark("this must be a whole number"),
    "int_parsing": Remark("this must be a whole number"),
    "int_from_float": Remark("this must be a whole number"),
    "float_type": Remark("this must be a number"),
    "float_parsing": Remark("this must be a number"),
    "finite_number": Remark("this must be a number"),
    "tuple_type": Remark("this must be a list"),
    "list_type": Remark("this must be a list"),
    "dict_type": Remark("this must be a map of keys and values"),
    "mapping_type": Remark("this must be a map of keys and values"),
    "model_type": Remark("this must be a map of keys and values"),
    "dataclass_type": Remark("this must be a map of keys and values"),
    "is_instance_of": Remark("this must be a text"),
}
_OTHERWISE: Final = Remark("this cannot be used here")


def reason_of(error: ErrorDetails) -> str:
    """The remark of the check of ours that refused the value; else one for the kind of fault that pydantic found."""
    given = error.get("ctx", {})
    refused = given.get("error")
    if isinstance(refused, ValueError):
        said: str = refused.args[0]
        return said
    return _with_limits(error["type"], given) or _SAID.get(error["type"], _OTHERWISE)


def _with_limits(kind: str, given: Mapping[str, Any]) -> Remark | None:
    match kind:
        case "enum" | "literal_error":  # pydantic joins them by an English "or"
            return Remark("this must be one of %(names)s", names=given["expected"].replace(" or ", ", "))
        case "string_too_short" | "too_short":
            return Remark("this must not be shorter than %(least)s", least=given["min_length"])
        case "string_too_long" | "too_long":
            return Remark("this must not be longer than %(most)s", most=given["max_length"])
        case "greater_than_equal":
            return Remark("this must be at least %(least)s", least=given["ge"])
        case "less_than_equal":
            return Remark("this must be at most %(most)s", most=given["le"])
    return None
