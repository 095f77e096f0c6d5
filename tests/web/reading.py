"""What people read on a page, and how much of it no translator has seen: for pages in the made-up language."""

from collections.abc import Iterator
from html.parser import HTMLParser

OPEN, CLOSE = "⟦", "⟧"
READ = frozenset(
    {"aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription", "data-label"}
)
"""Attributes that are read out or shown; the last one stands beside a cell on a phone."""

CODE = frozenset({"script", "style", "code", "kbd", "samp", "pre"})
"""What is in them is no sentence of ours."""

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class Reading(HTMLParser):
    """`unsaid` are the pieces of text outside the brackets, in their order; a bracket may span elements.

    Elements with the attribute `lang` are of their own language.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.unsaid: list[str] = []
        self._depth = 0
        self._quiet: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID and (self._quiet or tag in CODE or (tag != "html" and "lang" in dict(attrs))):
            self._quiet.append(tag)
        if not self._quiet:
            self.unsaid += [piece for name, value in _shown(tag, dict(attrs)) for piece in outside(value)]

    def handle_endtag(self, tag: str) -> None:
        if self._quiet and self._quiet[-1] == tag:
            self._quiet.pop()

    def handle_data(self, data: str) -> None:
        if self._quiet:
            return
        pieces = list(outside(data, self._depth))
        self._depth += data.count(OPEN) - data.count(CLOSE)
        self.unsaid += pieces


def _shown(tag: str, attrs: dict[str, str | None]) -> Iterator[tuple[str, str]]:
    is_button = tag == "input" and attrs.get("type") in {"submit", "button", "reset"}
    for name, value in attrs.items():
        if value and (name in READ or (name == "value" and is_button)):
            yield name, value


def outside(text: str, depth: int = 0) -> Iterator[str]:
    """The pieces that stand in no bracket; `depth` brackets are open before it begins."""
    piece = ""
    for char in text + OPEN:
        if char == OPEN:
            yield from [piece.strip()] if not depth and any(one.isalpha() for one in piece) else []
            piece = ""
        elif not depth:
            piece += char
        depth += (char == OPEN) - (char == CLOSE)
        if char == CLOSE:
            piece = ""


def unsaid(page: str) -> list[str]:
    reading = Reading()
    reading.feed(page)
    return [" ".join(piece.split()) for piece in reading.unsaid]
