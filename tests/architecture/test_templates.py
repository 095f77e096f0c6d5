"""Every template compiles, and every template is used by a page or another template."""

from pathlib import Path

from spoc.web.pages import environment

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "spoc" / "web" / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def test_every_template_compiles() -> None:
    for name in NAMES:
        assert environment.get_template(name)


def test_every_template_is_used() -> None:
    code = [path.read_text("utf-8") for path in (ROOT / "spoc").rglob("*.py")]
    templates = {name: (TEMPLATES / name).read_text("utf-8") for name in NAMES}
    unused = [
        name
        for name in NAMES
        if not any(f'"{name}"' in text for text in code)
        and not any(f"'{name}'" in text for other, text in templates.items() if other != name)
    ]
    assert unused == []


def test_every_style_and_script_of_ours_is_used() -> None:
    static = TEMPLATES.parent / "static"
    ours = [path.name for path in static.iterdir() if path.suffix in {".css", ".js", ".svg"}]
    text = "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.html"))
    assert [name for name in ours if f"'{name}'" not in text] == []
