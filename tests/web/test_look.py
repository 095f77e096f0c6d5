"""The look holds its promises: contrast, one place for colours, no inline style, vendored files as pinned."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.document import shipped
from catalog.icons import ICONS
from tests.web.gallery_content import GALLERY, ROOT, STATIC, TEMPLATES, WEB, context, environment

SHEETS = sorted(path for path in STATIC.glob("*.css") if path.name != "tokens.css")
OWN_TEMPLATES = sorted([*TEMPLATES.rglob("*.html"), *GALLERY.rglob("*.html")])
PAGES = ["employee.html", "desk.html", "report.html", "sign_in.html", "set_password.html", "error.html"]
TEXT, SHAPE = 4.5, 3.0

# What stands on what: foreground, background, the ratio that WCAG 2.2 AA asks for (1.4.3 text, 1.4.11 shapes).
PAIRS = [
    *((ink, on, TEXT) for ink in ("ink", "ink-2", "ink-3") for on in ("canvas", "surface", "raised", "sunken")),
    *((ink, "brand-tint", TEXT) for ink in ("ink", "ink-2", "ink-3", "on-tint")),
    *(("brand", on, TEXT) for on in ("canvas", "surface", "raised", "sunken", "brand-tint")),
    *(("brand-hover", on, TEXT) for on in ("canvas", "surface")),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-hover", TEXT),
    ("on-late", "late-mark", TEXT),
    ("canvas", "ink", TEXT),
    *((ink, f"{kind}-tint", TEXT) for kind in ("soon", "late", "note", "conf") for ink in (kind, "ink", "ink-2")),
    *((kind, "surface", TEXT) for kind in ("soon", "late", "note", "conf")),
    ("late", "canvas", TEXT),
    ("soon", "canvas", TEXT),
    *(
        (mark, on, SHAPE)
        for mark in ("edge", "brand", "soon-mark", "late-mark", "note-mark", "conf-mark")
        for on in ("canvas", "surface")
    ),
    ("soon-mark", "soon-tint", SHAPE),
    ("conf-mark", "conf-tint", SHAPE),
    ("edge", "sunken", SHAPE),
    ("brand", "brand-tint", SHAPE),
]


def without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)


def declared(selector: str) -> dict[str, str]:
    block = re.search(rf"{re.escape(selector)} \{{(.*?)\}}", without_comments(STATIC / "tokens.css"), re.DOTALL)
    assert block, selector
    return dict(re.findall(r"--([\w-]+): ([^;]+);", block[1]))


LIGHT = declared(":root")
DARK = declared('[data-bs-theme="dark"]')


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_that_is_used_has_contrast(tokens: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(tokens[front], tokens[back]) >= least


def test_the_reader_without_a_script_gets_the_same_dark_colours() -> None:
    assert declared(":root:not([data-bs-theme])") == DARK
    assert set(DARK) == set(LIGHT)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_only_the_tokens_name_a_raw_colour(sheet: Path) -> None:
    values = " ".join(re.findall(r":\s*([^;{}]+);", without_comments(sheet)))
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(|\b(?:white|black|red|gray|grey)\b", values)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_token_that_is_used_is_declared(sheet: Path) -> None:
    own = without_comments(sheet)
    known = set(re.findall(r"(--[\w-]+):", own + without_comments(STATIC / "tokens.css")))
    assert set(re.findall(r"var\((--[\w-]+)", own)) <= known


@pytest.mark.parametrize("template", OWN_TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.findall(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|\bhx-on", text)
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
        assert "src=" in attributes
        assert not content


@pytest.mark.parametrize("name", sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")))
def test_every_template_compiles(name: str) -> None:
    environment().get_template(name)


def icons_named() -> Iterator[str]:
    named = re.compile(r"""icon\('([\w-]+)'|symbol='([\w-]+)'|'(?:auto|light|dark)', _\('\w+'\), '([\w-]+)'""")
    for template in OWN_TEMPLATES:
        for found in named.findall(template.read_text(encoding="utf-8")):
            yield next(filter(None, found))


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    assert set(icons_named()) <= sprite()


def test_the_sprite_holds_exactly_the_listed_icons() -> None:
    assert sprite() == set((STATIC / "icons.txt").read_text(encoding="utf-8").split()) == ICONS


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_gallery_shows_every_part_with_its_icons(page: str, theme: str) -> None:
    html = environment().get_template(page).render(context(theme=theme))

    assert ('data-bs-theme="' in html.split("<head>")[0]) == (theme != "auto")
    assert set(re.findall(r"icons\.svg#([\w-]+)", html)) <= sprite()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-describedby="([^"]+)"', html)) <= set(ids) | {
        f"{one} {two}" for one in ids for two in ids
    }
    assert html.count("<h1") >= 1


def test_a_field_with_a_fault_says_so_to_everyone() -> None:
    html = environment().get_template("employee.html").render(context())
    field = re.search(r'<input[^>]*name="answers.last_day"[^>]*>', html)

    assert field
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="f-answers-last-day-fault"' in field[0]
    assert 'href="#f-answers-last-day"' in html


def test_what_people_typed_is_never_markup() -> None:
    hostile = "<script>alert(1)</script>"
    html = environment().get_template("sign_in.html").render(context(mail=hostile, fault=hostile, organisation=hostile))

    assert hostile not in html


def test_a_row_of_the_queue_tells_its_bar_in_words() -> None:
    html = environment().get_template("desk.html").render(context())

    assert 'aria-label="HR 1 of 1; IT 1 of 3; Facilities 0 of 2"' in html


def test_vendored_files_are_those_that_were_copied() -> None:
    lines = (STATIC / "vendor" / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    written = {path: digest for digest, path in (line.split("  ") for line in lines)}
    shipped = [path for path in (STATIC / "vendor").rglob("*") if path.is_file() and path.name != "CHECKSUMS"]

    assert written == {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*shipped, STATIC / "icons.svg"]
    }


def test_every_vendored_package_is_pinned_and_brings_its_licence() -> None:
    pinned = json.loads((WEB / "vendor.json").read_text(encoding="utf-8"))

    for package in [*pinned["packages"], pinned["icons"]]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert (STATIC / "vendor" / package["folder"] / "LICENSE").stat().st_size > 0
    assert not (STATIC / "vendor" / "tabler" / "libs").exists()


def test_what_stylesheets_link_to_exists() -> None:
    for sheet in STATIC.glob("*.css"):
        for address in re.findall(r"url\(\"([^\"]+)\"\)", without_comments(sheet)):
            assert (sheet.parent / address).is_file(), address


def test_the_copying_script_can_be_run() -> None:
    assert (ROOT / ".ci" / "vendor").stat().st_mode & 0o100


def test_every_service_that_ships_has_its_icon_in_the_sprite() -> None:
    assert {service.icon for service in shipped().services} <= sprite()
