from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.document import shipped
from catalog.match import match
from catalog.service import Catalogue
from tests.catalog.factories import service

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Anna starts on 1 September in Berlin", "new-starter"),
        ("Anna Schmidt starts on 1 October in Berlin", "new-starter"),
        ("Tom leaves at the end of March", "leaver"),
        ("Maria is moving to Lyon in May", "move"),
        ("Laptop starts slowly", "laptop-fault"),
        ("New colleague Aylin Kaya starts on 1 September in Berlin", "new-starter"),
        ("Hi, please prepare everything for Peter Smith who joins our team on Monday", "new-starter"),
        ("FORGOT MY PASSWORD!!!", "password-access"),
        ("the heating in meeting room 3 does not work", "building-fault"),
        ("I lost my badge on the train yesterday", "badge-lost"),
        ("my payslip for august is wrong", "payslip-question"),
        ("I'm pregnant and will be on maternity leave from March", "long-leave"),
        ("my laptop is broken", "laptop-fault"),
        ("my landlord needs a proof that I am employed", "letter-of-employment"),
    ],
)
def test_what_people_say_finds_its_service(text: str, key: str) -> None:
    best = match(text, shipped(), TODAY)[0]
    assert (best.service_key, best.certain) == (key, True)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "pizza is broken",
            "my car is broken",
            "my colleague is loud",
            "I have new shoes",
            "can you start the meeting",
        ),
        *("My laptop was stolen on the train", "please help", "order new business cards"),
    ],
)
def test_what_could_be_several_things_or_none_is_not_certain(text: str) -> None:
    assert not any(found.certain for found in match(text, shipped(), TODAY))


@pytest.mark.parametrize("text", ["", "   ", "I need help", "???", "2026-09-01", "的", "\x00"])
def test_a_text_without_telling_words_finds_nothing(text: str) -> None:
    assert match(text, shipped(), TODAY) == ()


def test_the_words_that_told_are_named_as_written() -> None:
    best = match("Resetting PASSWORDS", shipped(), TODAY)[0]
    assert best.words == ("Resetting", "PASSWORDS")


def test_two_services_that_say_the_same_are_not_certain_and_stand_by_key() -> None:
    twins = Catalogue(services=(service(key="b", title="Lost badge"), service(key="a", title="Lost badge")))
    found = match("lost badge", twins, TODAY)
    assert [(one.service_key, one.certain) for one in found] == [("a", False), ("b", False)]


def test_accents_and_endings_do_not_matter() -> None:
    one = Catalogue(services=(service(key="cafe", title="Café vouchers"), service(key="other", title="Other things")))
    assert match("a CAFE voucher", one, TODAY)[0].service_key == "cafe"


def without(catalogue: Catalogue, key: str, phrase: str) -> Catalogue:
    services = tuple(
        one.model_copy(update={"phrases": tuple(said for said in one.phrases if said != phrase)})
        if one.key == key
        else one
        for one in catalogue.services
    )
    return Catalogue(services=services)


def test_a_phrase_left_out_is_mostly_found_and_what_is_certain_is_nearly_always_right() -> None:
    shown = shipped()
    asked = [(one.key, said) for one in shown.services for said in one.phrases]
    best = [(key, next(iter(match(said, without(shown, key, said), TODAY)), None)) for key, said in asked]
    right = [found is not None and found.service_key == key for key, found in best]
    certain = [found.service_key == key for key, found in best if found is not None and found.certain]
    assert sum(right) / len(right) > 0.8
    assert len(certain) / len(best) > 0.5
    assert sum(certain) / len(certain) > 0.97


@given(st.text(max_size=200))
def test_scores_lie_between_0_and_1_best_first_and_at_most_the_first_is_certain(text: str) -> None:
    found = match(text, shipped(), TODAY)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert not any(one.certain for one in found[1:])
