"""Files that nobody needs: uploaded and given to nothing for a day, or left in the store by a process that died."""

from datetime import timedelta
from typing import Final

from spoc.db.session import transaction
from spoc.files.keeping import forget_loose, unknown_to_rows
from spoc.files.store import Store
from spoc.jobs.tools import Work

KEPT_FOR: Final = timedelta(days=1)
"""Longer than anybody leaves a form open, and than any upload takes until its row is committed."""

BATCH: Final = 500


def sweep(work: Work) -> None:
    """Rows first, and committed; then the content that no row names. Whatever is missed is found the next time."""
    store = Store(work.tools.settings.files_folder)
    before = work.now - KEPT_FOR
    with transaction(work.tools.sessions) as session:
        forget_loose(session, before)
    for names in _batches(list(store.older_than(before.timestamp()))):
        with transaction(work.tools.sessions) as session:
            unneeded = unknown_to_rows(session, names)
        for name in unneeded:
            store.remove(name)
    with work.last_transaction():
        pass


def _batches(names: list[str]) -> list[list[str]]:
    return [names[at : at + BATCH] for at in range(0, len(names), BATCH)]
