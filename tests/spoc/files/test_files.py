"""The store and the rules about what comes into it: names, kinds by content, whole files or none, and what is swept."""

import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from catalog.files import FileType
from spoc.db.jobs import JobRow
from spoc.db.queueing import enqueue
from spoc.db.tickets import AttachmentRow, MessageRow, TicketRow
from spoc.errors import Unavailable
from spoc.files.errors import EmptyFile, FileRefused, FileTooLarge, NoSuchFile, TooManyLoose
from spoc.files.keeping import MOST_LOOSE, attach_to_message, attach_to_task, facts_of, keep
from spoc.files.kinds import MOST_PARTS, kind_of
from spoc.files.names import LONGEST, cleaned, ending_of
from spoc.files.store import Store, Stored
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.settings import Settings
from tests.sample_files import JPEG, PDF, PNG, PROGRAM, SHEET, TEXT, WORD, WORD_WITH_MACROS, archive
from tests.world import World


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def put(store: Store, content: bytes, name: str = "a.txt") -> Stored:
    with store.begin(1_000_000) as arriving:
        arriving.write(content)
        return arriving.keep(name)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\kim\photo.jpg", "photo.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("in\u200bvoice\u00ad.pdf", "invoice.pdf"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
        ("a.php\x00.jpg", "a.php.jpg"),
        (".htaccess", "htaccess"),
        ("a.exe. ", "a.exe"),
        ("notes.txt::$DATA", "notes.txt__$DATA"),
        ("a．exe", "a.exe"),  # a full-width dot
        ("／etc／shadow", "shadow"),
        ("", "file"),
        ("...", "file"),
        ("\ud800", "file"),
        ("Grüße 日本.pdf", "Grüße 日本.pdf"),
        ("x" * 4_000 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_what_people_read_and_nothing_that_misleads(sent: str, shown: str) -> None:
    assert cleaned(sent) == shown


@given(st.text(max_size=300))
def test_whatever_was_sent_is_one_short_printable_line_without_a_path(sent: str) -> None:
    name = cleaned(sent)
    assert 0 < len(name) <= LONGEST
    assert name.isprintable()
    assert not set('/\\:*?"<>|') & set(name)
    assert name == name.strip(" .")
    assert cleaned(name) == name


@pytest.mark.parametrize(
    ("content", "name", "stored", "kind"),
    [
        (PNG, "a.png", "a.png", FileType.IMAGE),
        (JPEG, "IMG 0001.HEIC", "IMG 0001.HEIC.jpg", FileType.IMAGE),
        (b"RIFF0000WEBPVP8 ", "a.webp", "a.webp", FileType.IMAGE),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 9, "a.heic", "a.heic", FileType.IMAGE),
        (b"\x00\x00\x00\x18ftypqt  " + b"\x00" * 9, "a.mov", "a.mov", FileType.VIDEO),
        (b"\x00\x00\x00\x18ftypisom" + b"\x00" * 9, "film", "film.mp4", FileType.VIDEO),
        (PDF, "a.pdf", "a.pdf", FileType.PDF),
        (WORD, "a.docx", "a.docx", FileType.DOCUMENT),
        (SHEET, "a.ods", "a.ods", FileType.DOCUMENT),
        (TEXT, "app.log.1", "app.log.1.txt", FileType.TEXT),
        ("Grüße".encode("cp1252"), "a.csv", "a.csv", FileType.TEXT),
        ("Grüße".encode("utf-16"), "a.txt", "a.txt", FileType.TEXT),
        (b"<html><script>alert(1)</script>", "a.png", "a.png.txt", FileType.TEXT),
    ],
)
def test_a_file_is_what_it_holds_and_its_name_says_so(
    store: Store, content: bytes, name: str, stored: str, kind: FileType
) -> None:
    found = put(store, content, name)
    assert (found.name, found.kind.type, found.size_bytes) == (stored, kind, len(content))
    assert store.path(found.stored_as).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PROGRAM, "a.txt"),
        (b"\x7fELF\x02\x01", "a.png"),
        (b"#!/bin/sh\nrm -rf /\n", "a.txt"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
        (b"<html>", "a.html"),
        (b"alert(1)", "a.js"),
        (PNG, "a.jpg.exe"),
        (JPEG, "a.phtml"),
        (WORD_WITH_MACROS, "a.docx"),
        (archive("a.txt"), "a.zip"),
        (archive("[Content_Types].xml"), "a.docx"),
        (archive("Basic/Module1", mimetype="application/vnd.oasis.opendocument.text"), "a.odt"),
        (archive(mimetype="application/epub+zip"), "a.docx"),
        (b"PK\x03\x04" + b"0" * 50, "a.docx"),
        (b"\xff\xfea", "a.txt"),
        (b"\x00\x00\x00\x18ftypevil", "a.mp4"),
        (b"text with \x00 in it", "a.txt"),
        (archive("Scripts/python/run.py", mimetype="application/vnd.oasis.opendocument.text"), "a.odt"),
    ],
)
def test_programs_scripts_archives_and_macros_are_refused_and_nothing_of_them_is_left(
    store: Store, content: bytes, name: str
) -> None:
    with pytest.raises(FileRefused):
        put(store, content, name)
    assert list(store.folder.iterdir()) == []


