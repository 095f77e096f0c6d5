"""The JSON Schema (2020-12) of a pack, for editors: what may stand where, and which keys there are."""

from pydantic import JsonValue

from catalog.expected import PackTest
from catalog.item import ItemKind
from catalog.part import Part
from catalog.schema import DIALECT
from catalog.service import Need, Phase, Queue, Service


class Pack(Part):
    """One YAML document of a catalogue: queues, needs, phases, items, services and tests, as lists."""

    queues: tuple[Queue, ...] = ()
    needs: tuple[Need, ...] = ()
    phases: tuple[Phase, ...] = ()
    items: tuple[ItemKind, ...] = ()
    services: tuple[Service, ...] = ()
    tests: tuple[PackTest, ...] = ()


def pack_schema() -> dict[str, JsonValue]:
    """Only the shape: what names lead to, and whether conditions can be read, is for `catalog.lint`."""
    return {"$schema": DIALECT, **Pack.model_json_schema()}
