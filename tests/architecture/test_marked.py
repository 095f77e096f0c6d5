"""Texts are written where the extraction for translators finds them."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
MARKING = {"gettext", "ngettext", "marked", "_"}


def test_no_text_is_marked_inside_an_f_string() -> None:
    """There it is part of one token, and never reaches a translator."""
    inside = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for package in ("catalog", "routing", "spoc")
        for path in (ROOT / package).rglob("*.py")
        for whole in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(whole, ast.JoinedStr)
        for call in ast.walk(whole)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKING
        if any(isinstance(given, ast.Constant) for given in call.args)
    ]
    assert inside == []
