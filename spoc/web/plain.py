"""What pydantic finds wrong, said to people: no names of ours, no advice for programmers."""

from collections.abc import Mapping
from typing import Any, Final

from routing.phrase import Phrase, counted, marked

SAID: Final[Mapping[str, str]] = {
    "missing": marked("This is needed."),
    "extra_forbidden": marked("This is not asked for: leave it out."),
    "string_type": marked("This must be text."),
    "string_pattern_mismatch": marked("This is not of the form that is asked for."),
    "literal_error": marked("This must be one of %(expected)s."),
    "enum": marked("This must be one of %(expected)s."),
    "bool_type": marked("This must be true or false."),
    "bool_parsing": marked("This must be true or false."),
    "int_parsing": marked("This must be a whole number."),
    "int_type": marked("This must be a whole number."),
    "int_parsing_size": marked("This number is too large."),
    "float_parsing": marked("This must be a number."),
    "float_type": marked("This must be a number."),
    "finite_number": marked("This must be a number."),
    "greater_than_equal": marked("This must be at least %(ge)s."),
    "less_than_equal": marked("This must be at most %(le)s."),
    "dict_type": marked("This must be a JSON object."),
    "model_type": marked("This must be a JSON object."),
    "model_attributes_type": marked("This must be a JSON object."),
    "list_type": marked("This must be a list."),
    "json_invalid": marked("This is not JSON."),
    "date_from_datetime_parsing": marked("This must be a date such as 2026-09-01."),
    "date_parsing": marked("This must be a date such as 2026-09-01."),
    "date_type": marked("This must be a date such as 2026-09-01."),
    "datetime_from_date_parsing": marked("This must be a date and time such as 2026-09-01T09:00Z."),
    "datetime_parsing": marked("This must be a date and time such as 2026-09-01T09:00Z."),
    "timezone_aware": marked("This needs its time zone, such as 2026-09-01T09:00Z."),
    "uuid_parsing": marked("This is no id."),
}
OTHERWISE: Final = marked("This cannot be read.")


def sentence(kind: str, given: Mapping[str, Any]) -> Phrase:
    """The sentence for one kind of fault; `given` are pydantic's facts about it, such as `max_length`."""
    try:
        found = _sentence(kind, given)
        str(found)
    except KeyError:
        return Phrase(OTHERWISE)
    return found


def _sentence(kind: str, given: Mapping[str, Any]) -> Phrase:
    match kind:
        case "string_too_short":
            return counted(
                "This must have at least %(number)s character.",
                "This must have at least %(number)s characters.",
                given["min_length"],
            )
        case "string_too_long":
            return counted(
                "This must have at most %(number)s character.",
                "This must have at most %(number)s characters.",
                given["max_length"],
            )
        case "literal_error" | "enum":  # pydantic joins them by an English "or"
            expected = given["expected"].replace(" or ", ", ")
            return Phrase(SAID[kind], {"expected": expected})
        case _:
            return Phrase(SAID.get(kind, OTHERWISE), given)
