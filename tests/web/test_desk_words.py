"""How the desk's pages speak: due marks, reasons, sentences of the log."""

from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from catalog.service import FieldKind
from routing.work import HoldReason, TaskState
from spoc.desk.requests import Next
from spoc.desk.ticket_page import Answer, EventPart
from spoc.web.desk.words import due_mark, length, stands_because
from spoc.web.formats import View
from spoc.web.ticket.answers import in_words
from spoc.web.ticket.sentences import ASKED, DESK, sentence
from spoc.web.ticket.view import next_words

NOW = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)
VIEW = View("en", "Europe/Berlin", NOW)


@pytest.mark.parametrize(
    ("due_at", "kind", "text"),
    [
        (NOW - timedelta(hours=3, minutes=20), "late", "Late 3 h 20"),
        (NOW - timedelta(days=2), "late", "Late 2 days"),
        (NOW, "soon", "0 min left"),
        (NOW + timedelta(minutes=48), "soon", "48 min left"),
        (NOW + timedelta(hours=4), "today", "15:00"),
        (datetime(2026, 8, 13, 22, 30, tzinfo=UTC), "later", "Fri 14 Aug"),
        (None, "none", "No date"),
    ],
)
def test_the_nearer_the_fuller(due_at: datetime | None, kind: str, text: str) -> None:
    mark = due_mark(due_at, TaskState.READY, VIEW)

    assert mark is not None
    assert (mark.kind, mark.text) == (kind, text)


def test_a_stopped_clock_is_never_late_and_what_is_over_has_no_mark() -> None:
    late = NOW - timedelta(days=1)

    stopped = due_mark(late, TaskState.ON_HOLD, VIEW, paused=True)

    assert stopped is not None
    assert stopped.kind == "stopped"
    assert due_mark(late, TaskState.DONE, VIEW) is None


def test_one_day_is_a_day() -> None:
    assert length(timedelta(days=1, hours=3)) == "1 day"


@pytest.mark.parametrize(
    ("state", "waits", "opens", "hold", "words"),
    [
        (TaskState.WAITING, ("Contract",), NOW, None, "Waits: Contract"),
        (TaskState.WAITING, (), NOW + timedelta(days=8), None, "Opens Fri 21 Aug 11:00"),
        (TaskState.WAITING, (), NOW + timedelta(days=8, hours=13), None, "Opens Sat 22 Aug"),
        (TaskState.WAITING, (), None, None, None),
        (TaskState.ON_HOLD, (), None, HoldReason.VENDOR, "Vendor"),
        (TaskState.READY, (), None, None, None),
    ],
)
def test_a_task_says_why_it_stands(
    state: TaskState, waits: tuple[str, ...], opens: datetime | None, hold: HoldReason | None, words: str | None
) -> None:
    assert stands_because(state, waits, opens, hold, VIEW) == words


def event(kind: str, *, own: bool = False, **what: Any) -> EventPart:
    return EventPart(1, NOW, kind, "Lea Brandt", own, MappingProxyType(what))


@pytest.mark.parametrize("as_agent", [True, False])
def test_every_kind_has_a_sentence_even_without_its_facts(as_agent: bool) -> None:
    for kind in DESK if as_agent else ASKED:
        assert sentence(event(kind), {}, as_agent=as_agent).endswith((".", ":", "”"))


def test_a_handoff_names_queues_by_their_titles() -> None:
    what: dict[str, Any] = {"title": "Badge", "from": "it", "to": "office", "why": "Theirs"}
    moved = EventPart(1, NOW, "handed_off", "Lea Brandt", own=False, what=what)

    told = sentence(moved, {"it": "IT", "office": "Office management"}, as_agent=True)

    assert told == "Lea Brandt handed “Badge” over from IT to Office management: Theirs"


def test_one_reads_of_oneself_as_you_and_of_unknown_kinds_as_they_are() -> None:
    assert sentence(event("claimed", own=True, title="Badge"), {}, as_agent=True) == "You took “Badge”."
    assert sentence(event("mail_bounced"), {}, as_agent=True) == "mail bounced"


def test_a_change_of_mind_is_told_with_its_answers_and_dates() -> None:
    answers = [
        {"label": "First day", "kind": "date", "from": "2026-09-01", "to": "2026-09-15"},
        {"label": "Buddy", "kind": "person", "from": None, "to": "Lea Brandt"},
        {"label": "Notes"},
    ]
    told = sentence(event("amended", changes=answers, cancelled=False), {}, VIEW, as_agent=False)
    assert told == (
        "Lea Brandt changed the request. First day: Tuesday 1 September → Tuesday 15 September"
        " · Buddy: nothing → Lea Brandt · Notes"
    )
    taken_back = event("amended", changes=[], cancelled=True)
    assert sentence(taken_back, {}, VIEW, as_agent=True) == "Lea Brandt cancelled the request."
    due: dict[str, Any] = {"due_from": "2026-08-31T15:30:00+00:00", "due_to": "2026-09-14T15:30:00+00:00"}
    moved = event("redated", title="Badge", **due)
    assert sentence(moved, {}, VIEW, as_agent=True) == "“Badge” moves. Due Mon 31 Aug → Mon 14 Sep."
    opens = event("redated", title="Keys", due_from=None, due_to=None, opens_from=None, opens_to=due["due_to"])
    assert sentence(opens, {}, VIEW, as_agent=True) == "“Keys” moves. Opens – → Mon 14 Sep."


def test_a_result_with_a_percent_sign_is_no_format() -> None:
    assert "100 %(who)s" in sentence(event("finished", title="Badge", result="100 %(who)s"), {}, as_agent=True)


@pytest.mark.parametrize(
    ("kind", "value", "shown", "words"),
    [
        (FieldKind.DATE, "2026-09-01", "2026-09-01", "Tuesday 1 September"),
        (FieldKind.DATETIME, "2026-09-01T08:30", None, "Tue 1 Sep 08:30"),
        (FieldKind.DATETIME, "2026-09-01T08:30:00+00:00", None, "Tue 1 Sep 10:30"),
        (FieldKind.YES_NO, True, True, "Yes"),
        (FieldKind.YES_NO, False, False, "No"),
        (FieldKind.NUMBER, 1243, 1243, "1,243"),
        (FieldKind.CHOICE, "mac", "Mac laptop", "Mac laptop"),
    ],
)
def test_answers_are_read_as_words(kind: FieldKind, value: Any, shown: Any, words: str) -> None:
    assert in_words(Answer("key", "Label", kind, "", value, shown), VIEW) == words


def test_what_is_next_is_one_sentence() -> None:
    due = datetime.combine(date(2026, 8, 20), datetime.min.time(), UTC)

    assert next_words(Next("Badge", "Facilities", due, waits_for_you=False, is_turn=False), VIEW) == (
        "Next: Badge, with Facilities, by Thursday 20 August."
    )
    assert next_words(Next("Plan", "", None, waits_for_you=False, is_turn=True), VIEW) == "Your turn: Plan."
    later = next_words(Next("Plan", "", None, waits_for_you=False, is_turn=False), VIEW)
    assert later == "Next, with you when the rest is ready: Plan."
    assert (
        next_words(Next("Badge", "IT", due, waits_for_you=True, is_turn=False), VIEW)
        == "We wait for your answer: Badge."
    )
    assert next_words(None, VIEW) == "We are working on it."
