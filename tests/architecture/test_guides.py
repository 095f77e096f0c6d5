"""What the guides promise is complete: each problem that a program can be told stands in the guide to the API."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import catalog
import routing
import spoc
from catalog.errors import CatalogueError
from routing.errors import RoutingError
from spoc.errors import SpocError
from spoc.web.errors import status_of

GUIDE = Path(__file__).parents[2] / "spoc" / "help" / "api.md"
NEVER_TOLD = 500
WITH_SETTINGS_AT_IMPORT = {"spoc.jobs.external"}


def load(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name not in WITH_SETTINGS_AT_IMPORT:
            importlib.import_module(module.name)


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_every_problem_code_stands_in_the_guide() -> None:
    for package in (catalog, routing, spoc):
        load(package)
    headings = set(re.findall(r"^### (\w+)$", GUIDE.read_text("utf-8"), re.MULTILINE))
    kinds = [kind for base in (SpocError, CatalogueError, RoutingError) for kind in below(base)]
    codes = {kind.code for kind in kinds if status_of(kind) != NEVER_TOLD}  # type: ignore[attr-defined] # all have one
    assert sorted(codes - headings) == []
