"""The command line speaks the language of its environment, here one in which every text stands in brackets."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from catalog.errors import AnswerFault, InvalidAnswers, InvalidCatalogue
from spoc import words
from spoc.cli import app, translate
from spoc.cli.options import read_settings
from spoc.cli.say import error_text, speak_as_set, tell
from spoc.db import migrate
from spoc.errors import Misconfigured
from tests.cli import wide
from tests.conftest import fresh_database
from tests.texts import MADE_UP, bracketed, extracted, write_language


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    return write_language(folder, extracted(folder), bracketed)


@pytest.fixture(autouse=True)
def abroad(texts: Path) -> Iterator[None]:
    words.speak(MADE_UP, texts)
    yield
    words.speak(words.ENGLISH)


@pytest.fixture(scope="module")
def database(server_url: str) -> Iterator[str]:
    with fresh_database(server_url) as url:
        migrate.upgrade(url)
        yield url


def run(*arguments: str, **environment: str) -> str:
    with wide():
        return CliRunner(env=environment).invoke(app, arguments).output


def all_commands(command: Any, name: str = "spoc") -> Iterator[tuple[str, Any]]:
    yield name, command
    for key, below in getattr(command, "commands", {}).items():
        yield from all_commands(below, f"{name} {key}")


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LANG": "eo_XX.UTF-8"}, MADE_UP),
        ({"LC_ALL": "eo@made-up", "LANG": "C"}, MADE_UP),
        ({"LC_ALL": "", "LC_MESSAGES": "C", "LANG": "eo"}, words.ENGLISH),
        ({"LANG": "C.UTF-8"}, words.ENGLISH),
        ({}, words.ENGLISH),
    ],
)
def test_the_environment_says_which_language(texts: Path, environment: dict[str, str], spoken: str) -> None:
    speak_as_set(environment, texts)
    assert words.language() == spoken


def test_every_command_and_option_explains_itself_in_it() -> None:
    command = get_command(app)
    translate(command)
    helps = {name: one.help for name, one in all_commands(command)}
    options = {
        f"{name} {option.name}": option.help
        for name, one in all_commands(command)
        for option in one.params
        if option.name not in {"help", "install_completion", "show_completion"}
    }
    assert len(helps) > 15
    assert [name for name, text in (helps | options).items() if text and not text.startswith("⟦")] == []
    assert [name for name, text in helps.items() if not text] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("migrate",), "⟦The database is at"),
        (("catalog", "show"), "⟦Catalogue, version 1⟧"),
        (("catalog", "show", "new-starter"), "⟦waits for⟧"),
        (("catalog", "lint"), "⟦No fault in"),
        (("catalog", "test"), "tests passed.⟧"),
        (("catalog", "diff", "1"), "⟦Nothing changes.⟧"),
        (("catalog", "overlaps"), "⟦Who waits for whom⟧"),
        (("user", "add", "--mail", "nia@example.org", "--name", "Nia Okeke"), "⟦nia@example.org sets a password here"),
        (("catalog", "simulate", "laptop-fault"), "⟦to spare⟧"),
        (("catalog", "replay", "laptop-fault"), "⟦0 requests.⟧"),
        (("report", "fcr"), "⟦First contact resolution, "),
        (("catalog", "publish"), "⟦Version 1 with"),
    ],
)
def test_what_commands_print_is_told_in_it(database: str, arguments: tuple[str, ...], told: str) -> None:
    run("migrate", SPOC_DATABASE_URL=database)
    run("user", "add", "--mail", "ada@example.org", "--name", "Ada King", SPOC_DATABASE_URL=database)
    assert told in run(*arguments, SPOC_DATABASE_URL=database)


def test_a_fault_of_a_pack_is_told_in_it(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("needs:\n  - {key: any}\n")
    assert "broken.yaml:2: needs[0].title: ⟦this is needed⟧ (⟦add it⟧)" in run("catalog", "lint", str(tmp_path))


def test_a_setting_that_cannot_be_used_is_told_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOC_POOL_SIZE", "0")
    with pytest.raises(Misconfigured) as refused:
        read_settings()
    assert error_text(refused.value) == "⟦SPOC_POOL_SIZE cannot be used. ⟦This must be at least 1.⟧⟧"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SPOC_BASE_URL", "foo", "⟦This is not of the form that is asked for.⟧"),
        ("SPOC_SMTP_URL", "zzz", "⟦This is not of the form that is asked for.⟧"),
        ("SPOC_MAIL_FROM", "x", "⟦This is not of the form that is asked for.⟧"),
        ("SPOC_LOG_LEVEL", "loud", "⟦This must be one of 'DEBUG', 'INFO', 'WARNING', 'ERROR'.⟧"),
    ],
)
def test_a_setting_of_the_wrong_form_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured) as refused:
        read_settings()
    assert error_text(refused.value) == f"⟦{name} cannot be used. {told}⟧"


def test_a_data_folder_may_be_below_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_settings(Path("~/other")).data == tmp_path / "other"
    monkeypatch.setenv("SPOC_DATA", "~/desk")
    assert read_settings().data == tmp_path / "desk"


def test_brackets_in_what_is_told_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    tell("Parking [/space] in [red]", "[red]")
    assert capsys.readouterr().out == "Parking [/space] in [red]\n"


def test_what_changes_is_told_in_it_and_brackets_of_a_title_stay(tmp_path: Path, server_url: str) -> None:
    with fresh_database(server_url) as url:
        run("migrate", SPOC_DATABASE_URL=url)
        run("catalog", "pull", str(tmp_path), SPOC_DATABASE_URL=url)
        pay = tmp_path / "pay.yaml"
        pay.write_text(pay.read_text().replace("title: Payslip question", "title: Pay [/question]"))
        told = run("catalog", "diff", str(tmp_path), SPOC_DATABASE_URL=url)
        assert "⟦“Payslip question” is now called “Pay [/question]”.⟧" in told
        run("catalog", "publish", str(tmp_path), SPOC_DATABASE_URL=url)
        assert "Pay [/question]" in run("catalog", "show", SPOC_DATABASE_URL=url)


def test_each_fault_is_told_after_its_name() -> None:
    missing = AnswerFault("start_on", "required", "This is needed.")
    assert error_text(InvalidAnswers([missing])) == "start_on: ⟦This is needed.⟧"
    assert error_text(InvalidCatalogue([])) == ""
