"""A catalogue written as packs: for a version whose own sources were not kept, and for a new service to begin with."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from catalog.part import Part
from catalog.service import Catalogue
from catalog.yaml_text import RESOLVERS

COMMON = "common.yaml"
"""What all services share. A service stands in a file of its own, named by its key."""

_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes what `read_yaml` reads as the same value: the resolvers decide what needs quotes."""

    yaml_implicit_resolvers = RESOLVERS

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the library's own
        """Dashes stand deeper than the key of their list."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's own
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _float(dumper: yaml.SafeDumper, number: float) -> yaml.Node:
    """In figures alone: an exponent would be read as a text."""
    figures = format(Decimal(repr(number)), "f")
    return dumper.represent_scalar("tag:yaml.org,2002:float", figures if "." in figures else f"{figures}.0")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)


def as_sources(catalogue: Catalogue) -> dict[str, str]:
    """Packs that make the same catalogue but for the order of its services, which is that of their keys.

    Defaults are left out, and so is what no document says: comments, and which file a part came from.
    """
    shared: dict[str, Sequence[Part]] = {
        "queues": catalogue.queues,
        "needs": catalogue.needs,
        "phases": catalogue.phases,
        "items": catalogue.items,
    }
    owned = {
        service.key: [test for test in catalogue.tests if test.service == service.key] for service in catalogue.services
    }
    services = {
        _file(service.key): as_yaml({"services": [service], "tests": owned[service.key]})
        for service in catalogue.services
    }
    return {COMMON: as_yaml(shared), **dict(sorted(services.items()))}


def _file(key: str) -> str:
    """A service may be called as the shared file is."""
    return f"{key}-service.yaml" if f"{key}.yaml" == COMMON else f"{key}.yaml"


def as_yaml(lists: Mapping[str, Sequence[Part]]) -> str:
    """One pack with these lists; an empty one is left out."""
    plain = {
        name: [part.model_dump(mode="json", exclude_defaults=True) for part in parts]
        for name, parts in lists.items()
        if parts
    }
    text: str = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text


def new_service(key: str, need: str, queue: str) -> str:
    """The text of a pack with one service that works as it stands, for its owner to change."""
    return _NEW % {
        "key": key,
        "title": key.replace("-", " ").replace("_", " ").capitalize(),
        "need": need,
        "queue": queue,
    }


_NEW = """\
services:
  - key: %(key)s
    title: %(title)s
    summary: One sentence that says what the employee gets.
    need: %(need)s
    icon: help
    phrases:
      - How people ask for it in their own words
    form:
      - key: description
        label: What do you need
        kind: long_text
        required: true
        help: What whoever works on it has to know.
    steps:
      - key: do-it
        title: Do what was asked for
        queue: %(queue)s
        due: 2 working days after submission
    example:
      description: An example of what somebody would write.

tests:
  - name: The team does it
    service: %(key)s
    expect:
      present: [do-it]
"""
