"""What people usually ask for, to offer it on the front page."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.service import Catalogue, Service
from routing.work import LeftOutAs
from spoc.db.tickets import AskRow

LATEST = 500
"""So many asks decide: the newest, read by an index, however long the history is."""


def often_asked(session: Session, catalogue: Catalogue, most: int) -> tuple[Service, ...]:
    """The services asked for most among the latest asks; the catalogue's first ones fill up a desk without history.

    Confidential and secret services are left out: how often they are asked for is nobody's business.
    """
    offered = {one.key: one for one in catalogue.services if not (one.secret or one.confidential_to)}
    by_people = AskRow.excluded.is_distinct_from(LeftOutAs.SCHEDULED)
    open_to_all = select(AskRow.service_key).where(AskRow.service_key.in_(offered), by_people)
    latest = open_to_all.order_by(AskRow.opened_at.desc()).limit(LATEST).subquery()
    counted = select(latest.c.service_key).group_by(latest.c.service_key)
    asked = session.scalars(counted.order_by(func.count().desc(), latest.c.service_key))
    return tuple(offered[key] for key in dict.fromkeys((*asked, *offered)))[:most]
