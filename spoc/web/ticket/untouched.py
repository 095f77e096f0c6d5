"""Which answers of a form are as it showed them: what somebody else has changed meanwhile is not to be changed back.

The form brings a mark of each answer as it stood when it was shown first, however often it is shown again.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from spoc.desk.amending.amend import Amendable

WAS: Final = "was."


def marks(found: Amendable, sent: Sequence[tuple[str, str]]) -> dict[str, str]:
    """By question: as the form brought them back, else of the answers as they stand."""
    return {**_standing(found), **_brought(sent)}


def without_untouched(
    found: Amendable, wished: Mapping[str, object], sent: Sequence[tuple[str, str]]
) -> dict[str, object]:
    """What is wished, but for answers that were left as they were shown and are others by now."""
    shown, stands = _brought(sent), _standing(found)
    moved = {key for key, was in shown.items() if was != stands.get(key, was)}
    return {key: value for key, value in wished.items() if key not in moved or _mark(value) != shown[key]}


def _brought(sent: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {name.removeprefix(WAS): value for name, value in sent if name.startswith(WAS)}


def _standing(found: Amendable) -> dict[str, str]:
    """Of what the form shows now: of a question without an answer, its default."""
    readable = found.readable()
    return {field.key: _mark(readable.get(field.key, field.default)) for field in found.service.form}


def _mark(value: object) -> str:
    """One mark for all that is no answer, and another for each answer; "no" is as good as none."""
    if value in (None, "", []) or value is False:
        return ""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
