"""What every part of a catalogue is made of: values that cannot change, keys, texts and date rules."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from catalog.dates import GRAMMAR, DateRule
from catalog.remark import Remark
from catalog.stored import is_stored

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
AnswerName = Annotated[str, StringConstraints(pattern=r"^(?:row\.)?[a-z][a-z0-9_]{0,59}$")]
AnswerPlace = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}(?:\[\d{1,3}\](?:\.[a-z][a-z0-9_]{0,59})?)?$")
]


def _one_line(value: object) -> object:
    """Such texts become titles and mail subjects; a line break of any alphabet is a space."""
    return " ".join(line.strip() for line in value.splitlines()) if isinstance(value, str) else value


def _visible(text: str, info: ValidationInfo) -> str:
    if not is_stored(info) and not any(sign.isprintable() and not sign.isspace() for sign in text):
        raise ValueError(Remark("nothing can be seen of it"))
    return text


OneLine = BeforeValidator(_one_line)
Line = Annotated[
    str,
    OneLine,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_visible),
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Condition = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def written(value: object, kind: type, how: Remark) -> object:
    """The value itself, which is one of `kind`: only what is written as a text is read into one.

    Pydantic would also read a map of its parts, with amounts that no text may have and that could not be read again.

    Raises:
        ValueError: it is something else; `how` to write it.
    """
    if not isinstance(value, kind):
        raise ValueError(how)  # noqa: TRY004 - pydantic makes faults of these alone
    return value


def _rule(value: object) -> object:
    return DateRule.parse(value) if isinstance(value, str) else written(value, DateRule, GRAMMAR)


_SHAPE = {
    "type": "string",
    "description": 'Such as "last_day 18:00", "3 working days before start_on" or "4 working hours after submission".',
}
Rule = Annotated[DateRule, BeforeValidator(_rule), PlainSerializer(str), WithJsonSchema(_SHAPE)]


class Part(BaseModel):
    """What every part of a catalogue shares: it cannot change, and it has no room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    def values(self) -> Iterator[tuple[str, object]]:
        """What the document can set, by name; unlike iteration, without what was worked out and kept."""
        return ((name, getattr(self, name)) for name in type(self).model_fields)
