"""What a page sends about a task that is done or half done, and the ticket's page again where that is refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Form

from spoc.desk.actions.proving import Proof
from spoc.errors import Invalid, SpocError
from spoc.web.ticket.lending import NOTHING_LENT, Lent
from spoc.words import said

Labels = Annotated[list[Annotated[str, Form(max_length=200)]], Form(max_length=30)]
Evidence = Annotated[str, Form(max_length=2000)]


@dataclass(frozen=True)
class Sent:
    """The form as it was sent and refused: nothing in it is lost."""

    task_id: UUID
    result: str
    ticked: Sequence[str]
    evidence: str
    lent: Collection[str]
    sentence: str
    faults: Sequence[str]


@dataclass(frozen=True)
class EvidenceGiven:
    """The id of a file, or a text; `refused` says why a file that came is not taken."""

    text: str
    refused: SpocError | None = None


@dataclass(frozen=True)
class Given:
    """The whole form. It sends every box that is ticked: those that are missing are not."""

    result: str
    ticked: Sequence[str]
    evidence: EvidenceGiven
    lent: Lent = NOTHING_LENT

    @property
    def proof(self) -> Proof:
        return Proof(tuple(self.ticked), self.evidence.text)


def sent_again(task_id: UUID, given: Given, refused: SpocError) -> Sent:
    faults = [said(fault) for fault in refused.faults] if isinstance(refused, Invalid) else []
    lent = {*(given.lent.given or ()), *given.lent.back}
    return Sent(task_id, given.result, given.ticked, given.evidence.text, lent, said(refused), faults)
