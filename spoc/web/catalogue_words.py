"""Words of the catalogue: kinds of questions, and people who are named by what they are to the request."""

from collections.abc import Mapping
from typing import Final

from catalog.approval import LEAD, ApproverExpression
from catalog.files import FileType
from catalog.kinds import StepKind
from catalog.service import FieldKind, PersonExpression
from routing.phrase import Phrase
from spoc.words import marked, said

KINDS: Final[Mapping[FieldKind, str]] = {
    FieldKind.TEXT: marked("Short text"),
    FieldKind.LONG_TEXT: marked("Long text"),
    FieldKind.NUMBER: marked("Number"),
    FieldKind.MONEY: marked("Amount of money"),
    FieldKind.DATE: marked("Date"),
    FieldKind.DATETIME: marked("Date and time"),
    FieldKind.CHOICE: marked("One of several"),
    FieldKind.CHOICES: marked("Several of several"),
    FieldKind.PERSON: marked("Person"),
    FieldKind.LOCATION: marked("Location"),
    FieldKind.REFERENCE: marked("Number or reference"),
    FieldKind.YES_NO: marked("Yes or no"),
    FieldKind.TABLE: marked("Table of rows"),
    FieldKind.FILE: marked("Files"),
    FieldKind.SECTION: marked("Heading"),
    FieldKind.NOTE: marked("Note"),
}
FILE_TYPES: Final[Mapping[FileType, str]] = {
    FileType.IMAGE: marked("pictures"),
    FileType.VIDEO: marked("films"),
    FileType.PDF: marked("PDF"),
    FileType.DOCUMENT: marked("documents"),
    FileType.TEXT: marked("texts"),
}
PEOPLE: Final[Mapping[str, str]] = {
    PersonExpression.REQUESTER: marked("Whoever asks"),
    PersonExpression.SUBJECT: marked("Whom it is about"),
    PersonExpression.REQUESTER_MANAGER: marked("Line manager of whoever asks"),
    PersonExpression.SUBJECT_MANAGER: marked("Line manager of whom it is about"),
    ApproverExpression.COST_CENTRE_OWNER: marked("Cost-centre owner of whoever asks"),
    ApproverExpression.SERVICE_OWNER: marked("Owner of the service"),
    StepKind.APPROVAL: marked("Its approvers"),
}
LEADS: Final = marked("Lead of %(queue)s")


def party(named: str) -> str:
    """Who has a step, in words: a queue's title or a person's name as it is, each expression of the catalogue told."""
    return ", ".join(said(phrase_of(one)) for one in named.split(", "))


def phrase_of(named: str) -> Phrase:
    """The same for one of them, until the language of its reader is known."""
    if named in PEOPLE:
        return Phrase(PEOPLE[named])
    if named.endswith(LEAD) and " " not in named:
        return Phrase(LEADS, {"queue": named.removesuffix(LEAD)})
    return Phrase("%(named)s", {"named": named})
