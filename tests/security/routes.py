"""Every route of the application, with its parameters filled in: the registry that sweeps walk."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Call:
    method: str
    template: str
    path: str


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path template) of each route; mounts of static files have none of ours to leak."""
    found = {
        (method, context.path or "")
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or ())
    }
    return sorted(found)


def calls(
    app: FastAPI, method: str, tickets: Sequence[str], ids: Sequence[str], files: Sequence[str] = ()
) -> Iterator[Call]:
    """Each route of that method, with every ticket and id there is in its places; `files` are ids with names."""
    for verb, template in routes(app):
        if verb != method:
            continue
        names = PLACEHOLDER.findall(template)
        if template == FILES:
            yield from (Call(verb, template, f"/files/{value}") for value in (*files, NO_FILE))
            continue
        for value in _values(names, tickets, ids):
            yield Call(verb, template, PLACEHOLDER.sub(value, template))


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
