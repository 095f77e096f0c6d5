"""A draft: the catalogue as it would be with one pack's parts in place of its own."""

from typing import Any

from catalog.document import catalogue_of
from catalog.errors import InvalidCatalogue
from catalog.expected import PackTest
from catalog.lint import lint
from catalog.pack import Document, read_document
from catalog.service import Catalogue
from catalog.yaml_text import Reading

KEYED = tuple(name for name in Catalogue.model_fields if name != "tests")


def drafted(base: Catalogue, file: str, text: str) -> Catalogue:
    """`base` with what the pack says: parts of the same key or name in their places, new ones at the end.

    The pack may name what only `base` has. A part that the pack leaves out stays.

    Raises:
        InvalidCatalogue: with every fault of the pack; those of `base` are not looked for.
    """
    pack = read_document(file, text)
    faults = [*pack.faults, *lint((pack, _named(base)))]
    if faults:
        raise InvalidCatalogue(sorted(faults))
    new = catalogue_of((pack,))
    return Catalogue(**{name: _merged(getattr(base, name), getattr(new, name)) for name in Catalogue.model_fields})


def _named(base: Catalogue) -> Document:
    """The names in `base`, and none of its parts: they are not to be looked at again."""
    named = frozenset((name, part.key) for name in KEYED for part in getattr(base, name))
    return Document(Reading(""), (), named, ())


def _merged(old: tuple[Any, ...], new: tuple[Any, ...]) -> tuple[Any, ...]:
    by_name = {_name(part): part for part in new}
    kept = tuple(by_name.pop(_name(part), part) for part in old)
    return (*kept, *by_name.values())


def _name(part: Any) -> tuple[str, ...]:
    return (part.service, part.name) if isinstance(part, PackTest) else (part.key,)
