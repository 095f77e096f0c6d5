"""The texts of the product as a translator finds them, and a made-up language of all of them."""

from collections.abc import Callable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from spoc.words import DOMAIN

ROOT = Path(__file__).parents[1]
MADE_UP = "eo"


def extracted(folder: Path) -> Catalog:
    """All that the command for translators finds; `folder` is for its file."""
    template = folder / "spoc.pot"
    options = ["-q", "extract", "-F", str(ROOT / "pyproject.toml"), "-o", str(template)]
    sources = [str(ROOT / name) for name in ("catalog", "routing", "spoc")]
    CommandLineInterface().run(["pybabel", *options, *sources])  # type: ignore[no-untyped-call]  # Babel has no types here
    with template.open("rb") as file:
        return read_po(file)


def write_language(folder: Path, texts: Catalog, turned: Callable[[str], str]) -> Path:
    """A folder of translations with one language, in which each text is as `turned` makes it."""
    made = Catalog(MADE_UP)
    for text in texts:
        if text.id:
            ids = [text.id] if isinstance(text.id, str) else list(text.id)
            said = [turned(one) for one in ids]
            made.add(text.id, said[0] if len(said) == 1 else said)
    path = folder / MADE_UP / "LC_MESSAGES" / f"{DOMAIN}.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, made)
    return folder


def bracketed(text: str) -> str:
    return f"⟦{text}⟧"
