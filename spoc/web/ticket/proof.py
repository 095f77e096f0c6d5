"""What a page sends about a task that is done or half done, and the ticket's page again where that is refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Form

from spoc.desk.proving import Proof
from spoc.errors import Invalid, SpocError
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


def proof_of(ticked: Sequence[str], evidence: str) -> Proof:
    """A form sends every box that is ticked: those that are missing are not."""
    return Proof(tuple(ticked), evidence)


def sent_again(task_id: UUID, result: str, proof: Proof, lent: Collection[str], refused: SpocError) -> Sent:
    """`lent` are the things that were chosen to be given or to come back."""
    faults = [said(fault) for fault in refused.faults] if isinstance(refused, Invalid) else []
    return Sent(task_id, result, proof.ticked or (), proof.evidence or "", lent, said(refused), faults)
