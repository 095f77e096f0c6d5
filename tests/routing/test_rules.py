import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rules import Condition, Rule, Shadow, deciding, place, place_for, shadows
from routing.why import Given, Kind, Why
from routing.work import Facts, Work

QUEUES = {"desk": "Service desk", "it": "IT", "it-berlin": "IT Berlin", "hr": "HR"}
LAPTOP = Work("laptop", "Prepare the laptop", "it", None)
OPEN = Work("triage", "Read and place", None, None)
BERLIN = Facts("new-starter", location_key="berlin", department="Sales", priority="high")


def missing(queue: str, named: str) -> Why:
    return Why(Kind.NO_SUCH_QUEUE, {"queue": queue, "named": named})


def test_the_catalogue_names_the_queue() -> None:
    assert place(LAPTOP, BERLIN, [], QUEUES) == ("it", Why(Kind.CATALOGUE, {"queue": "IT"}))


def test_what_nothing_places_is_for_the_desk() -> None:
    assert place(OPEN, BERLIN, [], QUEUES) == ("desk", Why(Kind.UNPLACED, {"queue": "Service desk"}))


def test_an_unknown_queue_is_for_the_desk_and_says_so() -> None:
    lost = Work("laptop", "Prepare the laptop", "it-paris", None)

    assert place(lost, BERLIN, [], QUEUES) == ("desk", missing("Service desk", "it-paris"))
    assert place(OPEN, BERLIN, [Rule("gone")], QUEUES) == ("desk", missing("Service desk", "gone"))


def test_the_desk_takes_it_even_when_no_queue_is_known() -> None:
    assert place(LAPTOP, BERLIN, [], {}) == ("desk", missing("desk", "it"))


@pytest.mark.parametrize("naming", [Rule("it-berlin", step="laptop"), Rule("it-berlin", service="new-starter")])
def test_a_rule_naming_step_or_service_stands_above_the_catalogue(naming: Rule) -> None:
    assert place(LAPTOP, BERLIN, [naming], QUEUES)[0] == "it-berlin"


def test_no_rule_takes_secret_work_out_of_its_circle() -> None:
    secret = Work("check", "Check against the list", "hr", None, confidential_to=("hr", "it"), secret=True)
    rules = [Rule("it-berlin", step="check"), Rule("it", step="check")]

    assert place(secret, BERLIN, rules[:1], QUEUES)[0] == "hr"
    assert place(secret, BERLIN, rules, QUEUES)[0] == "it"


def test_a_rule_naming_neither_places_only_what_the_catalogue_leaves_open() -> None:
    rules = [Rule("it-berlin", location="berlin", why="Berlin has its own IT")]

    assert place(LAPTOP, BERLIN, rules, QUEUES)[0] == "it"
    words: dict[str, Given] = {"queue": "IT Berlin", "by": ("location",), "said": "Berlin has its own IT"}
    assert place(OPEN, BERLIN, rules, QUEUES) == ("it-berlin", Why(Kind.RULE_SAID, words))


@pytest.mark.parametrize(
    "other",
    [
        Rule("hr", service="leaver"),
        Rule("hr", step="badge"),
        Rule("hr", location="paris"),
        Rule("hr", department="Legal"),
        Rule("hr", priority="low"),
        Rule("hr", job_title="Welder"),
        Rule("hr", employment="intern"),
        Rule("hr", manager="boss@demo.example"),
        Rule("hr", label="printing"),
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


SALES = Facts(
    "new-starter",
    department="Sales",
    job_title="Head of Sales",
    employment="employee",
    manager="boss@demo.example",
    labels={"printing": "print*"},
)


@pytest.mark.parametrize(
    "rule",
    [
        Rule("hr", department=" sales"),
        Rule("hr", job_title="head  of sales"),
        Rule("hr", employment="employee"),
        Rule("hr", manager="Boss@demo.example"),
        Rule("hr", label="printing"),
    ],
)
def test_a_rule_may_look_at_who_asked_and_what_they_wrote(rule: Rule) -> None:
    assert place(OPEN, SALES, [rule], QUEUES)[0] == "hr"


def test_why_names_the_rule_its_conditions_and_the_words_that_were_found() -> None:
    rule = Rule("hr", service="new-starter", label="printing", key="r1")

    _, why = place(OPEN, SALES, [rule], QUEUES)

    given: dict[str, Given] = {"queue": "HR", "by": ("service", "label"), "rule": "r1", "phrase": "print*"}
    assert why == Why(Kind.RULE, given)


def test_a_wider_rule_before_it_takes_all_of_its_work() -> None:
    rules = [Rule("hr", service="leaver"), Rule("it", service="leaver", location="berlin")]

    assert shadows(rules) == (Shadow(1, 0, never=True),)
    assert shadows(rules[::-1]) == (Shadow(1, 0, never=False),)


def test_a_rule_that_yields_to_the_catalogue_takes_nothing_from_one_that_does_not() -> None:
    rules = [Rule("hr", location="berlin"), Rule("it", service="leaver", location="berlin")]

    assert shadows(rules) == ()
    assert shadows(rules[::-1]) == ()


def test_rules_that_cannot_meet_or_go_to_the_same_queue_are_not_told() -> None:
    assert shadows([Rule("hr", step="a", location="lyon"), Rule("it", step="a", location="berlin")]) == ()
    assert shadows([Rule("hr", step="a", location="lyon"), Rule("hr", step="a", department="Sales")]) == ()


VALUES = st.none() | st.sampled_from(["a", "A", "b"])


@st.composite
def drawn_rules(draw: st.DrawFn) -> Rule:
    return Rule(
        draw(st.sampled_from(["it", "hr"])),
        service=draw(VALUES),
        step=draw(VALUES),
        location=draw(VALUES),
        department=draw(VALUES),
        label=draw(VALUES),
        manager=draw(VALUES),
    )


@given(st.lists(drawn_rules(), max_size=6), st.lists(st.sampled_from("abA"), min_size=5, max_size=5), st.booleans())
def test_what_is_said_never_to_place_anything_never_does(rules: list[Rule], values: list[str], named: bool) -> None:
    service, step, location, department, manager = values
    labels = {label: label for label in values[:2]}
    facts = Facts(service, location, department, manager=manager, labels=labels)

    chosen = deciding(Work(step, "Work", "it" if named else None, None), facts, rules)

    never = {shadow.place for shadow in shadows(rules) if shadow.never}
    assert chosen is None or min(at for at, rule in enumerate(rules) if rule is chosen) not in never


def test_every_condition_is_a_field_of_rules() -> None:
    assert all(hasattr(Rule("hr"), one.value) for one in Condition)


def test_a_new_rule_stands_before_a_wider_one_and_behind_narrower_ones() -> None:
    wanted = Rule("it", service="leaver", step="badge")
    narrow, wide = Rule("hr", service="leaver", step="badge", location="lyon"), Rule("hr", service="leaver")

    assert place_for([narrow, wide], wanted) == 2
    assert place_for([narrow], wanted) == 2
    assert place_for([], wanted) == 1


@given(st.lists(drawn_rules(), max_size=6), drawn_rules())
def test_a_new_rule_is_never_put_where_it_places_nothing(rules: list[Rule], wanted: Rule) -> None:
    place_ = place_for(rules, wanted)
    after = [*rules[: place_ - 1], wanted, *rules[place_ - 1 :]]

    assert all(shadow.place != place_ - 1 for shadow in shadows(after) if shadow.never)
