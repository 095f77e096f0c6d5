"""Reading the body of `POST /intake`: strict JSON or a form, and its fingerprint for Idempotency-Keys."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile

from routing.phrase import Phrase, marked
from spoc.errors import Fault, Invalid

LONGEST_KEY = 255
DEEPEST = 20


class Unreadable(Invalid):
    """The body is not what its content type says, or not of the form that is asked for."""

    code = "unreadable"


class TakesNoFiles(Unreadable):
    """A file came where no question asks for one."""

    template = marked("This form takes no files.")

    def __init__(self, field: str) -> None:
        super().__init__(self.template, [Fault(field[:80], "file", Phrase(self.template))])


def check_key(key: str) -> None:
    """Hold that an Idempotency-Key is something.

    Raises:
        Unreadable: it is empty or cannot be printed.
    """
    if not key.strip() or not key.isprintable():
        raise Unreadable(
            marked("The Idempotency-Key is empty."),
            [Fault("Idempotency-Key", "empty", Phrase("Send a key or none."))],
        )


@dataclass(frozen=True)
class Parcel:
    """What came in. `document` for JSON, `items` for a form; the other is empty."""

    is_json: bool
    document: Any
    items: tuple[tuple[str, str], ...]
    fingerprint: bytes


async def read_parcel(http: Request) -> Parcel:
    """The body as the content type says; other types were refused before (415).

    Raises:
        Unreadable: broken JSON, a key twice, NaN, too deep, or a file where a text is asked for.
    """
    kind = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = await http.body()
        return Parcel(True, _document(body), (), sha256(b"json\0" + body).digest())
    form = await http.form(max_files=0, max_fields=500)
    items = tuple(_item(name, value) for name, value in form.multi_items())
    return Parcel(False, None, items, sha256(repr(items).encode()).digest())


def _item(name: str, value: UploadFile | str) -> tuple[str, str]:
    if isinstance(value, UploadFile):
        raise TakesNoFiles(name)
    return name, value


def _document(body: bytes) -> Any:
    try:
        found = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Unreadable(marked("The body is not UTF-8.")) from error
    except RecursionError as error:
        raise Unreadable(marked("The JSON is nested too deeply.")) from error
    except json.JSONDecodeError as error:
        where = marked("The body is not JSON: see line %(line)s, column %(column)s.")
        raise Unreadable(where, line=error.lineno, column=error.colno) from error
    except ValueError as error:  # Python reads no whole number of more than some thousand digits
        raise Unreadable(marked("The JSON holds a number that is too long.")) from error
    if _depth(found) > DEEPEST:
        raise Unreadable(marked("The JSON is nested too deeply."))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable(marked("The body is not JSON: a key stands twice in one object."))
    return found


def _no_constant(name: str) -> None:
    raise Unreadable(marked("The body is not JSON: %(name)s is no number in it."), name=name)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(inner) for inner in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(inner) for inner in value), default=0)
    return 0
