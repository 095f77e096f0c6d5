"""All rows in one import, for whoever needs the whole schema: migrations and their tests."""

from spoc.db import (
    access,
    appointments,
    approvals,
    calls,
    catalog,
    clocks,
    contacts,
    cycles,
    jobs,
    people,
    register,
    reports,
    tickets,
)
from spoc.db.base import Base

MODULES = (
    access,
    appointments,
    approvals,
    calls,
    catalog,
    clocks,
    contacts,
    cycles,
    jobs,
    people,
    register,
    reports,
    tickets,
)
metadata = Base.metadata
