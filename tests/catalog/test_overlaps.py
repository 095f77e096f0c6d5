"""What teams do twice and wait for: found by words, whatever their order, and never across one and the same queue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.alike import alike_pairs, are_alike, likeness, words_of
from catalog.overlaps import AskedTwice, Overlaps, Question, SameWork, StepAt, TwiceInOne, Wait, overlaps
from catalog.service import Catalogue, Queue, Service
from tests.catalog.factories import choice, field, service, step

QUEUES = tuple(Queue(key=key, title=key, department=key.upper()) for key in ("it", "hr", "desk"))


def of(*services: Service) -> Overlaps:
    return overlaps(Catalogue(queues=QUEUES, services=services))


def one(key: str, *steps: dict[str, object], form: tuple[dict[str, object], ...] = ()) -> Service:
    return service(key=key, title=key.title(), steps=[*steps], form=[*form])


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("Give the access", "Access given", False),
        ("Give the access", "Giving access", True),
        ("Give the access", "Give the access of the new team", True),
        ("Order a laptop", "Order the laptops", True),
        ("Order a laptop", "Order a badge", False),
        ("Restore the network", "Restore the sign-in", False),
        ("Badge", "The badge", True),
        ("Badge", "Badge and keys", False),
        ("The", "The", False),
        ("Contract of {row.name}", "Badge for {row.name}", False),
        ("Badge for {row.name}", "Badge of {person}", True),
    ],
)
def test_titles_are_alike_by_the_words_they_share(first: str, second: str, alike: bool) -> None:
    assert are_alike(words_of(first), words_of(second)) is alike
    assert are_alike(words_of(second), words_of(first)) is alike


WORDS = st.frozensets(st.sampled_from("abcdef"), max_size=5)


@given(st.lists(WORDS, max_size=8))
def test_every_pair_that_is_alike_is_found_once(texts: list[frozenset[str]]) -> None:
    slowly = [(a, b) for a in range(len(texts)) for b in range(a + 1, len(texts)) if are_alike(texts[a], texts[b])]
    assert list(alike_pairs(texts)) == slowly


@given(WORDS, WORDS)
def test_likeness_is_the_same_both_ways_and_whole_for_the_same(first: frozenset[str], second: frozenset[str]) -> None:
    assert likeness(first, second) == likeness(second, first)
    assert likeness(first, first) == (1 if first else 0)


def test_the_same_of_two_queues_is_found_across_services_and_within_one() -> None:
    across = of(
        one("a", step("order", title="Order the laptop", queue="it")),
        one("b", step("buy", title="Order a laptop", queue="hr")),
        one("c", step("buy", title="Order a laptop", queue="hr")),
    )
    assert across.same_work == (
        SameWork(StepAt("Order the laptop", "IT", ("A",)), StepAt("Order a laptop", "HR", ("B", "C"))),
    )
    within = one("a", step("x", title="Check the badge", queue="it"), step("y", title="Check badges", queue="hr"))
    assert len(of(within).same_work) == 1


def test_one_queue_that_does_it_twice_and_a_person_are_no_overlap() -> None:
    same = of(
        one("a", step("order", title="Order the laptop", queue="it")),
        one("b", step("order", title="Order a laptop", queue="it")),
        one("c", step("order", title="Order a laptop", person="requester")),
    )
    assert same.same_work == ()


def test_a_question_of_several_services_is_told_with_how_it_is_put() -> None:
    found = of(
        one("a", form=(field("place", label="Where the work is done"), field("other", label="Only here"))),
        one("b", form=(choice("place", "x", "y", label="Where work is done"),)),
        one("c", form=(field("work", label="Where the work is done"),)),
    ).asked_twice
    assert found == (
        AskedTwice(
            "Where the work is done",
            (
                Question("Where the work is done", "text", (), ("A", "C")),
                Question("Where work is done", "choice", ("X", "Y"), ("B",)),
            ),
            differently=True,
        ),
    )
    assert found[0].times == 3


def test_a_question_put_in_one_way_is_told_apart() -> None:
    (asked,) = of(*(one(key, form=(field("on_day", "date", label="Needed by"),)) for key in "ab")).asked_twice
    assert not asked.differently


def test_a_form_that_asks_twice_is_found() -> None:
    form = (field("a", label="Number of the laptop"), field("b", label="Laptop number"), field("c", label="Number"))
    assert of(one("a", form=form)).twice_in_one == (TwiceInOne("A", ("Number of the laptop", "Laptop number")),)


def test_a_matrix_says_which_queue_waits_for_which_and_why() -> None:
    (cell,) = of(
        one(
            "a",
            step("contract", title="Contract", queue="hr"),
            step("tax", title="Tax", queue="hr", needs=["contract"]),
            step("plan", title="Plan", person="requester", needs=["contract"]),
            step("accounts", title="Accounts", queue="it", needs=["contract", "plan"]),
        )
    ).waiting
    assert (cell.queue, cell.other, cell.waits) == ("IT", "HR", (Wait("A", "Accounts", "Contract"),))


def test_answers_in_titles_stand_as_dots() -> None:
    found = of(
        one("a", step("x", queue="it", title="Badge for {row.name}"), step("y", queue="hr", title="Badge of {person}"))
    )
    assert [(pair.first.title, pair.second.title) for pair in found.same_work] == [("Badge for …", "Badge of …")]
