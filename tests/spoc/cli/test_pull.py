"""`spoc catalog pull` and `publish`: packs to a folder and back, without undoing what was published since."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.sources import shipped_sources, sources_in
from spoc.cli.folders import write_packs
from spoc.errors import Misconfigured
from tests.cli import said, spoc
from tests.conftest import fresh_database


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        spoc("migrate", SPOC_DATABASE_URL=url)
        yield url


def test_packs_go_to_a_folder_and_back_and_only_what_was_read_is_overwritten(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    pulled = spoc("catalog", "pull", str(folder), "--json", SPOC_DATABASE_URL=database)
    assert json.loads(pulled.stdout) == {"version": 1, "files": sorted(shipped_sources()), "written": False}
    assert sources_in(folder) == shipped_sources()

    pay = folder / "pay.yaml"
    pay.write_text("# Ours.\n" + pay.read_text())
    sent = ("catalog", "publish", str(folder), "--comment", "Ours", "--onto", "1")
    assert spoc(*sent, SPOC_DATABASE_URL=database).stdout.startswith("Version 2 ")
    assert said(spoc(*sent, SPOC_DATABASE_URL=database)).startswith("Version 2 is in force, and these packs came from")

    again = tmp_path / "again"
    told = spoc("catalog", "pull", str(again), SPOC_DATABASE_URL=database).stdout
    assert told.startswith(f"Version 2 in {len(shipped_sources())} files. Publish them with `--onto 2`,")
    assert (again / "pay.yaml").read_text() == pay.read_text()


FILES = {"a.yaml": "one\n", "b.yaml": "two\n"}


def test_a_folder_that_holds_the_same_is_written_again(tmp_path: Path) -> None:
    for _ in range(2):
        write_packs(tmp_path / "new" / "deep", FILES, force=False)
    assert sources_in(tmp_path / "new" / "deep") == FILES


@pytest.mark.parametrize("name", ["a.yaml", "c.yaml"], ids=["another text", "another file"])
def test_what_somebody_wrote_is_replaced_only_when_told_to(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    (tmp_path / "README.md").write_text("about")
    with pytest.raises(Misconfigured, match=f"other texts in {name}"):
        write_packs(tmp_path, FILES, force=False)
    assert sources_in(tmp_path) == {name: "mine"}
    write_packs(tmp_path, FILES, force=True)
    assert sources_in(tmp_path) == FILES
    assert (tmp_path / "README.md").exists()


def test_no_file_is_written_outside_the_folder(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="its name is a path"):
        write_packs(tmp_path / "in", {"../out.yaml": "x"}, force=True)
    assert not (tmp_path / "out.yaml").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Misconfigured, match="cannot be written"):
        write_packs(tmp_path / "file", FILES, force=False)
