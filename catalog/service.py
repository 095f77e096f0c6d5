"""The catalogue as a value: queues, needs, phases, and services with their forms and steps."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from annotated_types import Ge, Le, MaxLen
from pydantic import JsonValue, StringConstraints, field_validator, model_validator

from catalog.appointment import AppointmentPart
from catalog.approval import Approval
from catalog.call import CallPart
from catalog.errors import UnknownService
from catalog.evidence import Evidence
from catalog.expected import PackTest
from catalog.field import Field, FieldKind, Option, under_headings
from catalog.form_step import FormPart
from catalog.icons import Icon
from catalog.item import ItemKind
from catalog.kinds import BODIES, FINDS_ITS_PEOPLE, StepKind
from catalog.message import MessagePart
from catalog.part import AnswerName, Condition, FieldKey, Key, Line, OneLine, Part, Prose, Rule
from catalog.remark import Remark
from catalog.schedule import Schedule
from catalog.stored import AtMost

__all__ = [
    "Catalogue",
    "Field",
    "FieldKind",
    "FirstContact",
    "Need",
    "Option",
    "PersonExpression",
    "Phase",
    "Queue",
    "Service",
    "Step",
    "Strategy",
    "Undo",
]


class FirstContact(StrEnum):
    """Whether the desk can resolve such an ask while it is being made; only those count for net FCR."""

    POSSIBLE = "possible"
    NOT_POSSIBLE = "not_possible"


class PersonExpression(StrEnum):
    REQUESTER = "requester"
    SUBJECT = "subject"
    REQUESTER_MANAGER = "requester.manager"
    SUBJECT_MANAGER = "subject.manager"


class Strategy(StrEnum):
    """How a task finds its person; without one it stands in its queue until somebody takes it."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    SKILL = "skill"
    SAME_PERSON = "same_person"
    POINT_OF_CONTACT = "point_of_contact"


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
    icon: Icon = "help"


class Phase(Part):
    key: Key
    title: Line


class Undo(Part):
    """What undoes a finished step that is not wanted any more; without a party of its own, by whoever did the step.

    `due` counts from the change of mind, which its "submission" stands for.
    """

    title: Line
    detail: Prose = ""
    queue: Key | None = None
    person: PersonExpression | None = None
    due: Rule | None = None

    @model_validator(mode="after")
    def _one_party(self) -> Self:
        if self.queue is not None and self.person is not None:
            raise ValueError(Remark("undoing is for a queue or a person, and not both"))
        return self


class Step(Part):
    """One piece of work an ask entails, for exactly one queue or one person; an approval is for its approvers.

    `confidential_to` limits who reads the step; `neutral_title` is what others who work on the ticket may read.
    `secret` hides even that it exists from everybody else: it holds up nothing that they see.
    `assign` stands above what its queue says; `skill` and `topic` (of a point of contact) go with their strategies.
    With `for_each`, the key of a table, it is done once for each row: its texts, condition and dates may say `row.` and
    the key of a column. All of the `checklist` is ticked off and the `evidence` given before it is done. `undo` is done
    if the finished step is not wanted any more, and `redo_when_changed` names the fields for which it was done: with
    other answers it is undone and done again.
    `books` are kinds, or fields whose chosen options name some: the subject gets a thing of each when it is finished.
    One that `returns` takes back what the subject holds.
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
    secret: bool = False
    neutral_title: Annotated[str, OneLine] = ""
    assign: Strategy | None = None
    skill: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=60)] = ""
    topic: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    undo: Undo | None = None
    redo_when_changed: tuple[AnswerName, ...] = ()
    for_each: FieldKey | None = None
    books: tuple[Key, ...] = ()
    returns: bool = False
    checklist: Annotated[tuple[Line, ...], MaxLen(30)] = ()
    evidence: Evidence | None = None
    approval: Approval | None = None
    form: FormPart | None = None
    message: MessagePart | None = None
    appointment: AppointmentPart | None = None
    call: CallPart | None = None

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if sum(getattr(self, body) is not None for body in BODIES.values()) > 1:
            raise ValueError(
                Remark("a step is of one kind: it has one of %(bodies)s", bodies=", ".join(BODIES.values()))
            )
        return self

    @model_validator(mode="after")
    def _one_party(self) -> Self:
        if self.kind in FINDS_ITS_PEOPLE:
            if self.queue is not None or self.person is not None:
                raise ValueError(Remark("a step of kind %(kind)s names its people itself", kind=self.kind.value))
        elif (self.queue is None) == (self.person is None):
            raise ValueError(Remark("a step needs a queue or a person, and not both"))
        return self

    @model_validator(mode="after")
    def _items_differ(self) -> Self:
        if len(set(self.checklist)) < len(self.checklist):
            raise ValueError(Remark("two items of the checklist are the same"))
        return self

    @model_validator(mode="after")
    def _needs_no_undoing(self) -> Self:
        if self.undo is not None and self.kind in FINDS_ITS_PEOPLE:
            raise ValueError(Remark("a step of kind %(kind)s is asked again, and not undone", kind=self.kind.value))
        return self

    @property
    def redone_for(self) -> tuple[str, ...]:
        """The fields for which it was done: an approval was also given for the answers that it showed."""
        return (*self.redo_when_changed, *(self.approval.shows if self.approval else ()))

    @property
    def asks(self) -> tuple[str, ...]:
        """The questions of the service's form that are answered in this step, by people or by another system."""
        if self.form is not None:
            return self.form.fields
        return self.call.takes if self.call is not None else ()

    @property
    def kind(self) -> StepKind:
        return next((kind for kind, body in BODIES.items() if getattr(self, body) is not None), StepKind.TASK)