def test_a_document_of_very_many_parts_is_not_read(store: Store, tmp_path: Path) -> None:
    crowd = tmp_path / "crowd"
    crowd.write_bytes(archive("[Content_Types].xml", *(f"word/{at}" for at in range(MOST_PARTS))))
    assert kind_of(crowd) is None


def end_of(parts: int, listed: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, parts, parts, listed, 0, 0)


def test_a_document_that_says_less_than_it_has_is_not_read(store: Store, tmp_path: Path) -> None:
    whole = archive("[Content_Types].xml", *(f"word/{at:0200}" for at in range(MOST_PARTS)))
    listed = struct.unpack_from("<L", whole, len(whole) - 10)[0]
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, listed, 0)
    pointer = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(whole) - 22, 1)
    crowd = tmp_path / "crowd"
    for end in (end_of(1, listed), large + pointer + end_of(1, 100), pointer + end_of(1, 100)):
        crowd.write_bytes(whole[:-22] + end)
        with lists_read() as read:
            assert kind_of(crowd) is None
        assert not read


@contextmanager
def lists_read() -> Iterator[list[Path]]:
    """The archives whose list of parts is read."""
    read: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:

        def noted(path: Path) -> ZipFile:
            read.append(path)
            return ZipFile(path)

        patch.setattr("spoc.files.kinds.ZipFile", noted)
        yield read


def test_a_broken_open_document_is_refused(store: Store, tmp_path: Path) -> None:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    packed = made.getvalue()
    broken = tmp_path / "broken"
    at = 30 + len("mimetype")
    broken.write_bytes(packed[:at] + b"\xff" * 8 + packed[at + 8 :])
    assert kind_of(broken) is None


@given(st.integers(0, len(SHEET) - 1), st.binary(min_size=1, max_size=4))
def test_whatever_is_broken_in_a_document_it_is_looked_at_quietly(at: int, odd: bytes) -> None:
    with NamedTemporaryFile() as file:
        file.write(SHEET[:at] + odd + SHEET[at + len(odd) :])
        file.flush()
        kind_of(Path(file.name))


def test_what_is_renamed_while_the_folder_is_swept_is_passed_over(store: Store) -> None:
    first, second = put(store, TEXT), put(store, PNG, "a.png")
    found = store.older_than(float("inf"))
    next(found)
    store.remove(first.stored_as)
    store.remove(second.stored_as)
    assert list(found) == []


def test_only_the_program_reads_the_folder_and_its_files(store: Store) -> None:
    stored = put(store, TEXT)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (store.folder, store.path(stored.stored_as))]
    assert modes == [0o700, 0o600]


