"""The questions of a form: their kinds, options and limits, and what stands between them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final, Self

from annotated_types import Ge, Le
from pydantic import FiniteFloat, JsonValue, StringConstraints, model_validator

from catalog.conditions import compiled
from catalog.files import ENDINGS, MOST_FILES, USUAL_FILES, FileType
from catalog.part import Condition, FieldKey, Key, Line, Part, Prose
from catalog.remark import Remark
from catalog.stored import AtMost


class FieldKind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    PERSON = "person"
    LOCATION = "location"
    REFERENCE = "reference"
    YES_NO = "yes_no"
    FILE = "file"
    TABLE = "table"
    SECTION = "section"
    NOTE = "note"


SILENT: Final = frozenset({FieldKind.SECTION, FieldKind.NOTE})
"""What is shown in a form and takes no answer: a heading over what follows, and a text."""

IN_ROWS: Final = (
    frozenset(FieldKind) - SILENT - {FieldKind.TABLE, FieldKind.LONG_TEXT, FieldKind.CHOICES, FieldKind.FILE}
)
"""Kinds of columns."""

USUAL_ROWS: Final = 20
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Option(Part):
    """`when` is a condition over earlier fields; where it does not hold, the option is not on offer.

    `item` is the kind of thing that whoever chooses it needs: the form says whether there is one.
    """

    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    label: Line
    when: Condition | None = None
    item: Key | None = None


class Field(Part):
    """One question of a form, or what stands between them: a `section` heads the fields after it, a `note` is a text.

    `confidential_to` limits who reads the answer to these queues and its giver; `secret` hides it from the giver too.
    `visible_when` is a condition over earlier fields. `minimum` and `maximum` bound numbers and amounts of money, both
    inclusive; `currency` is that of an amount which names none, else it is the organisation's. A `table` has rows of
    `columns`, at least `min_rows` if it is answered at all, and at most `max_rows`. A `file` takes at most `max_files`,
    of the `types` it names if it names any.
    """

    key: FieldKey
    label: Line
    kind: FieldKind
    help: Prose = ""
    section: str = ""
    required: bool = False
    default: JsonValue = None
    options: Annotated[tuple[Option, ...], AtMost(500)] = ()
    pattern: Annotated[str, StringConstraints(max_length=200)] | None = None
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None
    currency: Currency | None = None
    max_length: Annotated[int, Ge(1), Le(20_000)] | None = None
    columns: Annotated["tuple[Field, ...]", AtMost(30)] = ()
    min_rows: Annotated[int, Ge(0), Le(50)] = 0
    max_rows: Annotated[int, Ge(1), Le(50)] | None = None
    max_files: Annotated[int, Ge(1), Le(MOST_FILES)] | None = None
    types: tuple[FileType, ...] = ()
    visible_when: Condition | None = None
    example: JsonValue = None
    confidential_to: tuple[Key, ...] = ()
    secret: bool = False

    @model_validator(mode="after")
    def _options_fit_kind(self) -> Self:
        chosen = self.kind in {FieldKind.CHOICE, FieldKind.CHOICES}
        if chosen and not self.options:
            raise ValueError(Remark("a choice needs options"))
        if self.options and not chosen:
            raise ValueError(Remark("only choice and choices have options"))
        if len({option.value for option in self.options}) < len(self.options):
            raise ValueError(Remark("two options have the same value"))
        return self

    @model_validator(mode="after")
    def _currency_is_of_money(self) -> Self:
        if self.currency is not None and self.kind is not FieldKind.MONEY:
            raise ValueError(Remark("only money has a currency"))
        return self

    @model_validator(mode="after")
    def _types_are_of_files(self) -> Self:
        if self.kind is FieldKind.FILE and self.default is not None:
            raise ValueError(Remark("a file has no default"))
        if (self.max_files is not None or self.types) and self.kind is not FieldKind.FILE:
            raise ValueError(Remark("only a file has types and a number of files"))
        return self

    @model_validator(mode="after")
    def _silent_takes_no_answer(self) -> Self:
        about_answers = set(_ABOUT_ANSWERS) & {name for name, value in self.values() if value not in _NOT_SET}
        if self.kind in SILENT and about_answers:
            reason = Remark(
                "a %(kind)s takes no answer, and so no %(names)s",
                kind=self.kind.value,
                names=", ".join(sorted(about_answers)),
            )
            raise ValueError(reason)
        if self.kind is FieldKind.SECTION and (self.visible_when or self.section):
            raise ValueError(Remark("a section is shown whenever one of its questions is, and stands in no other"))
        return self

    @model_validator(mode="after")
    def _columns_are_of_a_table(self) -> Self:
        if self.kind is not FieldKind.TABLE:
            if self.columns or self.min_rows or self.max_rows:
                raise ValueError(Remark("only a table has columns and rows"))
            return self
        if not self.columns:
            raise ValueError(Remark("a table needs columns"))
        if self.default is not None:
            raise ValueError(Remark("a table has no default, its columns may have"))
        if self.min_rows > self.most_rows:
            raise ValueError(Remark("it asks for more rows than it takes"))
        if reason := next((found for column in self.columns if (found := _unfit(column))), None):
            raise ValueError(reason)
        return self

    @property
    def most_rows(self) -> int:
        return self.max_rows or max(USUAL_ROWS, self.min_rows)

    @property
    def most_files(self) -> int:
        return self.max_files or USUAL_FILES

    @property
    def endings(self) -> tuple[str, ...]:
        """How names of files end that it takes."""
        return tuple(ending for type_ in self.types or FileType for ending in ENDINGS[type_])

    @property
    def takes_answer(self) -> bool:
        return self.kind not in SILENT

    @property
    def depends_on(self) -> frozenset[str]:
        """The names that decide whether it is asked, and with which options."""
        conditions = (self.visible_when, *(option.when for option in self.options))
        return frozenset(name for text in conditions if text for name in compiled(text).names)

    @property
    def may_be_hidden(self) -> bool:
        """Whether other answers can let it go unasked: by its condition, or for want of options."""
        return self.visible_when is not None or (bool(self.options) and all(one.when for one in self.options))

    def is_asked(self, answers: Mapping[str, object]) -> bool:
        """Whether it is asked with these answers to earlier fields."""
        if self.visible_when is not None and not compiled(self.visible_when).verdict(answers).holds:
            return False
        return not self.options or any(_is_on_offer(option, answers) for option in self.options)

    def offered(self, answers: Mapping[str, object]) -> "Field":
        """The field with the options that are on offer with these answers to earlier fields."""
        if all(option.when is None for option in self.options):
            return self
        return self.model_copy(update={"options": tuple(one for one in self.options if _is_on_offer(one, answers))})

    def label_of(self, value: object) -> str:
        return next((option.label for option in self.options if option.value == value), str(value))


_ABOUT_ANSWERS: Final = (
    *("required", "default", "pattern", "minimum", "maximum", "max_length", "example"),
    *("secret", "confidential_to"),
)
_NOT_SET: Final = (None, False, ())


def _unfit(column: Field) -> Remark | None:
    """Why a field cannot be a column: what is decided for a table is decided for all of it."""
    if column.kind not in IN_ROWS:
        return Remark("a column cannot be a %(kind)s", kind=column.kind.value)
    if column.visible_when or column.secret or column.confidential_to or any(one.when for one in column.options):
        return Remark("conditions and confidentiality are the whole table's, and not of %(key)r", key=column.key)
    return None


def _is_on_offer(option: Option, answers: Mapping[str, object]) -> bool:
    return option.when is None or compiled(option.when).verdict(answers).holds


def under_headings(form: Iterable[Field]) -> tuple[Field, ...]:
    """Each field with the heading it stands under as its `section`, unless it names one itself."""
    placed: list[Field] = []
    heading = ""
    for field in form:
        if field.kind is FieldKind.SECTION:
            heading = field.label
            placed.append(field)
        else:
            placed.append(field.model_copy(update={"section": heading}) if heading and not field.section else field)
    return tuple(placed)