class Graded(Part):
    """How much or how soon, by the answer to a question: a level for its values, "true" and "false" of yes or no.

    A value without a level is medium, and so is an unanswered question.
    """

    field: FieldKey
    levels: Mapping[str, Literal["high", "medium", "low"]]


class Service(Part):
    """Something an employee may ask for.

    `subject` is the field naming whom it is about, `owner` the mail address of whoever answers for it. `secret` hides
    the ask's existence from all but `confidential_to` and its requester. `fan_out_counts` lets a fan-out into several
    queues count for net FCR.
    `schedules` ask for it without anybody asking.
    `priority` is fixed unless `impact` or `urgency` name a question: then the organisation's matrix gives it.
    """

    key: Key
    title: Line
    summary: Prose
    need: Key
    icon: Icon = "help"
    phrases: Annotated[tuple[Line, ...], AtMost(200)] = ()
    form: Annotated[tuple[Field, ...], AtMost(200)] = ()
    steps: Annotated[tuple[Step, ...], AtMost(200)] = ()
    title_template: Annotated[str, OneLine, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    subject: FieldKey | None = None
    owner: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=320)] = ""
    first_contact: FirstContact = FirstContact.NOT_POSSIBLE
    fan_out_counts: bool = False
    repeat_window_days: Annotated[int, Ge(1), Le(30)] = 7
    confidential_to: tuple[Key, ...] = ()
    secret: bool = False
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    impact: Graded | None = None
    urgency: Graded | None = None
    example: Mapping[str, JsonValue] = {}
    schedules: Annotated[tuple[Schedule, ...], AtMost(50)] = ()

    @field_validator("form")
    @classmethod
    def _under_headings(cls, form: tuple[Field, ...]) -> tuple[Field, ...]:
        return under_headings(form)

    def circle(self, step: Step) -> tuple[str, ...]:
        """The queues that alone read the step: its own; of a secret one that names none, the service's."""
        return step.confidential_to or (self.confidential_to if step.secret else ())

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The questions by key: without what takes no answer."""
        return {field.key: field for field in self.form if field.takes_answer}

    @cached_property
    def form_changes(self) -> bool:
        """Whether answers decide what else is asked, or what is on offer."""
        return any(field.depends_on for field in self.form)

    @cached_property
    def asked_later(self) -> Mapping[str, str]:
        """Questions that whoever asks for the service is not asked, with the step that answers them."""
        return {key: step.key for step in self.steps for key in step.asks}

    def later(self, filled: Collection[str] = ()) -> frozenset[str]:
        """The questions that are not asked yet, once these form steps are filled in."""
        return frozenset(key for key, step in self.asked_later.items() if step not in filled)


class Catalogue(Part):
    queues: tuple[Queue, ...] = ()
    needs: tuple[Need, ...] = ()
    phases: tuple[Phase, ...] = ()
    items: tuple[ItemKind, ...] = ()
    services: tuple[Service, ...] = ()
    tests: tuple[PackTest, ...] = ()

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