def test_a_file_that_grows_too_large_or_stays_empty_leaves_nothing(store: Store) -> None:
    with pytest.raises(FileTooLarge, match="at most 1 MB"), store.begin(10) as arriving:
        arriving.write(b"0" * 11)
    with pytest.raises(EmptyFile):
        put(store, b"")
    assert list(store.folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file stands here")
    store = Store(tmp_path / "taken")
    with pytest.raises(Unavailable, match="Set SPOC_FILES"):
        store.prepare()
    with pytest.raises(Unavailable, match="cannot be written"):
        store.begin(10)


def test_a_full_disk_is_told_and_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        put(store, TEXT)
    assert list(store.folder.iterdir()) == []


def uploaded(session: Session, world: World, store: Store, who: str = "employee") -> AttachmentRow:
    facts = keep(session, world.actor(who), put(store, TEXT), world.now)
    return session.scalars(select(AttachmentRow).where(AttachmentRow.public_id == facts.id)).one()


def test_a_file_is_attached_once_and_by_its_uploader_alone(session: Session, world: World, store: Store) -> None:
    ticket = world.submit("laptop-fault")
    task_id = 1
    row = uploaded(session, world, store)
    with pytest.raises(NoSuchFile):
        attach_to_task(session, world.actor("colleague"), row.public_id, ticket.ticket_id, task_id)
    with pytest.raises(NoSuchFile):
        attach_to_message(session, world.actor("lead"), [row.public_id], ticket.ticket_id, 1)
    assert facts_of(row).path == f"/files/{row.public_id}/a.txt"


def test_nobody_fills_the_disk_with_what_belongs_to_nothing(session: Session, world: World, store: Store) -> None:
    stored = put(store, TEXT)
    kind = {"uploader_id": world.ids["employee"], "content_type": "text/plain", "size_bytes": 1, "sha256": b""}
    session.add_all(
        AttachmentRow(name="a.txt", stored_as=str(at), created_at=world.now, **kind) for at in range(MOST_LOOSE)
    )
    session.flush()
    with pytest.raises(TooManyLoose):
        keep(session, world.actor("employee"), stored, world.now)


def test_two_uploads_of_one_person_are_counted_one_after_the_other(
    committed: sessionmaker[Session], store: Store, now: datetime
) -> None:
    with committed() as session:
        actor = World.create(session, now).actor("employee")
    first, second = put(store, TEXT), put(store, TEXT)
    with committed() as one, committed() as other:
        keep(one, actor, first, now)
        other.execute(text("SET lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            keep(other, actor, second, now)


def test_after_a_day_what_belongs_to_nothing_is_gone_and_what_is_young_or_known_stays(
    session: Session, sessions: sessionmaker[Session], world: World, store: Store
) -> None:
    old, young, given_away = (uploaded(session, world, store) for _ in range(3))
    old.created_at -= timedelta(days=2)
    given_away.created_at -= timedelta(days=2)
    ticket_id = world.submit("laptop-fault").ticket_id
    attach_to_message(session, world.actor("employee"), [given_away.public_id], ticket_id, _message(session, world))
    left, new = (put(store, TEXT).stored_as for _ in range(2))
    begun = "arriving-0"
    (store.folder / begun).touch()
    for name in (old.stored_as, given_away.stored_as, left, begun):
        earlier = (world.now - timedelta(days=2)).timestamp()
        os.utime(store.path(name), (earlier, earlier))
    for name in (young.stored_as, new):
        os.utime(store.path(name), (world.now.timestamp(), world.now.timestamp()))
    stay = {young.stored_as, given_away.stored_as, new}
    job = enqueue(session, "sweep.files", {})
    session.commit()

    run(job, Tools(Settings(files=store.folder), sessions, lambda: world.now))

    assert {path.name for path in store.folder.iterdir()} == stay
    assert len(session.scalars(select(AttachmentRow.id)).all()) == 2
    assert session.scalars(select(JobRow.error).where(JobRow.id == job)).one() in (None, "")


def _message(session: Session, world: World) -> int:
    ticket_id = session.scalars(select(TicketRow.id)).one()
    row = MessageRow(ticket_id=ticket_id, author_id=world.ids["employee"], body="Here.", created_at=world.now)
    session.add(row)
    session.flush()
    return row.id


def test_an_ending_is_what_follows_the_last_dot() -> None:
    assert [ending_of(name) for name in ("a.TXT", "a", ".htaccess", "a.tar.gz")] == ["txt", "", "", "gz"]
