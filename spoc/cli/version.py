"""`spoc version`."""

from importlib.metadata import version as version_of

from spoc.cli.options import AsJson
from spoc.cli.say import print_json, print_plain


def version(*, as_json: AsJson = False) -> None:
    found = version_of("spoc")
    if as_json:
        from spoc.db.migrate import head

        print_json({"version": found, "database": head()})
    else:
        print_plain(found)
