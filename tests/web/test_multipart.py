"""The reader of forms with files: the same however the network cuts them, and nothing left of what breaks off."""

import threading
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.files import MOST_SENT
from spoc.files.store import Arriving, Store
from spoc.web.asking.parcel import Unreadable
from spoc.web.security import TurnedAway
from spoc.web.upload.multipart import Form, read_multipart
from tests.loops import finished

KIND = "multipart/form-data; boundary=cut"


def part(name: str, content: bytes, file: str | None = None) -> bytes:
    named = f'; filename="{file}"' if file is not None else ""
    return f'--cut\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


async def pieces(body: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in body:
        yield piece


def read(folder: Path, *body: bytes, most_bytes: int = 1_000, most_text: int = 1_000) -> Form:
    return finished(read_multipart(KIND, pieces(body), Store(folder), most_bytes, most_text))


@given(st.binary(max_size=200), st.text(max_size=20), st.lists(st.integers(0, 600), max_size=6))
def test_however_it_is_cut_the_form_is_the_same(content: bytes, text: str, cuts: list[int]) -> None:
    body = part("why", text.encode()) + part("files", content, "a.png") + part("none", b"", "") + b"--cut--\r\n"
    ends = sorted({0, len(body), *(cut for cut in cuts if cut < len(body))})
    with TemporaryDirectory() as folder:
        form = read(Path(folder), *(body[start:end] for start, end in pairwise(ends)))
        (file,) = form.files
        file.arriving.file.flush()
        assert (form.fields, file.field, file.name) == ([("why", text)], "files", "a.png")
        assert file.arriving.path.read_bytes() == content
        finished(form.give_up())
        assert list(Path(folder).iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no form at all",
        part("files", b"cut off", "a.png"),
        part("files", b"another", "a.png").replace(b"--cut", b"--odd") + b"--odd--",
        b"--cut\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--cut--",
        b"".join(part("f", b"1", "a.txt") for _ in range(MOST_SENT + 1)) + b"--cut--",
        b"".join(part("f", b"1") for _ in range(600)) + b"--cut--",
    ],
)
def test_a_form_that_is_none_leaves_nothing(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path, body)
    assert list(tmp_path.iterdir()) == []


def test_long_texts_are_turned_away_and_a_long_file_is_read_to_its_end_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(TurnedAway):
        read(tmp_path, part("why", b"x" * 2_000) + b"--cut--")
    form = read(tmp_path, part("files", b"x" * 2_000, "a.png") + part("why", b"told") + b"--cut--")
    assert (form.fields, form.files[0].too_large is not None) == ([("why", "told")], True)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_answers_late_holds_up_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, write, give_up = Store.begin, Arriving.write, Arriving.give_up
    seen: list[int] = []

    def noting(act: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            seen.append(threading.get_ident())
            return act(*given)

        return noted

    monkeypatch.setattr(Store, "begin", noting(begin))
    monkeypatch.setattr(Arriving, "write", noting(write))
    monkeypatch.setattr(Arriving, "give_up", noting(give_up))
    loops: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        loops.append(threading.get_ident())
        yield part("files", b"cut off", "a.png")

    with pytest.raises(Unreadable):
        finished(read_multipart(KIND, body(), Store(tmp_path), 1_000, 1_000))
    assert len(seen) == 3
    assert not {*loops} & {*seen}
