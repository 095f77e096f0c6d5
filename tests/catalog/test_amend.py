from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.amend import UNDO, Fate, Made, Standing, Turn, Wish, amend, undoing
from catalog.dates import Unit
from catalog.document import from_json, shipped, to_json
from catalog.expand import Moment, expand
from catalog.service import Service
from tests.catalog.factories import FACTS, choice, field, pack, reasons, service, step

LAPTOP = service(
    form=[choice("model", "windows", "mac"), field("wanted", "yes_no")],
    steps=[
        step("order", condition="wanted == true", undo={"title": "Send it back"}, redo_when_changed=["model"]),
        step("badge", condition="wanted == true"),
    ],
)
WINDOWS, MAC = {"wanted": True, "model": "windows"}, {"wanted": True, "model": "mac"}
NONE = {"wanted": False}


def wish(answers: Mapping[str, object], asked: Service = LAPTOP) -> Wish:
    plan = expand(asked, dict(answers), FACTS)  # type: ignore[arg-type]
    return Wish(answers, frozenset(one.key for one in plan.steps))


def applied(made: Sequence[Made], turns: Sequence[Turn]) -> list[Made]:
    """The tasks as the turns leave them."""
    fates = {turn.key: turn.fate for turn in turns}
    standings = {Fate.ADDED: Standing.OPEN, Fate.RESTORED: Standing.OPEN, Fate.CANCELLED: Standing.GONE}
    known = [Made(one.key, standings.get(fates.get(one.key, Fate.STAYS), one.standing), one.answers) for one in made]
    there = {one.key for one in made}
    return known + [Made(turn.key, Standing.OPEN, {}) for turn in turns if turn.key not in there]


def change(made: Sequence[Made], was: Mapping[str, object], now: Mapping[str, object]) -> list[Made]:
    return applied(made, amend(LAPTOP, made, wish(was), wish(now)))


def finished(made: Sequence[Made], key: str, answers: Mapping[str, object]) -> list[Made]:
    return [Made(one.key, Standing.DONE, answers) if one.key == key else one for one in made]


def standing(made: Sequence[Made]) -> dict[str, Standing]:
    return {one.key: one.standing for one in made if one.standing is not Standing.GONE}


def test_what_is_open_and_not_wanted_is_cancelled_and_comes_back() -> None:
    made = change([], NONE, WINDOWS)
    assert standing(made) == {"order": Standing.OPEN, "badge": Standing.OPEN}
    gone = change(made, WINDOWS, NONE)
    assert standing(gone) == {}
    assert standing(change(gone, NONE, WINDOWS)) == standing(made)


def test_what_is_done_is_undone_once_and_only_where_it_can_be() -> None:
    made = finished(finished(change([], NONE, WINDOWS), "order", WINDOWS), "badge", WINDOWS)
    undone = change(made, WINDOWS, NONE)
    assert standing(undone) == {"order": Standing.DONE, "badge": Standing.DONE, "order.undo": Standing.OPEN}
    assert amend(LAPTOP, undone, wish(NONE), wish(NONE)) == (
        Turn("order", "order", Fate.STAYS),
        Turn("order.undo", "order", Fate.STAYS),
        Turn("badge", "badge", Fate.STAYS),
    )


def test_what_was_undone_is_done_in_a_new_round() -> None:
    made = change(finished(change([], NONE, WINDOWS), "order", WINDOWS), WINDOWS, NONE)
    made = finished(made, "order.undo", NONE)
    again = change(made, NONE, WINDOWS)
    assert standing(again) | {"badge": Standing.OPEN} == {
        "order": Standing.DONE,
        "order.undo": Standing.DONE,
        "order.2": Standing.OPEN,
        "badge": Standing.OPEN,
    }


def test_another_answer_does_it_again_and_the_former_one_takes_that_back() -> None:
    made = finished(change([], NONE, WINDOWS), "order", WINDOWS)
    other = change(made, WINDOWS, MAC)
    assert standing(other)["order.2"] is Standing.OPEN
    assert standing(other)["order.undo"] is Standing.OPEN
    assert standing(change(other, MAC, WINDOWS)) == standing(made)


def test_a_step_that_cannot_be_undone_stays_done_and_is_done_again() -> None:
    asked = service(form=[choice("model", "windows", "mac")], steps=[step("order", redo_when_changed=["model"])])
    made = [Made("order", Standing.DONE, {"model": "windows"})]
    turns = amend(asked, made, wish({"model": "windows"}, asked), wish({"model": "mac"}, asked))
    assert turns == (Turn("order", "order", Fate.STAYS), Turn("order.2", "order", Fate.ADDED))


def test_what_somebody_left_out_has_no_turn() -> None:
    made = [Made("order", Standing.GONE, {}), Made("badge", Standing.OPEN, {})]
    assert amend(LAPTOP, made, wish(WINDOWS), wish(MAC)) == (Turn("badge", "badge", Fate.STAYS),)


answers = st.sampled_from([WINDOWS, MAC, NONE])


@given(
    st.lists(st.tuples(answers, st.sets(st.sampled_from(["order", "badge", "order.2", "order.undo"]))), max_size=6),
    answers,
)
def test_there_and_back_again_leaves_what_stands(
    life: list[tuple[dict[str, object], set[str]]], other: dict[str, object]
) -> None:
    """Whatever was done before: open is open, done is done, and what waits to be undone is what waited before."""
    made, now = change([], NONE, WINDOWS), WINDOWS
    for then, done in life:
        made, now = change(made, now, then), then
        made = [Made(one.key, Standing.DONE, now) if _is_open(one) and one.key in done else one for one in made]
    back = change(change(made, now, other), other, now)
    assert standing(back) == standing(made)
    assert len({one.key for one in back}) == len(back)


