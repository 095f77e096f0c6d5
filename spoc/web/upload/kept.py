"""Files that came with a page's form: kept for whoever sent them, before it is asked what they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from catalog.answers import FILES
from catalog.errors import AnswerFault, InvalidAnswers
from catalog.service import Field, FieldKind, Service
from routing.visibility import Actor
from spoc.files.errors import EmptyFile, FileRefused, FileTooLarge, TooManyLoose
from spoc.files.keeping import FileFacts, giveable, keep
from spoc.web.asking.parcel import Parcel, TakesNoFiles, read_parcel
from spoc.web.deps import CurrentActor, Database, Now
from spoc.web.ticket.proof import Evidence, EvidenceGiven
from spoc.web.upload.multipart import Received
from spoc.web.upload.route import received

REFUSED = (EmptyFile, FileRefused, FileTooLarge)


@dataclass(frozen=True)
class Arrived:
    """A form with its files: `parcel` names them by id as if they had been uploaded before.

    `faults` are of files that are not taken, by question.
    """

    parcel: Parcel
    faults: tuple[AnswerFault, ...] = ()

    def hold_taken(self) -> None:
        """Raises InvalidAnswers where a file is not taken."""
        if self.faults:
            raise InvalidAnswers(self.faults)

    def all_faults(self, refused: Exception) -> tuple[AnswerFault, ...]:
        """Of files, and of other answers: somebody who has to mend a form wants to do it once."""
        own = {fault.field for fault in self.faults}
        others = refused.faults if isinstance(refused, InvalidAnswers) else ()
        return (*self.faults, *(fault for fault in others if fault.field not in own))

    @property
    def items(self) -> tuple[tuple[str, str], ...]:
        return self.parcel.items


async def arrived(
    http: Request,
    session: Database,
    actor: CurrentActor,
    now: Now,
    parcel: Annotated[Parcel, Depends(read_parcel)],
) -> Arrived:
    """Writing to disk takes a thread of its own; what came without files does not wait for one.

    Raises:
        TakesNoFiles: a file came where no question is.
        TooManyLoose: the sender has uploaded too much that belongs to nothing.
    """
    files = received(http)
    if not files:
        return Arrived(parcel)
    items, faults = await run_in_threadpool(_keep_all, files, session, actor, now)
    fingerprint = sha256(parcel.fingerprint + marks_of(http)).digest()
    return Arrived(replace(parcel, items=(*parcel.items, *items), fingerprint=fingerprint), tuple(faults))


def _keep_all(
    files: Sequence[Received], session: Session, actor: Actor, now: datetime
) -> tuple[list[tuple[str, str]], list[AnswerFault]]:
    items: list[tuple[str, str]] = []
    faults: list[AnswerFault] = []
    for file in files:
        if not file.field.startswith(FILES):
            raise TakesNoFiles(file.field)
        try:
            items.append((file.field, str(_keep(file, session, actor, now))))
        except REFUSED as refused:
            key = file.field.removeprefix(FILES)
            faults.append(AnswerFault(key, refused.code, refused.template, _plain(refused.given)))
    return items, faults


def _keep(file: Received, session: Session, actor: Actor, now: datetime) -> UUID:
    if file.too_large is not None:
        raise file.too_large
    return keep(session, actor, file.arriving.keep(file.name), now).id


def _plain(given: Mapping[str, object]) -> dict[str, str | float]:
    return {name: value if isinstance(value, int | float) else str(value) for name, value in given.items()}


def marks_of(http: Request) -> bytes:
    """What tells these files from others, for the fingerprint of a request; empty without files."""
    marks = [(file.field, file.name, file.arriving.digest.hexdigest()) for file in received(http)]
    return repr(marks).encode() if marks else b""


def keep_sent(http: Request, session: Session, actor: Actor, now: datetime, field: str) -> tuple[UUID, ...]:
    """Keep the files of one field; their ids.

    Raises:
        FileRefused, EmptyFile, FileTooLarge, TooManyLoose: one of them is not taken; then none is.
    """
    return tuple(_keep(file, session, actor, now) for file in received(http) if file.field == field)


def sent_evidence(
    http: Request, session: Database, actor: CurrentActor, now: Now, evidence: Evidence = ""
) -> EvidenceGiven:
    """What the form gives as evidence: the id of a file that came with it, or what was written."""
    try:
        ids = keep_sent(http, session, actor, now, "evidence_file")
    except (*REFUSED, TooManyLoose) as refused:
        return EvidenceGiven(evidence, refused)
    return EvidenceGiven(str(ids[0]) if ids else evidence)


SentEvidence = Annotated[EvidenceGiven, Depends(sent_evidence)]
"""As a parameter of a route whose form finishes a task."""


def with_files(
    session: Session,
    actor: Actor,
    fields: Sequence[Field],
    values: Mapping[str, object],
    *,
    ask_id: int | None = None,
    readable: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The values of a form, with what is shown of files for their ids: of the reader's own, and of those in `readable`
    answers of the ask.
    """
    questions = [field.key for field in fields if field.kind is FieldKind.FILE]
    ids = {key: _listed(values.get(key)) for key in questions}
    known = giveable(session, actor, [id_ for given in ids.values() for id_ in given], ask_id=ask_id)
    shown = {key: [_facts(known, id_, key, readable or {}) for id_ in given] for key, given in ids.items()}
    return {**values, **{key: [one for one in given if one] for key, given in shown.items()}}


def has_files(service: Service) -> bool:
    """Whether its form may bring files, now or with other answers."""
    return any(field.kind is FieldKind.FILE for field in service.form)


def _facts(
    known: Mapping[str, tuple[FileFacts, str | None]], id_: str, key: str, readable: Mapping[str, object]
) -> FileFacts | None:
    facts, of = known.get(id_, (None, None))
    return facts if of is None or (of == key and key in readable) else None


def _listed(value: object) -> list[str]:
    given = value if isinstance(value, list | tuple) else [value]
    return list(dict.fromkeys(one.strip().lower() for one in given if isinstance(one, str)))
