"""Pages: dates and numbers as readers see them, notices, themes, guides, languages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from spoc import words
from spoc.web.assets import FOLDER, asset, digest
from spoc.web.formats import View, zone_of
from spoc.web.help import FOLDER as HELP
from spoc.web.help import GUIDES, guide_html
from spoc.web.pages import local_path, notice, redirect
from spoc.words import choose, known_locale, languages
from tests.world import World

NOW = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)
BERLIN = View("en", "Europe/Berlin", NOW, "EUR")
GERMAN = View("de", "Europe/Berlin", NOW, "EUR")


def test_a_day_in_words() -> None:
    assert BERLIN.day(date(2026, 9, 1)) == "Tue 1 Sep"
    assert BERLIN.day_long(date(2026, 9, 1)) == "Tuesday 1 September"
    assert BERLIN.day(date(2027, 1, 4)) == "Mon 4 Jan 2027"
    assert GERMAN.day_long(date(2026, 9, 1)) == "Dienstag, 1. September"


def test_an_instant_is_shown_in_the_readers_zone() -> None:
    late = datetime(2026, 8, 13, 22, 30, tzinfo=UTC)
    assert BERLIN.moment(late) == "Fri 14 Aug 00:30"
    assert BERLIN.moment(NOW) == "today 11:00"
    assert BERLIN.clock(late) == "00:30"
    assert BERLIN.iso(late) == "2026-08-13T22:30:00Z"
    assert BERLIN.iso(late.astimezone(zone_of("Asia/Tokyo"))) == "2026-08-13T22:30:00Z"
    assert BERLIN.iso(date(2026, 9, 1)) == "2026-09-01"


def test_the_year_is_that_of_the_readers_zone() -> None:
    new_year = View("en", "Pacific/Auckland", datetime(2026, 12, 31, 20, tzinfo=UTC))
    assert new_year.day(date(2027, 1, 4)) == "Mon 4 Jan"


def test_numbers_by_locale() -> None:
    assert BERLIN.number(1243) == "1,243"
    assert BERLIN.number(-2.5) == "−2.5"
    assert BERLIN.number(2, 1) == "2.0"
    assert BERLIN.percent(0.714) == "71.4\u202f%"
    assert GERMAN.percent(0.714) == "71,4\u202f%"
    assert BERLIN.money(Decimal("1112.4")) == "1,112\u00a0EUR"
    assert GERMAN.money(1112, "USD", 2) == "1.112,00\u00a0USD"


def test_what_is_not_there_is_a_dash_and_no_attribute() -> None:
    shown = {BERLIN.day(None), BERLIN.day_long(None), BERLIN.moment(None), BERLIN.clock(None)}
    assert shown | {BERLIN.number(None), BERLIN.percent(None), BERLIN.money(None)} == {"–"}
    assert BERLIN.iso(None) == ""


@pytest.mark.parametrize("name", ["", "Nowhere/Else", "../../etc/passwd", "/etc/passwd", "a\0b"])
def test_a_zone_that_is_none_is_utc(name: str) -> None:
    assert zone_of(name).key == "UTC"


@pytest.mark.parametrize(
    ("name", "language"), [("de", "de"), ("pt_BR", "pt"), ("en-GB", "en"), ("xx", "en"), ("", "en"), ("a\0", "en")]
)
def test_a_locale_that_is_none_is_english(name: str, language: str) -> None:
    assert known_locale(name).language == language


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
        (",;q=", "en"),
        ("en,de", "en"),
        ("x" * 9_000, "en"),
    ],
)
def test_the_language_is_one_there_are_texts_for(header: str, chosen: str) -> None:
    assert choose(header, ("en", "de")) == chosen


def test_languages_are_those_with_texts(tmp_path: Path) -> None:
    (tmp_path / "de" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "de" / "LC_MESSAGES" / "spoc.mo").touch()
    assert languages(tmp_path) == ("en", "de")
    assert words.gettext("nothing known") == "nothing known"
    assert words.ngettext("one", "many", 2) == "many"


@pytest.mark.parametrize("address", ["/", "/desk/it?late=1#x", "/ask/new-starter"])
def test_a_path_of_ours_is_taken(address: str) -> None:
    assert local_path(address) == address


@pytest.mark.parametrize("address", [None, "", "desk", "//x", "/\\x", "https://x", "/a b", "/a\nb", "/ä", "\t/x"])
def test_what_is_no_path_of_ours_is_not(address: str | None) -> None:
    assert local_path(address, "/otherwise") == "/otherwise"


def blank() -> Request:
    return Request(
        {
            "type": "http",
            "headers": [],
            "scheme": "http",
            "server": ("testserver", 80),
            "path": "/",
            "query_string": b"",
        }
    )


def test_a_notice_carries_its_key_and_a_name() -> None:
    key = notice("test.done", "{about} is done.")
    assert "spoc_told=test.done%3AT-000042" in redirect(blank(), "/", told=key, about="T-000042").headers["set-cookie"]
    assert "T-000042" not in redirect(blank(), "/", told=key, about="<b>").headers["set-cookie"]


def test_a_notice_that_nobody_registered_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        redirect(blank(), "/", told="never registered")


def test_a_notice_is_shown_once(client: TestClient, world: World) -> None:
    notice("test.once", "{about} is done.")
    world.sign_in(client, "employee")
    client.cookies.set("spoc_told", "test.once%3AT-000042", domain="testserver.local", path="/")
    assert "T-000042 is done." in client.get("/profile").text
    assert "T-000042 is done." not in client.get("/profile").text


def test_the_theme_is_kept_and_leads_back(client: TestClient) -> None:
    answer = client.post("/theme", data={"theme": "dark", "next": "/sign-in"})
    assert answer.headers["location"] == "/sign-in"
    assert 'data-bs-theme="dark"' in client.get("/sign-in").text
    assert client.post("/theme", data={"theme": "pink"}).status_code == 422


def test_addresses_of_files_change_with_their_content() -> None:
    assert asset("spoc.css") == f"/static/{digest()}/spoc.css"
    assert len(digest()) == 12
    assert (FOLDER / "spoc.css").is_file()


@pytest.mark.parametrize("guide", ["", *GUIDES])
def test_every_guide_can_be_read(client: TestClient, world: World, guide: str) -> None:
    world.sign_in(client, "employee")
    answer = client.get(f"/help/{guide}".rstrip("/"))
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_every_guide_in_the_folder_is_listed() -> None:
    assert {path.stem for path in HELP.glob("*.md")} == {"index", *GUIDES}


@pytest.mark.parametrize("guide", ["nowhere", "../errors", "index.md", "..%2f..%2fREADME"])
def test_no_other_file_is_a_guide(client: TestClient, world: World, guide: str) -> None:
    world.sign_in(client, "employee")
    assert client.get(f"/help/{guide}").status_code == 404


def test_a_guide_lists_its_own_chapters_and_no_others(client: TestClient, world: World) -> None:
    world.sign_in(client, "employee")
    page = client.get("/help/catalogue").text
    assert '<a href="#conditions">Conditions</a>' in page
    assert '<h2 id="conditions">' in page
    assert 'href="#your-queue"' not in page


def test_headings_of_guides_can_be_linked_to() -> None:
    assert '<h3 id="not_found">' in guide_html("api")
    assert '<h2 id="your-queue">' in guide_html("desk")
