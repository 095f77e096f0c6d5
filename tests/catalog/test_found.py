from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.document import shipped
from catalog.found import dates_in, find_answers
from catalog.service import Service
from tests.catalog.factories import choice, field, service

WEDNESDAY = date(2026, 7, 1)
LOCATIONS = {"berlin": "Berlin", "lyon": "Lyon", "ny-hq": "New York"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on 2026-09-01", date(2026, 9, 1)),
        ("1 September", date(2026, 9, 1)),
        ("the 1st of September 2027", date(2027, 9, 1)),
        ("September 3rd, 2026", date(2026, 9, 3)),
        ("Sept 3", date(2026, 9, 3)),
        ("am 01.09.2026", date(2026, 9, 1)),
        ("1 July", date(2026, 7, 1)),
        ("30 June", date(2027, 6, 30)),
        ("29 February", date(2028, 2, 29)),
        ("today", date(2026, 7, 1)),
        ("Tomorrow", date(2026, 7, 2)),
        ("next Monday", date(2026, 7, 6)),
        ("on Thursday", date(2026, 7, 2)),
        ("next Wednesday", date(2026, 7, 8)),
    ],
)
def test_a_date_in_words_or_figures_is_the_next_one_to_come(text: str, day: date) -> None:
    assert {found for _, found in dates_in(text, WEDNESDAY)} == {day}


@pytest.mark.parametrize(
    "text", ["31 February", "2026-13-01", "0 May", "99 May", "room 2.14", "1/9", "may I", "march on"]
)
def test_what_is_no_date_is_no_date(text: str) -> None:
    assert list(dates_in(text, WEDNESDAY)) == []


def starter() -> Service:
    return shipped().service("new-starter")


def found(asked: Service, text: str) -> dict[str, Any]:
    return find_answers(asked, text, WEDNESDAY, LOCATIONS)


def test_one_sentence_answers_several_questions() -> None:
    text = "New colleague Aylin Kaya starts on 1 September in Berlin as an employee with a Mac laptop"
    assert found(starter(), text) == {
        "person_name": "Aylin Kaya",
        "start_on": "2026-09-01",
        "location": "berlin",
        "employment_type": "employee",
        "laptop": "mac",
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Aylin Kaya starts on Monday", "Aylin Kaya"),
        ("our new engineer Jean-Luc O’Brien will join us", "Jean-Luc O’Brien"),
        ("Øyvind Åsen is joining", "Øyvind Åsen"),
        ("Anna Maria Lopez is starting soon", "Anna Maria Lopez"),
    ],
)
def test_a_name_stands_right_before_the_verb(text: str, name: str) -> None:
    assert found(starter(), text)["person_name"] == name


@pytest.mark.parametrize(
    "text", ["Somebody starts", "our colleague starts", "Kim starts", "Kim Lee starts, Bo Ek starts"]
)
def test_no_name_or_two_names_are_no_answer(text: str) -> None:
    assert "person_name" not in found(starter(), text)


def test_two_dates_or_two_places_are_no_answer() -> None:
    assert found(starter(), "on 1 May or 2 May, in Berlin or Lyon") == {}


def test_the_same_date_said_twice_is_one_answer() -> None:
    assert found(starter(), "tomorrow, 2 July") == {"start_on": "2026-07-02"}


def test_a_date_goes_to_the_one_that_is_required_and_to_none_of_two() -> None:
    either = [field("a_on", "date", required=True), field("b_on", "date")]
    assert found(service(form=either), "tomorrow") == {"a_on": "2026-07-02"}
    both = [field("a_on", "date", required=True), field("b_on", "date", required=True)]
    assert found(service(form=both), "tomorrow") == {}


def test_the_text_itself_answers_the_one_long_question_and_a_mail_address_the_one_person() -> None:
    asked = service(
        form=[field("what", "long_text", required=True), field("who", "person"), field("notes", "long_text")]
    )
    text = "Kim@Example.com has no chair"
    assert found(asked, text) == {"what": text, "who": "kim@example.com"}


def test_an_option_counts_only_as_words_of_its_own_and_alone() -> None:
    asked = service(form=[choice("place", "office", "remote", "at_home")])
    assert found(asked, "I work at home") == {"place": "at_home"}
    assert found(asked, "officer") == {}
    assert found(asked, "office or remote") == {}


@given(st.text(max_size=120))
def test_any_text_gives_raw_answers_to_questions_of_the_form(text: str) -> None:
    assert found(starter(), text).keys() <= starter().fields.keys()
