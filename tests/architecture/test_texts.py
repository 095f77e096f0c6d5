"""Every sentence that an error tells is one that translators find, and none is finished where it is raised."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from babel.messages.catalog import Catalog

import catalog
import routing
import spoc
from catalog.checks import MANY, MESSAGES
from catalog.errors import CatalogueError
from routing.errors import ACTS, STATES, RoutingError
from routing.lifecycle import Act
from routing.work import TaskState
from spoc.errors import SpocError
from spoc.web import errors, plain
from tests.texts import ROOT, extracted

SAYING = {"Phrase", "Remark", "counted", "marked", "gettext", "ngettext"}
PRINTING = {"tell", "print", "print_plain", "status", "Table", "add_row", "add_column", "add_task"}
ASKING = {"Option", "Argument", "Typer", "command"}
FAULTS = {"Fault", "fault", "AnswerFault", "DocumentFault", "TurnedAway", "InvalidCondition", "InvalidDateRule"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return extracted(tmp_path_factory.mktemp("texts"))


def told_kinds() -> set[type[Exception]]:
    """Our errors whose own sentence reaches the one who asked."""
    for package in (catalog, routing, spoc):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    return {kind for kind in below(SpocError, CatalogueError, RoutingError) if issubclass(kind, errors.SPOKEN)}


def below(*roots: type[Exception]) -> set[type[Exception]]:
    return {kind for root in roots for kind in (root, *below(*root.__subclasses__()))}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("catalog", "routing", "spoc"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def test_the_template_of_every_error_is_found(texts: Catalog) -> None:
    templates = {kind: getattr(kind, "template", "") for kind in told_kinds()}
    assert {kind.__name__ for kind, template in templates.items() if template and template not in texts} == set()
    assert len([template for template in templates.values() if template]) > 20


def test_the_sentences_of_every_table_are_found(texts: Catalog) -> None:
    tables = (MESSAGES, plain.SAID, errors.TITLES, errors.DETAILS)
    said = {text for table in tables for text in table.values()} | {
        str(word) for word in (*STATES.values(), *ACTS.values())
    }
    assert {text for text in said if text not in texts} == set()
    assert {texts[MESSAGES[code]].id for code in MANY} == {(MESSAGES[code], many) for code, many in MANY.items()}


def test_every_state_and_act_has_a_word() -> None:
    assert set(STATES) == set(TaskState)
    assert set(ACTS) == set(Act)


def test_no_sentence_is_finished_where_it_is_raised() -> None:
    told_kinds()
    kinds = {kind.__name__ for kind in below(SpocError, CatalogueError, RoutingError)} | FAULTS | {"__init__"}
    finished = [
        f"{path}:{call.lineno}"
        for path, tree in sources()
        for name, call in calls(tree)
        if name in kinds and any(is_finished(argument) for argument in call.args)
    ]
    assert finished == []


def test_no_command_prints_a_word_that_is_not_marked() -> None:
    bare = [
        f"{path}:{call.lineno}"
        for path, tree in sources()
        if path.parts[:2] == ("spoc", "cli")
        for name, call in calls(tree)
        if name in PRINTING | ASKING
        for argument in (
            call.args if name in PRINTING else [word.value for word in call.keywords if word.arg == "help"]
        )
        if any(isinstance(part, ast.Constant) and re.search("[a-z]", str(part.value)) for part in written(argument))
    ]
    assert bare == []


def written(argument: ast.expr) -> Iterator[ast.expr]:
    """The parts of a text that is written where it is printed; the tag of a colour is no word."""
    if isinstance(argument, ast.Constant):
        yield argument
    elif isinstance(argument, ast.JoinedStr):
        yield from argument.values


def is_finished(argument: ast.expr) -> bool:
    """An f-string, a filled template, or a bare text, of several words: a place such as `f".steps[{at}]"` has one."""
    if not isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp):
        return False
    texts = (node.value for node in ast.walk(argument) if isinstance(node, ast.Constant))
    return any(isinstance(text, str) and " " in text for text in texts)


def test_what_is_marked_is_a_text_as_it_stands() -> None:
    """A template that is put together at run time would never be found."""
    made = [
        f"{path}:{call.lineno}"
        for path, tree in sources()
        for name, call in calls(tree)
        if name in SAYING and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert made == []


def test_every_template_names_its_values(texts: Catalog) -> None:
    """`%s` could not be put in another order, and a stray percent sign would fail in one language only."""
    for text in texts:
        for one in [text.id] if isinstance(text.id, str) else text.id:
            if "%(" in one:
                assert one % AnyValue()


class AnyValue(dict[str, int]):
    def __missing__(self, name: str) -> int:
        return 2
