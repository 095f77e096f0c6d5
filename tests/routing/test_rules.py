import pytest

from routing.rules import Rule, place
from routing.work import Facts, Work

QUEUES = {"desk": "Service desk", "it": "IT", "it-berlin": "IT Berlin", "hr": "HR"}
LAPTOP = Work("laptop", "Prepare the laptop", "it", None)
OPEN = Work("triage", "Read and place", None, None)
BERLIN = Facts("new-starter", location_key="berlin", department="Sales", priority="high")


def test_the_catalogue_names_the_queue() -> None:
    assert place(LAPTOP, BERLIN, [], QUEUES) == ("it", "IT: the catalogue names this queue")


def test_what_nothing_places_is_for_the_desk() -> None:
    assert place(OPEN, BERLIN, [], QUEUES) == ("desk", "Service desk: nothing else names a queue")


def test_an_unknown_queue_is_for_the_desk_and_says_so() -> None:
    lost = Work("laptop", "Prepare the laptop", "it-paris", None)

    assert place(lost, BERLIN, [], QUEUES) == ("desk", "Service desk: there is no queue it-paris")
    assert place(OPEN, BERLIN, [Rule("gone")], QUEUES) == ("desk", "Service desk: there is no queue gone")


def test_the_desk_takes_it_even_when_no_queue_is_known() -> None:
    assert place(LAPTOP, BERLIN, [], {}) == ("desk", "desk: there is no queue it")


@pytest.mark.parametrize("naming", [Rule("it-berlin", step="laptop"), Rule("it-berlin", service="new-starter")])
def test_a_rule_naming_step_or_service_stands_above_the_catalogue(naming: Rule) -> None:
    assert place(LAPTOP, BERLIN, [naming], QUEUES) == ("it-berlin", "IT Berlin: a routing rule sends this here")


def test_a_rule_naming_neither_places_only_what_the_catalogue_leaves_open() -> None:
    rules = [Rule("it-berlin", location="berlin", why="Berlin has its own IT")]

    assert place(LAPTOP, BERLIN, rules, QUEUES)[0] == "it"
    assert place(OPEN, BERLIN, rules, QUEUES) == ("it-berlin", "IT Berlin: Berlin has its own IT")


@pytest.mark.parametrize(
    "other",
    [
        Rule("hr", service="leaver"),
        Rule("hr", step="badge"),
        Rule("hr", location="paris"),
        Rule("hr", department="Legal"),
        Rule("hr", priority="low"),
    ],
)
def test_every_condition_of_a_rule_must_hold(other: Rule) -> None:
    assert place(OPEN, BERLIN, [other], QUEUES)[0] == "desk"


def test_the_first_rule_that_fits_wins() -> None:
    rules = [
        Rule("hr", location="berlin"),
        Rule("it", priority="high"),
        Rule("it-berlin", location="berlin", department="Sales"),
    ]

    assert place(OPEN, BERLIN, rules, QUEUES)[0] == "hr"
    assert place(OPEN, BERLIN, rules[::-1], QUEUES)[0] == "it-berlin"
