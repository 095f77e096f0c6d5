"""How commands speak: to people on standard output with a little colour, to programs as JSON."""

import json
from typing import Any

from rich.console import Console

out = Console(highlight=False)


def tell(text: str) -> None:
    """A line for people; an address in it stays whole, however narrow the window."""
    out.print(text, soft_wrap=True)


def print_plain(text: str) -> None:
    """The text alone, for a program or a clipboard."""
    print(text)  # noqa: T201 - standard output is the result


def print_json(found: Any) -> None:
    print_plain(json.dumps(found, ensure_ascii=False, indent=2, default=str))
