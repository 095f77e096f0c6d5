"""What people usually ask for, to offer it on the front page."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.service import Catalogue, Service
from spoc.db.tickets import AskRow

LOOK_BACK = timedelta(days=90)


def often_asked(session: Session, now: datetime, catalogue: Catalogue, most: int) -> tuple[Service, ...]:
    """The services asked for most in the last 90 days; the catalogue's first ones fill up a desk without history.

    Confidential and secret services are left out: how often they are asked for is nobody's business.
    """
    rows = session.execute(
        select(AskRow.service_key)
        .where(AskRow.opened_at >= now - LOOK_BACK)
        .group_by(AskRow.service_key)
        .order_by(func.count().desc(), AskRow.service_key)
    )
    offered = {
        service.key: service for service in catalogue.services if not (service.secret or service.confidential_to)
    }
    asked = [key for (key,) in rows if key in offered]
    return tuple(offered[key] for key in dict.fromkeys((*asked, *offered)))[:most]
