"""Every route of the application, with its parameters filled in: the registry that sweeps walk."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

PLACEHOLDER = re.compile(r"\{(\w+)(?::\w+)?\}")
FILES = "/files/{file_id}/{name}"
NO_FILE = "00000000-0000-7000-8000-000000000000/zq.txt"
QUERIES: tuple[Mapping[str, str], ...] = (
    {},
    {"from": "2026-06-01", "to": "2026-12-31", "by": "service"},
    {"from": "2026-06-01", "to": "2026-12-31", "by": "queue", "service": "leaver", "queue": "hr", "key": "hr"},
    {"from": "2026-06-01", "to": "2026-12-31", "of": "excluded"},
    {"text": "zq", "q": "zq", "person": "colleague@demo.example", "mail": "colleague@demo.example", "state": "ready"},
)
READ_BY_HAND = ("spoc.web.reports.", "spoc.web.desk.")
"""Where endpoints take what is asked from the address themselves, in place of declaring it."""


@dataclass(frozen=True)
class Call:
    """`asks`: whether what stands behind the question mark can make a difference."""

    method: str
    template: str
    path: str
    asks: bool

    @property
    def queries(self) -> Sequence[Mapping[str, str]]:
        return QUERIES if self.asks else QUERIES[:1]


def routes(app: FastAPI) -> dict[tuple[str, str], bool]:
    """(method, path template) of each route, and whether it asks; mounts of static files have none of ours to leak."""
    found = {
        (method, context.path or ""): _asks(context)
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or ())
    }
    return dict(sorted(found.items()))


def _asks(context: Any) -> bool:
    """Whether it, or something it depends on, declares that it reads the query, or is where that is not declared."""
    declared = getattr(context, "dependant", None)
    by_hand = context.endpoint is not None and context.endpoint.__module__.startswith(READ_BY_HAND)
    return by_hand or (declared is not None and _declares(declared))


def _declares(dependant: Any) -> bool:
    return bool(dependant.query_params) or any(map(_declares, dependant.dependencies))


def calls(
    app: FastAPI, method: str, tickets: Sequence[str], ids: Sequence[str], files: Sequence[str] = ()
) -> Iterator[Call]:
    """Each route of that method, with every ticket and id there is in its places; `files` are ids with names."""
    for (verb, template), asks in routes(app).items():
        if verb != method:
            continue
        names = PLACEHOLDER.findall(template)
        if template == FILES:
            yield from (Call(verb, template, f"/files/{value}", asks) for value in (*files, NO_FILE))
            continue
        for value in _values(names, tickets, ids):
            yield Call(verb, template, PLACEHOLDER.sub(value, template), asks)


def _values(names: Sequence[str], tickets: Sequence[str], ids: Sequence[str]) -> Sequence[str]:
    if not names:
        return ("",)
    if any("reference" in name for name in names):
        return (*tickets, "T-999999")
    if any("queue" in name or name == "key" for name in names):
        return ("hr", "it", "payslip-question", "leaver", "no-such-thing")
    if any(name.endswith("id") for name in names):
        return (*ids, "00000000-0000-7000-8000-000000000000")
    return ("desk", "hr", "index", *tickets[:1])
