"""What the figures mean and where the yardsticks come from, told in the reader's language."""

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from fastapi.testclient import TestClient

from spoc import words
from spoc.reports import definitions, presets
from spoc.reports.change import change_setting
from spoc.web.runtime import Runtime
from tests.spoc.reports.past import Past
from tests.texts import MADE_UP, bracketed, extracted, write_language
from tests.world import World

OURS = "Our board: “SQM, average”"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return extracted(tmp_path_factory.mktemp("texts"))


@pytest.fixture
def runtime(runtime: Runtime, texts: Catalog, tmp_path: Path) -> Runtime:
    return replace(runtime, texts=write_language(tmp_path, texts, bracketed))


@pytest.fixture
def abroad(client: TestClient, world: World) -> Iterator[TestClient]:
    client.headers["Accept-Language"] = MADE_UP
    Past(world).opening()
    presets.seed(world.session, world.now)
    change_setting(
        world.session, world.actor("manager"), presets.NET_TARGET, "70", OURS, world.now, why="Agreed with the board"
    )
    world.session.commit()
    world.sign_in(client, "manager")
    yield client
    words.speak(words.ENGLISH)


def test_translators_find_every_definition_and_every_source_of_ours(texts: Catalog) -> None:
    for text in (definitions.FCR, definitions.REPEATS, definitions.QUEUE, *presets.SOURCES):
        assert text in texts


@pytest.mark.parametrize("path", ["/reports", "/reports/repeat"])
def test_pages_say_what_the_figures_mean_in_the_readers_language(abroad: TestClient, path: str) -> None:
    page = unescape(abroad.get(f"{path}?from=2026-07-06&to=2026-07-12").text)

    for text in (definitions.FCR, definitions.REPEATS, definitions.QUEUE):
        assert bracketed(text) in page


def test_sources_of_ours_are_translated_and_those_of_others_stay_as_written(abroad: TestClient) -> None:
    settings = unescape(abroad.get("/reports/settings").text)
    first = unescape(abroad.get("/reports").text)
    rates = unescape(abroad.get("/reports/repeat").text)

    others = [rate.source for rate in presets.OTHER_RATES] + [source for _, source in presets.OTHER_TARGETS]
    replaced = presets.SETTINGS[presets.NET_TARGET].source
    ours = [presets.STARTING_RATE.source, replaced, *others]
    assert [source for source in ours if bracketed(source) not in settings] == []
    assert bracketed(presets.STARTING_RATE.source) in rates
    assert (OURS in first, bracketed(OURS) in settings + first) == (True, False)


def test_a_source_is_edited_in_the_words_that_are_stored(abroad: TestClient) -> None:
    settings = unescape(abroad.get("/reports/settings").text)

    assert f'value="{presets.SETTINGS[presets.REPEAT_TARGET].source}"' in settings


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("first-contact", definitions.FCR),
        ("repeat-contacts", definitions.REPEATS),
        ("openings", definitions.FCR),
    ],
)
def test_files_carry_the_definition_in_the_readers_language(abroad: TestClient, file: str, text: str) -> None:
    answer = abroad.get(f"/reports/{file}.csv")

    assert bracketed(text) in answer.text.replace('""', '"')
    assert bracketed(definitions.QUEUE) in answer.text


def test_the_api_gives_the_definition_in_the_readers_language(abroad: TestClient) -> None:
    assert abroad.get("/api/reports/fcr").json()["definition"] == bracketed(definitions.FCR)
