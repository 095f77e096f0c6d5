"""What pydantic finds wrong, said to people: no names of ours, no advice for programmers."""

from collections.abc import Mapping
from typing import Any, Final

from spoc.web.words import gettext, marked

SAID: Final[Mapping[str, str]] = {
    "missing": marked("This is needed."),
    "extra_forbidden": marked("This is not asked for: leave it out."),
    "string_type": marked("This must be text."),
    "string_too_short": marked("This must have at least %(min_length)s characters."),
    "string_too_long": marked("This must have at most %(max_length)s characters."),
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


def said(kind: str, given: Mapping[str, Any]) -> str:
    """The sentence for one kind of fault; `given` are pydantic's facts about it, such as `max_length`."""
    try:
        return gettext(SAID.get(kind, OTHERWISE)) % given
    except KeyError:
        return gettext(OTHERWISE)
