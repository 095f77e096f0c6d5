"""Masks: one for each party that keeps a part of the ticket from an agent who works on it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.lifecycle import FULFILLED, OPEN
from routing.visibility import Part, Sight
from spoc.db.tickets import MessageRow
from spoc.desk.found import may_act
from spoc.desk.reader import Reader
from spoc.desk.ticket_page import Mask
from spoc.desk.ticket_rows import Task

Party = tuple[str, ...]


def masks(session: Session, reader: Reader) -> tuple[Mask, ...]:
    """In the order of the parties' names. Without time, count, title or author; nothing for those outside the work."""
    parties = {_party(reader, part) for part in _parts(session, reader) if reader.sight(part) is Sight.MASK}
    blocking = _blocking(reader)
    return tuple(sorted((_mask(reader, party, party in blocking) for party in parties), key=lambda mask: mask.party))


def _mask(reader: Reader, party: Party, blocks: bool) -> Mask:  # noqa: FBT001 - the mask's own word
    return Mask(", ".join(reader.queue_titles.get(key, key) for key in party), blocks)


def _parts(session: Session, reader: Reader) -> list[Part]:
    notes = session.execute(
        select(MessageRow.confidential_to, MessageRow.internal, MessageRow.author_id).where(
            MessageRow.ticket_id == reader.ticket.id
        )
    )
    said = [reader.said(named, internal=internal, author_id=by) for named, internal, by in notes]
    return [task.part for task in reader.ticket.tasks] + said


def _party(reader: Reader, part: Part) -> Party:
    return tuple(sorted(part.confidential_to or reader.ticket.confidential_to))


def _blocking(reader: Reader) -> set[Party]:
    """The parties with an unfinished task that an open task of the reader's queues waits for, near or far."""
    known = [task for task in reader.ticket.tasks if reader.sight(task.part) is not Sight.NONE]
    by_key = {(task.ask_id, task.key): task for task in known}
    found: set[Party] = set()
    for task in known:
        if task.state in OPEN and reader.sees(task.part) and may_act(reader.actor, task):
            for need in _unmet(task, by_key):
                if not reader.sees(need.part):
                    found.add(_party(reader, need.part))
    return found


def _unmet(task: Task, by_key: dict[tuple[int, str], Task]) -> list[Task]:
    """What the task waits for and is not done, and what that waits for; a plan has no circles."""
    direct = [by_key[task.ask_id, key] for key in task.needs if (task.ask_id, key) in by_key]
    unmet = [need for need in direct if need.state not in FULFILLED]
    return unmet + [further for need in unmet for further in _unmet(need, by_key)]
