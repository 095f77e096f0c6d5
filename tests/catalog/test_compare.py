"""What changes between two catalogues: every difference once, in words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.compare import Change, Kind, What, compare
from catalog.document import shipped
from catalog.service import Catalogue, Need, Phase, Queue, Service
from spoc.web.catalogue_changes import sentence
from tests.catalog.factories import choice, field, service, step

QUEUES = (Queue(key="it", title="IT", department="IT"), Queue(key="fac", title="Facilities", department="Facilities"))
NEEDS = (Need(key="any", title="Anything"), Need(key="else", title="Something else"))
STEPS = [
    step("badge", title="Badge", queue="fac"),
    step("order", title="Order laptop", due="8 working days before start_on"),
    step("setup", title="Set up", needs=["order"], condition='laptop == "mac"', opens="start_on"),
]
FORM = [field("start_on", "date"), choice("laptop", "mac", "windows"), field("size", label="T-shirt size")]


def of(*services: Service, **parts: object) -> Catalogue:
    return Catalogue.model_validate({"queues": QUEUES, "needs": NEEDS, "services": services, **parts})


def told(before: Service, after: Service) -> list[str]:
    return [str(sentence(change)) for change in compare(of(before), of(after))]


WINDOWS = {"value": "windows", "label": "Windows"}
BEFORE = service(form=FORM, steps=STEPS)


def with_step(key: str, **changes: object) -> Service:
    return service(form=FORM, steps=[{**one, **changes} if one["key"] == key else one for one in STEPS])


def with_field(key: str, **changes: object) -> Service:
    return service(form=[{**one, **changes} if one["key"] == key else one for one in FORM], steps=STEPS)


def test_nothing_changes_between_a_catalogue_and_itself() -> None:
    assert compare(shipped(), shipped()) == ()


@pytest.mark.parametrize(
    ("after", "sentences"),
    [
        (
            service(form=FORM, steps=[*STEPS, step("door", title="Door code", queue="fac", needs=["badge"])]),
            ["New step “Door code”, Facilities, after “Badge”."],
        ),
        (service(form=FORM, steps=[*STEPS, step("a", title="A", person="requester")]), ["New step “A”, Whoever asks."]),
        (service(form=FORM, steps=STEPS[:2]), ["Step “Set up” is gone."]),
        (service(form=FORM, steps=[STEPS[1], STEPS[0], STEPS[2]]), ["The steps stand in another order."]),
        (
            with_step("order", due="10 working days before start_on"),
            ["“Order laptop” is due 10 working days before start_on instead of 8 working days before start_on."],
        ),
        (
            with_step("order", due=None),
            ["“Order laptop” has no due date of its own any more; it was due 8 working days before start_on."],
        ),
        (with_step("badge", due="start_on"), ["“Badge” is due start_on; it had no due date of its own."]),
        (with_step("setup", opens=None), ["“Set up” opens as soon as it can; it opened start_on."]),
        (with_step("badge", opens="start_on"), ["“Badge” opens start_on, and no earlier."]),
        (with_step("badge", queue="it"), ["“Badge” goes to IT instead of Facilities."]),
        (
            with_step("badge", queue=None, person="subject.manager"),
            ["“Badge” goes to Line manager of whom it is about instead of Facilities."],
        ),
        (with_step("setup", needs=["badge"]), ["“Set up” waits for Badge instead of Order laptop."]),
        (with_step("setup", needs=[]), ["“Set up” waits for nothing any more; it waited for Order laptop."]),
        (with_step("badge", needs=["order"]), ["“Badge” waits for Order laptop; it waited for nothing."]),
        (with_step("setup", condition=None), ['“Set up” is done always; it was done only if laptop == "mac".']),
        (with_step("badge", title="Pass"), ["“Badge” is now called “Pass”."]),
        (with_step("badge", detail="Do it well"), ["“Badge”: the text of detail is another."]),
        (with_step("badge", confidential_to=["it", "fac"]), ["Only IT, Facilities may read “Badge” now."]),
        (with_step("badge", secret=True), ["“Badge” is secret now."]),
        (with_step("badge", phase="first"), ["“Badge”: phase is First day; it was not set."]),
        (service(form=FORM[:2], steps=STEPS), ["Question “T-shirt size” is gone."]),
        (service(form=[*FORM, field("shoe")], steps=STEPS), ["New question “Shoe”."]),
        (with_field("size", required=True), ["“T-shirt size” must be answered now."]),
        (
            with_field("size", visible_when="laptop == 'mac'"),
            ["“T-shirt size” is asked only if laptop == 'mac'; it was asked always."],
        ),
        (with_field("size", default="M"), ["“T-shirt size”: default is M; it was not set."]),
        (with_field("size", label="Size"), ["“T-shirt size” is now called “Size”."]),
        (
            with_field("laptop", options=choice("x", "mac", "linux")["options"]),
            ["“Laptop” has a new option “Linux”.", "“Laptop” has no option “Windows” any more."],
        ),
        (
            with_field("laptop", options=choice("x", "windows", "mac")["options"]),
            ["The options of “Laptop” stand in another order."],
        ),
        (
            service(form=FORM, steps=STEPS, need="else", priority="high", repeat_window_days=9),
            [
                "“Ask”: need is Something else instead of Anything.",
                "“Ask”: repeat_window_days is 9 instead of 7.",
                "“Ask”: priority is high instead of normal.",
            ],
        ),
        (service(form=FORM, steps=STEPS, example={"size": "M"}), ["“Ask”: the text of example is another."]),
        (
            with_field("laptop", options=[{"value": "mac", "label": "Mac", "when": "size != null"}, WINDOWS]),
            ["“Mac” of “Laptop” is on offer only if size != null; it was always."],
        ),
        (with_step("badge", for_each="size"), ["“Badge” is done for each row of T-shirt size; it was done once."]),
        (with_step("badge", checklist=["Photo", "Name"]), ["“Badge” is done only when this is ticked: Photo, Name."]),
        (
            with_step("badge", evidence={"required": "reference", "label": "Number"}),
            ["“Badge” needs evidence now: Number."],
        ),
    ],
)
def test_each_difference_is_told_in_words(after: Service, sentences: list[str]) -> None:
    phases = (Phase(key="first", title="First day"),)
    found = compare(of(BEFORE, phases=phases), of(after, phases=phases))
    assert [str(sentence(change)) for change in found] == sentences
    assert {change.service for change in found} == {"ask"}


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (
            {"appointment": {"minutes": 30, "place": "Desk 1"}},
            {"appointment": {"minutes": 45, "person": "subject.manager"}},
            [
                "The appointment “Badge” takes 45 minutes instead of 30.",
                "The appointment “Badge” names no place any more; it was Desk 1.",
                "The appointment “Badge” is with Line manager of whom it is about; it was with anybody of the queue.",
            ],
        ),
        (
            {"call": {"endpoint": "doors", "answers": ["laptop"], "within": "2 working days"}},
            {"call": {"endpoint": "locks", "answers": ["laptop", "size"], "within": "4 hours"}},
            [
                "“Badge” calls the system locks instead of doors.",
                "“Badge” sends along: Laptop, T-shirt size. Before: Laptop.",
                "The other system of “Badge” has 4 hours to answer instead of 2 working days.",
            ],
        ),
        (
            {"evidence": {"required": "text", "label": "Number", "pattern": "[0-9]+"}},
            {"evidence": {"required": "file", "label": "Number"}},
            [
                "The evidence of “Badge” is a file instead of a few words.",
                "The evidence of “Badge” may look as it will; it had to look like [0-9]+.",
            ],
        ),
        (
            {"undo": {"title": "Switch it off"}},
            {"undo": {"title": "Take it back", "queue": "it", "detail": "At once."}},
            [
                "“Badge” is undone by “Take it back” instead of “Switch it off”.",
                "“Badge”: the text of undo.detail is another.",
                "What undoes “Badge” goes to IT instead of whoever did it.",
            ],
        ),
        (
            {"undo": {"title": "Switch it off"}},
            {},
            ["Nothing undoes “Badge” any more; “Switch it off” did."],
        ),
        ({}, {"call": {"endpoint": "doors"}}, ["“Badge” calls the system doors now."]),
        ({}, {"appointment": {"minutes": 30}}, ["“Badge” is an appointment of 30 minutes now."]),
    ],
)
def test_what_a_step_asks_for_is_compared_value_by_value(
    before: dict[str, object], after: dict[str, object], sentences: list[str]
) -> None:
    assert told(with_step("badge", **before), with_step("badge", **after)) == sentences


def test_services_and_what_they_share_come_and_go() -> None:
    gone, new = service(key="old", title="Old"), service(key="new", title="New")
    more = {"queues": QUEUES[:1], "needs": NEEDS[::-1], "phases": (Phase(key="first", title="First day"),)}
    assert [str(sentence(change)) for change in compare(of(gone), of(new, **more))] == [
        "Queue “Facilities” is gone.",
        "The headings stand in another order.",
        "New phase “First day”.",
        "New service “New”.",
        "Service “Old” is gone: it cannot be asked for any more.",
    ]


def test_a_change_is_a_value_for_programs() -> None:
    (change,) = compare(of(BEFORE), of(with_step("badge", queue="it")))
    assert change == Change("ask", Kind.STEP, What.CHANGED, "badge", "Badge", "party", "Facilities", "IT")


def test_the_order_of_names_in_an_example_is_no_change() -> None:
    before = service(form=FORM, steps=STEPS, example={"laptop": "mac", "start_on": "2026-09-01"})
    after = service(form=FORM, steps=STEPS, example={"start_on": "2026-09-01", "laptop": "mac"}, title="Ask for it")
    assert told(before, after) == ["“Ask” is now called “Ask for it”."]


def test_tests_change_nothing_for_anybody() -> None:
    assert compare(shipped(), shipped().model_copy(update={"tests": ()})) == ()


@settings(deadline=None)
@given(st.sets(st.sampled_from([asked.key for asked in shipped().services])))
def test_what_is_new_one_way_is_gone_the_other_way(kept: set[str]) -> None:
    part = shipped().model_copy(update={"services": tuple(one for one in shipped().services if one.key in kept)})
    there, back = compare(part, shipped()), compare(shipped(), part)
    assert {(change.key, change.what) for change in there} == {
        (asked.key, What.NEW) for asked in shipped().services if asked.key not in kept
    }
    assert {change.key for change in back if change.what is What.GONE} == {change.key for change in there}


def test_the_columns_of_a_table_are_told_one_by_one() -> None:
    def with_columns(*columns: dict[str, object]) -> Service:
        return service(form=[field("people", "table", columns=[field("name"), *columns])])

    assert told(with_columns(field("age", "number")), with_columns(field("day", "date"))) == [
        "The table “People” has a new column “Day”.",
        "The table “People” has no column “Age” any more.",
    ]
    assert told(with_columns(field("day")), with_columns(field("day", required=True))) == [
        "“Day” must be answered now."
    ]
