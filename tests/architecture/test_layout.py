"""The rooms of the repository: what may lie where, and that nothing crosses the layers."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from spoc.settings import Settings

ROOT = Path(__file__).parents[2]
TOP = {
    *("catalog", "routing", "spoc", "alembic", "tests", ".ci"),
    *("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "docker-compose.yml", ".gitignore", ".gitattributes"),
}
PRODUCT = ("catalog", "routing", "spoc")
VAGUE = {"utils", "util", "helpers", "helper", "manager", "data", "info", "process", "handle", "misc", "common", "core"}


def tracked() -> list[Path]:
    """Files of the repository; all that is not ignored where git is missing (an unpacked archive)."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts]
    listed = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    return [Path(line) for line in listed.stdout.decode().splitlines() if (ROOT / line).exists()]


def modules() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and path.parts[0] in PRODUCT]


@pytest.mark.parametrize("tool", [["lint-imports"]], ids=["import contracts"])
def test_no_import_goes_upward(tool: list[str]) -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name(tool[0])], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_root_holds_only_what_a_stranger_expects() -> None:
    assert {path.parts[0] for path in tracked()} <= TOP


def test_no_test_runs_a_loop_where_a_browser_may_have_left_one() -> None:
    """The worker that gets it decides whether it fails: `tests.loops.finished` runs it in a thread of its own."""
    call = "asyncio" + ".run("
    found = [
        path for path in tracked() if path.parts[0] == "tests" and call in (ROOT / path).read_text("utf-8", "ignore")
    ]
    assert found == []


def test_the_migrations_are_no_package() -> None:
    assert not list((ROOT / "alembic").rglob("__init__.py"))


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in tracked() if path.parts[0] == "tests" and path.suffix == ".py"}
    assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()] == []


def test_each_module_says_its_subject_in_the_first_line() -> None:
    silent = [str(path) for path in modules() if path.name != "__init__.py" and not _docstring(path)]
    assert silent == []


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))


def test_no_name_is_a_drawer_for_anything() -> None:
    names = {str(path): {path.stem, *path.parts[:-1]} for path in modules()}
    assert [path for path, parts in names.items() if parts & VAGUE] == []


def test_no_module_has_a_second_subject() -> None:
    long = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in modules()}
    assert {path: lines for path, lines in long.items() if lines > 300} == {}


def test_only_the_edges_open_sessions() -> None:
    edges = re.compile(r"^spoc/(app|cli/.*|web/(deps|runtime|health)|jobs/.*|demo/.*|db/.*)\.py$")
    opening = [
        str(path)
        for path in modules()
        if not edges.match(str(path))
        and re.search(r"^(from|import) spoc\.db\.session", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert opening == []


def test_broad_catches_stand_only_at_the_outermost_edge_of_a_job() -> None:
    broad = [
        str(path)
        for path in modules()
        if re.search(r"except Exception\b|except:", (ROOT / path).read_text("utf-8"))
        and not str(path).startswith("spoc/jobs/")
    ]
    assert broad == []


def test_nothing_unpickles_or_evaluates() -> None:
    forbidden = re.compile(r"\b(pickle|marshal|shelve)\b|(?<![\w.])(eval|exec)\(|yaml\.(load|unsafe_load)\(")
    assert [str(path) for path in modules() if forbidden.search((ROOT / path).read_text("utf-8"))] == []


def test_no_sql_is_built_from_strings() -> None:
    built = re.compile(r"\btext\(\s*f[\"']|execute\(\s*f[\"']")
    assert [str(path) for path in modules() if built.search((ROOT / path).read_text("utf-8"))] == []


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    names = [f"SPOC_{name.upper()}" for name in Settings.model_fields]
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    loose = []
    for line in requires("spoc") or []:
        wanted = Requirement(line)
        operators = {one.operator for one in wanted.specifier}
        if "dev" in str(wanted.marker or "") or wanted.name == "tzdata":  # tools of ours; tzdata counts by year
            continue
        if not (operators & {">=", "==", "~="} and operators & {"<", "==", "~="}):
            loose.append(line)
    assert loose == []


def test_no_file_names_a_machine_of_ours() -> None:
    places = re.compile(r"/work/(?:main|shared)|/root/|/tmp/team|pypi\.org|npmjs\.org|deb\.debian\.org")
    named = []
    for path in tracked():
        if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".html", ".txt", ""} and "vendor" not in path.parts:
            text = (ROOT / path).read_text("utf-8", errors="ignore")
            if places.search(text) and path != Path(__file__).relative_to(ROOT):
                named.append(str(path))
    assert named == []
