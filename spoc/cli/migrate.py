"""`spoc migrate`."""

from routing.phrase import Phrase, marked
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import print_json, tell


def migrate(data: Data = None, *, as_json: AsJson = False) -> None:
    from spoc.cli import first_steps
    from spoc.cli.database import opened, reached
    from spoc.db import migrate as migrations
    from spoc.db.session import transaction

    settings = read_settings(data)
    with reached(settings) as url:
        before = migrations.current(url)
        migrations.upgrade(url)
        with opened(settings, new=True) as sessions, transaction(sessions) as session:
            zone = first_steps.prepare(session)
    head = migrations.head()
    if as_json:
        print_json({"before": before, "now": head})
    else:
        moved = marked("The database is at %(revision)s now.")
        still = marked("The database is at %(revision)s already.")
        tell(Phrase(still if before == head else moved, {"revision": head}))
        if zone is not None:
            tell(first_steps.hint(zone))
