"""Reasons in sentences: every kind has one, with its values as the reader writes them."""

from datetime import UTC, datetime

import pytest

from routing.why import Given, Kind, Why, said
from spoc.web.formats import View
from spoc.web.why import SENTENCES, sentences

BERLIN = View("en", "Europe/Berlin", datetime(2026, 8, 3, 8, tzinfo=UTC))
LATE: Given = "2026-09-01T22:30:00+00:00"
SEPTEMBER: dict[str, Given] = {"unit": "days", "anchor_on": "2026-09-01"}


def sentence(kind: str, given: dict[str, Given], view: View = BERLIN) -> str:
    return " | ".join(sentences([Why(kind, given)], view))


def test_every_kind_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Kind)


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        (Kind.CATALOGUE, {"queue": "IT"}, "IT: the catalogue names this queue"),
        (Kind.RULE_SAID, {"queue": "IT", "said": "100 % theirs"}, "IT: 100 % theirs"),
        (Kind.NO_SUCH_QUEUE, {"queue": "Service desk", "named": "gone"}, "Service desk: there is no queue gone"),
        (Kind.SUBJECT_MANAGER, {}, "The manager of the person concerned: the catalogue gives this step to them"),
        (Kind.WAITS, {"tasks": ("Contract", "Badge")}, "Waits for: Contract, Badge"),
        (
            Kind.READ_AS,
            {"service": "Laptop fault", "words": ("screen", "dark")},
            "Read as “Laptop fault” from the words “screen”, “dark”",
        ),
        (
            Kind.NO_SERVICE_FITS_LIKELY,
            {"services": ("Move", "Badge lost")},
            "No service fits the text for certain; likely: Move, Badge lost",
        ),
        (Kind.HANDED_OVER, {"party": "IT"}, "Handed over from IT"),
        (
            Kind.DUE_DAY_WITHOUT_WORK,
            {"day_on": "2026-09-06"},
            "Nobody works on Sunday 6 September, so it is due the working day before",
        ),
        (
            Kind.DUE_AFTER_NEEDS,
            {"amount": 2, "unit": "working_days"},
            "Due 2 working days after what it waits for is due, as nothing else is said",
        ),
        (Kind.NO_DUE_NO_WORK, {"calendar": "empty"}, "No due date: calendar empty has no working time"),
        (
            Kind.NO_DUE_RANGE,
            {"day_on": "9999-12-31"},
            "No due date: Friday 31 December 9999 is outside the years that can be planned",
        ),
    ],
)
def test_a_reason_is_told_with_its_values(kind: Kind, given: dict[str, Given], wanted: str) -> None:
    assert sentence(kind, given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (SEPTEMBER | {"amount": 0}, "on Tuesday 1 September"),
        ({"amount": -3, "unit": "weeks", "anchor_on": "2027-09-01"}, "3 weeks before Wednesday 1 September 2027"),
        (SEPTEMBER | {"amount": 1, "at": "12:00"}, "1 day after Tuesday 1 September, at 12:00"),
        ({"amount": 90, "unit": "minutes"}, "90 minutes after submission"),
        ({"amount": -1, "unit": "months"}, "1 month before submission"),
        ({"amount": 0, "unit": "days", "at": "09:00"}, "on the day of submission, at 09:00"),
        ({"amount": -1, "unit": "hours", "anchor_at": LATE}, "1 hour before Wednesday 2 September, 00:30"),
        (SEPTEMBER | {"amount": -2, "unit": "fortnights"}, " before Tuesday 1 September"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone(given: dict[str, Given], wanted: str) -> None:
    assert sentence(Kind.DUE, given) == f"Due {wanted}"


@pytest.mark.parametrize("unit", ["minutes", "hours", "days", "weeks", "months", "working_minutes", "working_hours"])
def test_one_of_a_unit_is_not_many(unit: Given) -> None:
    words = str(unit).replace("_", " ")

    assert sentence(Kind.OPENS, {"amount": 1, "unit": unit}) == f"Opens 1 {words[:-1]} after submission"
    assert sentence(Kind.OPENS, {"amount": 2, "unit": unit}) == f"Opens 2 {words} after submission"


def test_a_date_is_written_as_the_reader_writes_dates() -> None:
    german = View("de", "Europe/Berlin", BERLIN.now)

    assert sentence(Kind.DUE, SEPTEMBER | {"amount": 0}, german) == "Due on Dienstag, 1. September"


def test_what_people_wrote_stays_as_they_wrote_it() -> None:
    assert sentences([said("Waits 100% for: %(queue)s")], BERLIN) == ["Waits 100% for: %(queue)s"]


def test_a_kind_of_a_later_version_is_passed_over() -> None:
    assert sentences([Why("of_next_year"), Why(Kind.DUE_PAST)], BERLIN) == [
        "That was already past when the ask came in"
    ]
