"""How long the catalogue's functions take on the shipped catalogue: `python -m tests.bench.catalog`."""

import timeit
from collections.abc import Callable
from datetime import date
from importlib.resources import files

from catalog.answers import Known, check, named_people
from catalog.document import from_json, read_packs, shipped, to_json
from catalog.expand import Facts, expand
from catalog.match import find_answers, match

TEXT = "New colleague Aylin Kaya starts on 1 September in Berlin, as an employee with a Mac laptop"
TODAY = date(2026, 7, 1)
FACTS: Facts = {"requester": {"mail": "mara@example.com"}, "subject": None}


def cases() -> dict[str, Callable[[], object]]:
    catalogue = shipped()
    service = catalogue.service("new-starter")
    known = Known(named_people(service, service.example), frozenset({"berlin"}))
    answers = check(service, service.example, known)
    stored = to_json(catalogue)
    return {
        "check": lambda: check(service, service.example, known),
        "expand": lambda: expand(service, answers, FACTS),
        "match": lambda: match(TEXT, catalogue, TODAY),
        "find_answers": lambda: find_answers(service, TEXT, TODAY, {"berlin": "Berlin", "lyon": "Lyon"}),
        "from_json": lambda: from_json(stored),
        "read_packs": lambda: read_packs(files("catalog") / "packs"),
    }


def main() -> None:
    for name, case in cases().items():
        timer = timeit.Timer(case)
        rounds, _ = timer.autorange()
        best = min(timer.repeat(3, rounds)) / rounds
        print(f"{name:14} {best * 1e6:10.1f} µs")


if __name__ == "__main__":
    main()
