"""Which answers of a form are as it showed them: what somebody else has changed meanwhile is not to be changed back.

The form brings a mark of each answer as it stood when it was first shown like that: what was changed in the form keeps
its mark however often it is shown again, and what was left alone is shown, and marked, as it stands by then.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from catalog.table import unanswered
from spoc.desk.amending.amend import Amendable, Wish

WAS: Final = "was."


def marks(found: Amendable, wish: Wish, sent: Sequence[tuple[str, str]]) -> dict[str, str]:
    """By question: as the form brought them back with what is wished, else of the answers as they stand."""
    return {**_standing(found), **{key: was for key, was in _brought(sent).items() if key in wish.answers}}


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
    if _is_none(value):
        return ""
    return sha256(json.dumps(_plain(value), sort_keys=True, default=str).encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """However a browser sends it: lines end in other ways, choices come in the form's order, cells may be empty."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items() if not _is_none(one)}
    if isinstance(value, list | tuple):
        texts = [one for one in value if isinstance(one, str)]
        return sorted(map(str.strip, texts)) if len(texts) == len(value) else [_plain(one) for one in value]
    return value


def _is_none(value: object) -> bool:
    return value is False or unanswered(value)
