"""Kinds of things in packs: what options and steps name, what is at fault, and what a step gives."""

import pytest

from catalog.amend import step_of_task
from catalog.booking import asked_kinds, booked_kinds
from catalog.compare import compare
from catalog.document import shipped
from catalog.service import Catalogue, Service
from tests.catalog.factories import AROUND, field, pack, reasons, service, step

ITEMS = "items:\n  - {key: badge, title: Badge, queue: desk}\n  - {key: mac, title: Mac, queue: desk}\n"
WHO = "{key: who, label: Who, kind: person, help: them}"
OPTIONS = "options: [{value: m, label: Mac, item: mac}, {value: n, label: None}]"
LAPTOP = f"{{key: laptop, label: Laptop, kind: choice, help: which, {OPTIONS}}}"
BADGE, WRONG = LAPTOP.replace("laptop", "badge"), LAPTOP.replace("item: mac", "item: mca")
NOBODY = "it is not known who gets it or brings it back"
IN_DIRECTORY = "only what people of the directory have is known"
HEAD = "key: ask\n  title: Ask\n  summary: Ask\n  need: any"


def faults(form: str, steps: str, subject: str = "who", items: str = ITEMS) -> list[tuple[str, str]]:
    of = f"\n  subject: {subject}" if subject else ""
    text = pack(f"- {HEAD}{of}\n  form: [{form}]\n  steps: [{steps}]\n", around=AROUND + items)
    return reasons(text)


def test_steps_that_book_and_take_back_have_no_faults() -> None:
    one = "{key: one, title: One, queue: desk, books: [badge, laptop]}"
    two = "{key: two, title: Two, queue: desk, returns: true}"
    assert faults(f"{WHO}, {LAPTOP}", f"{one}, {two}") == []


@pytest.mark.parametrize(
    ("form", "steps", "subject", "where", "reason"),
    [
        (WHO, "books: [bagde]", "who", "steps[0].books", "there is no kind of thing 'bagde'"),
        (WHO, "books: [who]", "who", "steps[0].books", "no option of 'who' names a kind of thing"),
        (f"{WHO}, {BADGE}", "books: [badge]", "who", "steps[0].books", "'badge' is a kind of thing and a field"),
        (f"{WHO}, {WRONG}", "books: [badge]", "who", "form[1].options[0].item", "there is no kind of thing 'mca'"),
        (WHO, "books: [badge]", "", "steps[0].books", NOBODY),
        (WHO, "returns: true", "", "steps[0].returns", NOBODY),
        (WHO.replace("person", "text"), "returns: true", "who", "steps[0].returns", IN_DIRECTORY),
        (WHO, "books: [badge], returns: true", "who", "steps[0].returns", "one step gives and takes back"),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_is_at_fault(form: str, steps: str, subject: str, where: str, reason: str) -> None:
    found = faults(form, f"{{key: one, title: One, queue: desk, {steps}}}", subject)
    assert (f"services[0].{where}", reason) in found


def test_what_is_given_in_each_row_of_a_table_is_at_fault() -> None:
    rows = "{key: rows, label: Rows, kind: table, columns: [{key: name, label: Name, kind: text}]}"
    found = faults(f"{WHO}, {rows}", "{key: one, title: One, queue: desk, for_each: rows, books: [badge]}")
    assert ("services[0].steps[0].for_each", "what is given to somebody in each row of a table is not known") in found


def test_a_person_gives_nothing_out() -> None:
    found = faults(WHO, "{key: one, title: One, person: requester, books: [badge]}")
    assert ("services[0].steps[0].books", "only a queue gives things out and takes them back") in found


def test_a_kind_is_kept_by_a_queue_that_there_is() -> None:
    found = faults(WHO, "{key: one, title: One, queue: desk}", items=ITEMS.replace("queue: desk", "queue: dsek", 1))
    assert ("items[0].queue", "there is no queue 'dsek'") in found


def of_two() -> Service:
    return service(
        form=[field("gear", "choices", options=[{"value": v, "label": v, "item": v} for v in ("mac", "dock", "bag")])],
        steps=[step("one", books=["badge", "gear"])],
    )


@pytest.mark.parametrize(
    ("gear", "kinds"),
    [
        (None, ("badge",)),
        (["dock"], ("badge", "dock")),
        (["bag", "mac"], ("badge", "mac", "bag")),
        (["gone"], ("badge",)),
    ],
)
def test_a_step_gives_one_of_each_kind_in_the_order_of_the_options(gear: object, kinds: tuple[str, ...]) -> None:
    assert booked_kinds(of_two(), of_two().steps[0], {"gear": gear}) == kinds


def test_a_step_that_books_nothing_gives_nothing() -> None:
    assert booked_kinds(service(), service().steps[0], {}) == ()


def test_every_round_of_a_task_is_of_its_step_and_what_undoes_it_is_not() -> None:
    assert step_of_task(of_two(), "one.2") == of_two().steps[0]
    assert step_of_task(of_two(), "one.undo") is None
    assert step_of_task(of_two(), "added-by-hand") is None


def test_the_form_asks_about_the_kinds_of_all_its_options() -> None:
    assert asked_kinds(of_two()) == ("mac", "dock", "bag")


def test_booking_is_told_when_versions_are_compared_by_the_titles_of_kinds() -> None:
    new = shipped()
    leaver = new.service("leaver")
    plain = leaver.model_copy(
        update={"steps": tuple(one.model_copy(update={"returns": False}) for one in leaver.steps)}
    )
    starter = new.service("new-starter")
    without = starter.model_copy(update={"steps": tuple(one.model_copy(update={"books": ()}) for one in starter.steps)})
    others = tuple(one for one in new.services if one.key not in {"leaver", "new-starter"})
    old = Catalogue(**{**dict(new.values()), "services": (*others, plain, without)})
    told = {(one.key, one.attribute): one.after for one in compare(old, new) if one.attribute}
    assert told["keys", "books"] == "Badge"
    assert told["equipment", "returns"] == "true"