def _is_open(one: Made) -> bool:
    return one.standing is Standing.OPEN


def test_undoing_counts_from_the_change_of_mind_and_is_for_whoever_did_it() -> None:
    asked = service(
        confidential_to=["hr"],
        secret=True,
        steps=[
            step("pay", queue="hr", undo={"title": "Stop it", "due": "1 working day after submission"}),
            step("rest", queue="hr", undo={"title": "Wake", "queue": "it"}),
            step("note", queue="hr"),
        ],
    )
    first, second = undoing(asked, {})
    assert (first.key, first.queue, first.due) == (f"pay{UNDO}", "hr", Moment(None, 1, Unit.WORKING_DAYS, None))
    assert (second.queue, second.due) == ("it", None)


def test_a_catalogue_stored_before_steps_could_be_undone_is_read_as_it_was() -> None:
    stored = to_json(shipped()).replace('"undo":null,', "").replace(',"redo_when_changed":[]', "")
    assert from_json(stored).service("laptop-fault").steps[0].undo is None


HEAD = "- key: ask\n  title: Ask\n  summary: Ask anything\n  need: any"


@pytest.mark.parametrize(
    ("undo", "where", "reason"),
    [
        ("undo: {title: Back, queue: it, person: requester}", "", "undoing is for a queue or a person, and not both"),
        ("undo: {title: Back, queue: moon}", ".queue", "there is no queue 'moon'"),
        ("undo: {title: Back, due: 2 days after start_on}", ".due", "undoing is counted from the change of mind"),
        (
            "confidential_to: [hr], undo: {title: Back, queue: desk}",
            ".queue",
            "'desk' may not know of what it is to undo",
        ),
        (
            "confidential_to: [hr], undo: {title: Back, person: requester}",
            ".person",
            "what is confidential is not undone by a single person",
        ),
    ],
)
def test_an_undo_step_that_leads_nowhere_is_at_fault(undo: str, where: str, reason: str) -> None:
    form = "form: [{key: start_on, label: Start, kind: date}]"
    text = f"{HEAD}\n  {form}\n  steps: [{{key: a, title: A, queue: hr, {undo}}}]"
    assert (f"services[0].steps[0].undo{where}", reason) in reasons(pack(text))


def test_doing_again_for_an_answer_that_nobody_gives_is_at_fault() -> None:
    text = f"{HEAD}\n  steps: [{{key: a, title: A, queue: hr, redo_when_changed: [model]}}]"
    assert ("services[0].steps[0].redo_when_changed", "there is no field 'model'") in reasons(pack(text))


BUY = service(
    form=[field("price", "number"), field("colour"), field("extra", "yes_no")],
    steps=[
        {"key": "agree", "title": "Agree", "approval": {"approvers": ["it.lead"], "shows": ["price"]}},
        step("order", needs=["agree"]),
        step("sleeve", needs=["order"], condition="extra == true"),
        step("desk"),
    ],
)
DEAR: Mapping[str, object] = {"price": 900}
CHEAP: Mapping[str, object] = {"price": 300}


def reconsider(made: Sequence[Made], was: Mapping[str, object], now: Mapping[str, object]) -> list[Made]:
    return applied(made, amend(BUY, made, wish(was, BUY), wish(now, BUY)))


def refused(answers: Mapping[str, object]) -> list[Made]:
    """As after a rejection: what needs the approval is gone."""
    ends = {"agree": Standing.REFUSED, "order": Standing.GONE, "desk": Standing.OPEN}
    return [Made(key, standing_, answers) for key, standing_ in ends.items()]


def test_what_a_rejection_ended_stays_ended_while_its_answers_are_the_same() -> None:
    made = refused(DEAR)
    assert reconsider(made, DEAR, {**DEAR, "colour": "red", "extra": True}) == made


def test_other_answers_ask_again_and_bring_back_what_the_rejection_ended() -> None:
    again = standing(reconsider(refused(DEAR), DEAR, CHEAP))
    assert (again["agree.2"], again["order"]) == (Standing.OPEN, Standing.OPEN)


def test_the_refused_answers_again_end_it_again() -> None:
    there_and_back = reconsider(reconsider(refused(DEAR), DEAR, CHEAP), CHEAP, DEAR)
    assert standing(there_and_back) == standing(refused(DEAR))


def test_a_step_that_is_wanted_newly_waits_for_other_answers_too() -> None:
    assert "sleeve" not in standing(reconsider(refused(DEAR), DEAR, {**DEAR, "extra": True}))
    assert "sleeve" in standing(reconsider(refused(DEAR), DEAR, {**CHEAP, "extra": True}))


def test_a_given_approval_is_asked_again_for_what_it_showed_and_for_nothing_else() -> None:
    made = [Made("agree", Standing.DONE, DEAR), Made("order", Standing.OPEN, DEAR), Made("desk", Standing.OPEN, DEAR)]
    assert reconsider(made, DEAR, {**DEAR, "colour": "red"}) == made
    assert standing(reconsider(made, DEAR, CHEAP))["agree.2"] is Standing.OPEN


def test_an_approval_has_no_undo_step() -> None:
    text = """\
      - key: buy
        title: Buy
        summary: It
        need: any
        steps:
          - {key: agree, title: Agree, approval: {approvers: [desk.lead]}, undo: {title: Disagree}}
          - {key: order, title: Order, queue: desk, needs: [agree]}
    """
    assert [reason for _, reason in reasons(pack(text))] == ["a step of kind approval is asked again, and not undone"]
