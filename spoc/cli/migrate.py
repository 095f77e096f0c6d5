"""`spoc migrate`."""

from spoc.cli.database import database
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import print_json, tell
from spoc.db import migrate as migrations


def migrate(data: Data = None, *, as_json: AsJson = False) -> None:
    """Bring the database to the version of this program. Running it again changes nothing."""
    with database(read_settings(data)) as url:
        before = migrations.current(url)
        migrations.upgrade(url)
    head = migrations.head()
    if as_json:
        print_json({"before": before, "now": head})
    elif before == head:
        tell(f"The database is at {head} already.")
    else:
        tell(f"The database is at {head} now.")
