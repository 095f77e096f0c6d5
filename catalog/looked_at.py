"""Packs to look for faults in: files and folders as they lie, or a catalogue as it was published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.document import Packs, in_folder, read_files
from catalog.errors import DocumentFault
from catalog.lint import lint
from catalog.pack import Document
from catalog.pack_tests import Outcome, run_tests
from catalog.part import Part
from catalog.service import Catalogue, Service
from catalog.yaml_text import Reading

PUBLISHED = "catalogue"
"""What stands for the file where there is none."""

_ENTRY = re.compile(r"^(queues|needs|phases|services|tests)\[(\d+)\](?:\.(form|steps|schedules)\[(\d+)\])?")


@dataclass(frozen=True)
class Found:
    """All faults by file and line, and how many services were looked at."""

    faults: tuple[DocumentFault, ...]
    services: int


def packs_at(paths: Sequence[Path]) -> tuple[Packs, bool]:
    """The packs, and whether they are a whole catalogue: a folder is one, single files stand in another.

    Raises:
        OSError: one of them cannot be read.
    """
    folders = [path for path in paths if path.is_dir()]
    files = read_files([(str(path), path) for path in paths if path not in folders])
    every = [files, *map(in_folder, folders)]
    documents = tuple(document for packs in every for document in packs.documents)
    return Packs(documents, tuple(sorted(fault for packs in every for fault in packs.faults))), bool(folders)


def look(packs: Packs, around: Catalogue | None = None) -> Found:
    services = sum(1 for document in packs.documents for _ in document.of(Service))
    return Found(tuple(sorted((*packs.faults, *lint(packs.documents, around)))), services)


def try_out(packs: Packs, around: Catalogue | None = None) -> tuple[Outcome, ...]:
    """Run the tests of the packs, on their own services and those around."""
    services = {service.key: service for service in around.services} if around else {}
    own = {service.key: service for document in packs.documents for _, service in document.of(Service)}
    return run_tests(packs.documents, services | own)


def as_packs(catalogue: Catalogue) -> Packs:
    """The catalogue as if it had been read: it has paths, and no lines."""
    parts = tuple(
        (f"{kind}[{at}]", part) for kind in _parts(catalogue) for at, part in enumerate(_parts(catalogue)[kind])
    )
    mentioned = frozenset((where.split("[")[0], str(getattr(part, "key", ""))) for where, part in parts)
    return Packs((Document(Reading(PUBLISHED), parts, mentioned, ()),), ())


def look_at_published(catalogue: Catalogue) -> Found:
    found = look(as_packs(catalogue))
    return replace(found, faults=tuple(named(fault, catalogue) for fault in found.faults))


def try_out_published(catalogue: Catalogue) -> tuple[Outcome, ...]:
    outcomes = try_out(as_packs(catalogue))
    return tuple(replace(one, faults=tuple(named(fault, catalogue) for fault in one.faults)) for one in outcomes)


def named(fault: DocumentFault, catalogue: Catalogue) -> DocumentFault:
    """The fault with keys for numbers in its path: `services[new-starter].steps[badge].due`."""
    entry = _ENTRY.match(fault.where)
    if entry is None:
        return fault
    part = _parts(catalogue)[entry[1]][int(entry[2])]
    path = f"{entry[1]}[{getattr(part, 'key', None) or getattr(part, 'name', '')}]"
    if entry[3]:
        path += f".{entry[3]}[{getattr(part, entry[3])[int(entry[4])].key}]"
    return replace(fault, where=path + fault.where[entry.end() :])


def _parts(catalogue: Catalogue) -> Mapping[str, tuple[Part, ...]]:
    return {
        "queues": catalogue.queues,
        "needs": catalogue.needs,
        "phases": catalogue.phases,
        "items": catalogue.items,
        "services": catalogue.services,
        "tests": catalogue.tests,
    }
