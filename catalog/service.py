"""The catalogue as a value: queues, needs, phases, and services with their forms and steps."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from annotated_types import Ge, Le
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from catalog.dates import DateRule
from catalog.errors import UnknownService

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
FieldKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
Condition = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _rule(value: object) -> object:
    return DateRule.parse(value) if isinstance(value, str) else value


Rule = Annotated[DateRule, BeforeValidator(_rule), PlainSerializer(str), WithJsonSchema({"type": "string"})]


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    LOCATION = "location"
    YES_NO = "yes_no"


class FirstContact(StrEnum):
    """Whether the desk can resolve such an ask while it is being made; only those count for net FCR."""

    POSSIBLE = "possible"
    NOT_POSSIBLE = "not_possible"


class PersonExpression(StrEnum):
    REQUESTER = "requester"
    SUBJECT = "subject"
    REQUESTER_MANAGER = "requester.manager"
    SUBJECT_MANAGER = "subject.manager"


class Part(BaseModel):
    """What every part of a catalogue shares: it cannot change, and it has no room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Queue(Part):
    key: Key
    title: Line
    department: Line
    confidential: bool = False


class Need(Part):
    """A group of services as an employee looks for them ("Start and leave"), in the order of the front page."""

    key: Key
    title: Line
    summary: Prose = ""
    icon: Key = "help"


class Phase(Part):
    key: Key
    title: Line


class Option(Part):
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    label: Line


class Field(Part):
    """One question of a form.

    `confidential_to` limits who reads the answer to these queues and its giver; `secret` hides it from the giver too.
    `visible_when` is a condition over earlier fields. `minimum` and `maximum` bound numbers, both inclusive.
    """

    key: FieldKey
    label: Line
    kind: FieldKind
    help: Prose = ""
    section: str = ""
    required: bool = False
    default: JsonValue = None
    options: tuple[Option, ...] = ()
    pattern: Annotated[str, StringConstraints(max_length=200)] | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: Annotated[int, Ge(1), Le(20_000)] | None = None
    visible_when: Condition | None = None
    example: JsonValue = None
    confidential_to: tuple[Key, ...] = ()
    secret: bool = False

    @model_validator(mode="after")
    def _options_fit_kind(self) -> Self:
        chosen = self.kind in {FieldKind.CHOICE, FieldKind.CHOICES}
        if chosen and not self.options:
            raise ValueError("a choice needs options")
        if self.options and not chosen:
            raise ValueError("only choice and choices have options")
        if len({option.value for option in self.options}) < len(self.options):
            raise ValueError("two options have the same value")
        return self

    def label_of(self, value: object) -> str:
        return next((option.label for option in self.options if option.value == value), str(value))


class Step(Part):
    """One piece of work an ask entails, for exactly one queue or one person.

    `confidential_to` limits who learns of the step; `neutral_title` is what others who work on the ticket may read.
    """

    key: Key
    title: Line
    detail: Prose = ""
    phase: str = ""
    queue: Key | None = None
    person: PersonExpression | None = None
    needs: tuple[Key, ...] = ()
    condition: Condition | None = None
    opens: Rule | None = None
    due: Rule | None = None
    confidential_to: tuple[Key, ...] = ()
    neutral_title: str = ""

    @model_validator(mode="after")
    def _one_party(self) -> Self:
        if (self.queue is None) == (self.person is None):
            raise ValueError("a step needs a queue or a person, and not both")
        return self


class Service(Part):
    """Something an employee may ask for.

    `subject` is the field naming whom it is about. `secret` hides the ask's existence from all but `confidential_to`
    and its requester. `fan_out_counts` lets a fan-out into several queues count for net FCR.
    """

    key: Key
    title: Line
    summary: Prose
    need: Key
    icon: Key = "help"
    phrases: tuple[Line, ...] = ()
    form: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()
    title_template: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    subject: FieldKey | None = None
    first_contact: FirstContact = FirstContact.NOT_POSSIBLE
    fan_out_counts: bool = False
    repeat_window_days: Annotated[int, Ge(1), Le(30)] = 7
    confidential_to: tuple[Key, ...] = ()
    secret: bool = False
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    example: Mapping[str, JsonValue] = {}

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return {field.key: field for field in self.form}


class Catalogue(Part):
    queues: tuple[Queue, ...] = ()
    needs: tuple[Need, ...] = ()
    phases: tuple[Phase, ...] = ()
    services: tuple[Service, ...] = ()

    @cached_property
    def _by_key(self) -> Mapping[str, Service]:
        return {service.key: service for service in self.services}

    def service(self, key: str) -> Service:
        """Raises:
        UnknownService: nothing in the catalogue has this key.
        """
        try:
            return self._by_key[key]
        except KeyError:
            raise UnknownService(key) from None
