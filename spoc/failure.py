"""What went wrong in a job: kept in its row as template and values, told in the language of whoever looks."""

import json
from typing import Final

from routing.phrase import Phrase
from spoc.errors import SpocError
from spoc.log import told

LONGEST_VALUE: Final = 300  # a row holds 2,000 signs, and half a document could not be read again


def kept(error: BaseException) -> str:
    """Ours as JSON of template and values; of any other its kind and words, as the log has them."""
    if not isinstance(error, SpocError) or not error.template:
        return told(error)
    given = {name: str(value)[:LONGEST_VALUE] for name, value in error.given.items()}
    return json.dumps({"template": error.template, "given": given}, ensure_ascii=False)


def read(text: str) -> Phrase:
    """What `kept` wrote. A text that is no such document is its own template: what a library said, or an older row."""
    try:
        found = json.loads(text)
        return Phrase(str(found["template"]), dict(found["given"]))
    except (ValueError, KeyError, TypeError):
        return Phrase(text)
