"""The people of Halden Optics: `staff.csv` read as values and written into the directory. All are invented."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Final

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from routing.visibility import Role
from spoc.db.people import PersonRow
from spoc.people.accounts import sort_name
from spoc.people.grants import grant_roles, join_queues
from spoc.people.passwords import hash_password

PASSWORD: Final = "halden-optics-demo"  # noqa: S105 - printed at every start of a demo, and set nowhere else
SIGN_INS: Final = (
    "employee",
    "agent.desk",
    "agent.it",
    "agent.facilities",
    "agent.hr",
    "agent.office",
    "lead",
    "manager",
    "owner",
    "admin",
)
"""The accounts one can sign in with, in the order in which they are printed."""


@dataclass(frozen=True)
class Member:
    """One line of the file. `queues` says by key whether they lead it; `manager` is an account, or None."""

    account: str
    name: str
    job_title: str
    department: str
    location: str
    employment: str
    manager: str | None
    queues: Mapping[str, bool]
    roles: frozenset[Role]

    @property
    def mail(self) -> str:
        return mail_of(self.account)


def mail_of(account: str) -> str:
    return f"{account}@demo.example"


def read_staff() -> tuple[Member, ...]:
    """Everybody, managers before the people they manage."""
    lines = files("spoc.demo").joinpath("staff.csv").read_text("utf-8").splitlines()
    return tuple(_member(row) for row in csv.DictReader(lines))


def _member(row: Mapping[str, str]) -> Member:
    return Member(
        account=row["account"],
        name=row["name"],
        job_title=row["job_title"],
        department=row["department"],
        location=row["location"],
        employment=row["employment"],
        manager=row["manager"] or None,
        queues={key.rstrip("*"): key.endswith("*") for key in row["queues"].split()},
        roles=frozenset(Role(role) for role in row["roles"].split()),
    )


def add_staff(session: Session, staff: Sequence[Member], now: datetime) -> Mapping[str, int]:
    """Write them with managers, queues and roles; gives the row id by account.

    One hash serves all sign-ins: ten would cost a second, and who knows one of these passwords knows all.
    """
    kept = hash_password(PASSWORD)
    rows = [_row(member, place, kept, now) for place, member in enumerate(staff)]
    ids = session.scalars(insert(PersonRow).returning(PersonRow.id, sort_by_parameter_order=True), rows).all()
    found = {member.account: id_ for member, id_ in zip(staff, ids, strict=True)}
    managed = [{"id": found[one.account], "manager_id": found[one.manager]} for one in staff if one.manager]
    session.execute(update(PersonRow), managed)
    for member in staff:
        if member.queues:
            join_queues(session, found[member.account], member.queues, now)
        if member.roles:
            grant_roles(session, found[member.account], member.roles, now)
    return found


def _row(member: Member, place: int, kept: str, now: datetime) -> dict[str, object]:
    return {
        "mail": member.mail,
        "name": member.name,
        "sort_name": sort_name(member.name),
        "job_title": member.job_title,
        "department": member.department,
        "employment": member.employment,
        "location_key": member.location,
        "phone": f"44{place + 20}" if place < 80 else f"45{place - 60}",  # noqa: PLR2004 - two blocks of extensions
        "password_hash": kept if member.account in SIGN_INS else None,
        "created_at": now,
    }
