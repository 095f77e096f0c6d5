"""Who answers for what each department spends: the cost-centre owners, whom approvals ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.people import CostCentreRow, PersonRow
from spoc.errors import Fault
from spoc.people.changes import What, note_difference
from spoc.people.errors import InvalidOrganisation


@dataclass(frozen=True)
class CostCentre:
    """A department of the directory; `owner` is a mail address, "" where nobody answers for it."""

    department: str
    owner: str


def list_cost_centres(session: Session) -> tuple[CostCentre, ...]:
    """Every department that somebody is in or that has an owner, by name."""
    owned = select(CostCentreRow.department, PersonRow.mail).join(PersonRow, PersonRow.id == CostCentreRow.owner_id)
    owners = {department.casefold(): (department, mail) for department, mail in session.execute(owned)}
    named = select(PersonRow.department).where(PersonRow.active, PersonRow.department != "").distinct()
    known = {one.casefold(): one for one in session.scalars(named)} | {key: one for key, (one, _) in owners.items()}
    return tuple(CostCentre(known[key], owners.get(key, ("", ""))[1]) for key in sorted(known))


def set_cost_centres(session: Session, by: Actor, owners: Mapping[str, str], now: datetime) -> None:
    """Write who answers for these departments, by mail address; "" for nobody. Others stay as they are.

    Raises:
        InvalidOrganisation: nobody active in the directory has one of the addresses.
    """
    wanted = {department.strip(): mail.strip().lower() for department, mail in owners.items() if department.strip()}
    mails = {mail for mail in wanted.values() if mail}
    found = select(func.lower(PersonRow.mail), PersonRow.id).where(func.lower(PersonRow.mail).in_(mails))
    ids: dict[str, int] = dict(session.execute(found.where(PersonRow.active, ~PersonRow.shared)).all())
    if unknown := sorted(mails - ids.keys()):
        raise InvalidOrganisation(*(_unknown(mail) for mail in unknown))
    before = {one.department: one.owner for one in list_cost_centres(session)}
    keys = [department.casefold() for department in wanted]
    session.execute(delete(CostCentreRow).where(func.lower(CostCentreRow.department).in_(keys)))
    session.add_all(CostCentreRow(department=one, owner_id=ids[mail]) for one, mail in wanted.items() if mail)
    session.flush()
    after = {one.department: one.owner for one in list_cost_centres(session)}
    note_difference(session, What.COST_CENTRES, by, now, before=before, after=after)


def _unknown(mail: str) -> Fault:
    return Fault("owner", "unknown", Phrase("Nobody in the directory has the address %(mail)s.", {"mail": mail}))
