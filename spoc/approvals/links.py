"""The link in an approver's mail: signed for this one decision and this one person, and of no use after it.

Its key is the approver's own row's, and is made anew whenever somebody else is asked: nothing that is stored in a mail
or shown to an administrator lets anybody decide.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.approval import Voice
from routing.visibility import Actor
from spoc.approvals.errors import LinkOver
from spoc.db.approvals import ApproverRow
from spoc.db.tickets import TaskRow, TicketRow
from spoc.errors import NotFound
from spoc.people.directory import visit_of

_ID_BYTES: Final = 16
_SIGNED: Final = _ID_BYTES + sha256().digest_size


@dataclass(frozen=True)
class Behind:
    """What a link that works leads to: who decides, about which approval."""

    actor: Actor
    task_id: UUID


def token_for(row: ApproverRow) -> str:
    """For whoever is asked now."""
    return urlsafe_b64encode(row.public_id.bytes + _signature(row)).decode().rstrip("=")


def behind(session: Session, token: str, now: datetime, signed_in: Actor | None = None) -> Behind:
    """What the link leads to, without using it: a mail scanner may follow it too.

    Raises:
        LinkOver: it does not work (any more), is another person's than who is signed in, or the matter is confidential,
            which only those who sign in may see.
    """
    row = _row(session, token)
    if row is None or row.voice is not Voice.ASKED or row.asked_id is None or row.ends_at is None or row.ends_at <= now:
        raise LinkOver
    columns = select(TaskRow.public_id, TaskRow.confidential_to, TicketRow.secret, TicketRow.confidential_to)
    task = session.execute(columns.join(TicketRow, TicketRow.id == TaskRow.ticket_id).where(TaskRow.id == row.task_id))
    public_id, *kept = task.one()
    if any(kept) or (signed_in is not None and signed_in.person_id != row.asked_id):
        raise LinkOver
    try:
        return Behind(visit_of(session, row.asked_id).actor, public_id)
    except NotFound:
        raise LinkOver from None


def _row(session: Session, token: str) -> ApproverRow | None:
    try:
        told = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (NotBase64, ValueError):
        return None
    if len(told) != _SIGNED or not token.isascii():
        return None
    row = session.scalar(select(ApproverRow).where(ApproverRow.public_id == UUID(bytes=told[:_ID_BYTES])))
    return row if row is not None and hmac.compare_digest(_signature(row), told[_ID_BYTES:]) else None


def _signature(row: ApproverRow) -> bytes:
    return hmac.digest(row.link_key, f"decide:{row.public_id}:{row.asked_id}".encode(), sha256)
