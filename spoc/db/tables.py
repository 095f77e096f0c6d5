"""All rows in one import, for whoever needs the whole schema: migrations and their tests."""

from spoc.db import access, catalog, contacts, jobs, people, reports, tickets
from spoc.db.base import Base

MODULES = (access, catalog, contacts, jobs, people, reports, tickets)
metadata = Base.metadata
