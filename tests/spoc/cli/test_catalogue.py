"""`spoc catalog` as people and programs use it: looking at packs and at what is published."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalog.document import shipped
from spoc.cli import app
from tests.cli import said, spoc
from tests.conftest import fresh_database

SHIPPED = str(files("catalog") / "packs")
BROKEN = "services:\n  - key: Bad Key\n"
ALONE = """\
services:
  - key: plant
    title: Water the plants
    summary: Somebody waters the plants.
    need: my-place-of-work
    form: [{key: floor, label: Floor, kind: text, required: true, help: Where they stand}]
    steps: [{key: water, title: Water them, queue: office, due: 1 working day after submission}]
    example: {floor: second}
tests:
  - {name: The office waters, service: plant, expect: {queues: {water: office}}}
"""


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    """Address of a database with the shipped catalogue."""
    with fresh_database(server_url) as url:
        spoc("migrate", SPOC_DATABASE_URL=url)
        yield url


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    path = tmp_path / "plant.yaml"
    path.write_text(ALONE)
    return path


@pytest.fixture(autouse=True)
def no_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOC_DATA", str(tmp_path / "no-desk"))


def test_the_packs_that_ship_have_no_fault() -> None:
    found = CliRunner().invoke(app, ["catalog", "lint", SHIPPED])
    assert found.exit_code == 0
    assert found.output.startswith("No fault in ")


def test_faults_are_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    found = CliRunner().invoke(app, ["catalog", "lint", str(tmp_path)])
    for_programs = CliRunner().invoke(app, ["catalog", "lint", str(tmp_path), "--json"])
    assert found.exit_code == for_programs.exit_code == 1
    assert found.output.startswith("broken.yaml:")
    assert json.loads(for_programs.output)["faults"][0]["file"] == "broken.yaml"


def test_several_files_are_looked_at_in_the_catalogue_around_them(alone: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(ALONE.replace("queue: office", "queue: ofice").replace("key: plant", "key: plants"))
    found = CliRunner().invoke(app, ["catalog", "lint", str(alone)])
    assert (found.exit_code, found.output) == (0, "No fault in 1 service.\n")
    assert json.loads(CliRunner().invoke(app, ["catalog", "lint", str(alone), "--json"]).output) == {"faults": []}
    both = CliRunner().invoke(app, ["catalog", "lint", str(alone), str(broken), "--json"])
    (fault,) = json.loads(both.output)["faults"]
    assert (fault["file"], fault["line"], fault["advice"]) == (str(broken), 7, "did you mean office?")
    assert fault["where"] == "services[0].steps[0].queue"


def test_a_folder_that_is_not_there_is_told() -> None:
    sentence = "/no/such/folder cannot be read: No such file or directory."
    assert said(spoc("catalog", "lint", "/no/such/folder")) == sentence
    assert said(spoc("catalog", "publish", "/no/such/folder")) == sentence


def test_without_a_desk_nothing_is_published_and_what_to_do_is_told(tmp_path: Path) -> None:
    for command in ("lint", "test"):
        assert said(spoc("catalog", command, "--data", str(tmp_path))) == (
            f"There is no desk in {tmp_path}, so nothing is published. "
            "Name packs or a folder of them, or a desk's folder with --data."
        )


def test_without_a_file_the_published_catalogue_is_looked_at(database: str) -> None:
    found = spoc("catalog", "lint", SPOC_DATABASE_URL=database)
    assert found.stdout == f"No fault in {len(shipped().services)} services.\n"
    assert spoc("catalog", "lint", "--json", SPOC_DATABASE_URL=database).stdout == '{\n  "faults": []\n}\n'
    tried = spoc("catalog", "test", SPOC_DATABASE_URL=database)
    number = len(shipped().tests)
    assert tried.stdout == f"{number} of {number} tests passed.\n"


def test_files_stand_in_the_published_catalogue_where_there_is_a_desk(alone: Path, database: str) -> None:
    assert spoc("catalog", "lint", str(alone), SPOC_DATABASE_URL=database).stdout == "No fault in 1 service.\n"


def test_tests_of_packs_pass_or_are_told_with_what_is_the_case(alone: Path) -> None:
    passed = CliRunner().invoke(app, ["catalog", "test", str(alone)])
    assert (passed.exit_code, passed.output) == (0, "1 of 1 tests passed.\n")
    alone.write_text(ALONE.replace("{water: office}", "{water: it}"))
    failed = CliRunner().invoke(app, ["catalog", "test", str(alone)])
    assert failed.exit_code == 1
    assert failed.output.splitlines() == [
        "plant: The office waters",
        f"  {alone}:10: tests[0].expect.queues.water: it goes to office",
        "0 of 1 tests passed.",
    ]
    (told,) = json.loads(CliRunner().invoke(app, ["catalog", "test", str(alone), "--json"]).output)["tests"]
    assert (told["name"], told["line"], told["faults"][0]["reason"]) == ("The office waters", 10, "it goes to office")


def test_what_cannot_be_read_is_not_tried(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    done = spoc("catalog", "test", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("broken.yaml:2: services[0]")


def test_a_catalogue_that_fails_its_own_tests_is_not_published(tmp_path: Path, database: str) -> None:
    for pack in Path(SHIPPED).iterdir():
        (tmp_path / pack.name).write_text(pack.read_text().replace("queues: {restore: desk}", "queues: {restore: it}"))
    refused = said(spoc("catalog", "publish", str(tmp_path), SPOC_DATABASE_URL=database))
    assert refused.startswith("it.yaml:")
    assert refused.endswith("expect.queues.restore: it goes to desk")


def test_the_shape_of_a_pack_is_there_for_editors() -> None:
    schema = json.loads(CliRunner().invoke(app, ["catalog", "schema"]).output)
    assert set(schema["properties"]) == {"queues", "needs", "phases", "items", "services", "tests"}
    assert schema["additionalProperties"] is False
    assert {"queue", "needs", "condition", "due"} <= set(schema["$defs"]["Step"]["properties"])


def later(folder: Path, old: str, new: str) -> Path:
    """The shipped packs with one text changed."""
    folder.mkdir()
    for pack in Path(SHIPPED).iterdir():
        (folder / pack.name).write_text(pack.read_text().replace(old, new))
    return folder


def test_what_publishing_would_change_is_told_in_words(database: str, tmp_path: Path) -> None:
    folder = later(tmp_path / "later", "title: Write and sign the letter", "title: Write the letter")
    told = spoc("catalog", "diff", str(folder), SPOC_DATABASE_URL=database)
    assert told.stdout.splitlines() == [
        "Letter of employment (letter-of-employment)",
        "  “Write and sign the letter” is now called “Write the letter”.",
    ]
    for_programs = spoc("catalog", "diff", "1", str(folder), "--json", SPOC_DATABASE_URL=database)
    (change,) = json.loads(for_programs.stdout)["changes"]
    assert (change["kind"], change["what"], change["attribute"]) == ("step", "changed", "title")
    assert change["text"] == "“Write and sign the letter” is now called “Write the letter”."


def test_versions_are_compared_by_number(database: str) -> None:
    assert spoc("catalog", "diff", "1", SPOC_DATABASE_URL=database).stdout == "Nothing changes.\n"
    assert said(spoc("catalog", "diff", SPOC_DATABASE_URL=database)).startswith("There is one version only.")
    for number in ("7", "99999999999999999999"):
        refused = said(spoc("catalog", "diff", "1", number, SPOC_DATABASE_URL=database))
        assert refused == f"There is no version {number} of the catalogue."


def test_what_the_newest_version_changed_is_told(server_url: str, tmp_path: Path) -> None:
    folder = later(tmp_path / "later", "title: Return\n", "title: Back\n")
    with fresh_database(server_url) as url:
        spoc("migrate", SPOC_DATABASE_URL=url)
        spoc("catalog", "publish", str(folder), SPOC_DATABASE_URL=url)
        told = spoc("catalog", "diff", SPOC_DATABASE_URL=url)
    assert told.stdout.splitlines() == ["The whole catalogue", "  “Return” is now called “Back”."]


def test_overlaps_are_shown_to_people_and_programs(database: str) -> None:
    shown = spoc("catalog", "overlaps", SPOC_DATABASE_URL=database).stdout
    for text in ("The same of two teams", "Questions asked twice", "Who waits for whom", "Give the access"):
        assert text in shown
    told = json.loads(spoc("catalog", "overlaps", "--json", SPOC_DATABASE_URL=database).stdout)
    assert set(told) == {"same_work", "asked_twice", "twice_in_one", "waiting"}
    assert {"queue": "IT", "other": "HR"}.items() <= next(
        one for one in told["waiting"] if one["other"] == "HR"
    ).items()
