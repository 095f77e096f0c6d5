"""Message steps as documents: the text with its answers, and what it must not say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.expand import expand
from catalog.kinds import StepKind
from catalog.message_text import message_text
from tests.catalog.factories import FACTS, choice, field, pack, reasons, service, step


def said(text: str, **answers: object) -> str:
    one = service(
        form=[field("name"), field("on", "date"), field("who", "person"), choice("laptop", "mac_book")],
        steps=[step("say", message={"text": text})],
    )
    return message_text(one, one.steps[0], answers, {"kim@example.com": "Kim"})


def test_answers_stand_in_it_as_people_write_them() -> None:
    text = "{name}: {on}, {laptop}, {who}, {laptop}"
    answers = {"name": "Mara", "on": "2026-09-01", "laptop": "mac_book", "who": "kim@example.com"}
    assert said(text, **answers) == "Mara: 1 September 2026, Mac Book, Kim, Mac Book"
    assert said("{name} and {who}") == "– and –"


@given(st.text())
def test_what_is_answered_is_never_read_as_a_text_with_answers(answer: str) -> None:
    assert said("<{name}>", name=answer + "{on}", on="2026-09-01") == f"<{answer}{{on}}>"


def test_a_step_that_sends_nothing_says_nothing() -> None:
    one = service()
    assert message_text(one, one.steps[0], {}, {}) == ""


def test_it_waits_for_the_answers_that_it_names() -> None:
    pick = step("pick", form={"fields": ["laptop"]})
    one = service(form=[choice("laptop", "mac")], steps=[pick, step("say", message={"text": "{laptop}"})])
    plan = expand(one, {}, FACTS)
    assert [(part.kind, part.needs) for part in plan.steps] == [(StepKind.FORM, ()), (StepKind.MESSAGE, ("pick",))]


SENDS = """
- key: ask
  title: Ask
  summary: ""
  need: any
  form:
    - {key: name, label: Name, kind: text}
    - {key: pay, label: Pay, kind: number, help: For HR, confidential_to: [hr]}
  steps:
    - {key: say, title: Say, queue: desk, message: {text: "%(text)s"}%(step)s}
    - {key: do, title: Do, queue: hr}
  example: {name: Kim}
"""


@pytest.mark.parametrize(
    ("text", "more", "reason"),
    [
        ("Dear {name}", "", None),
        ("Dear {nmae}", "", "there is no field 'nmae'"),
        ("You get {pay}", "", "'pay' is confidential and would stand in a mail"),
        ("Dear {name", "", "braces stand around a field key only"),
        ("Dear {name}", ", assign: round_robin", "a message is sent by itself"),
    ],
)
def test_lint_names_what_it_cannot_say(text: str, more: str, reason: str | None) -> None:
    found = [why for _, why in reasons(pack(SENDS % {"text": text, "step": more}))]
    assert (reason in found) if reason else found == []


def test_a_table_cannot_stand_in_a_sentence() -> None:
    text = SENDS % {"text": "For {people}", "step": ""}
    rows = "    - {key: people, label: People, kind: table, columns: [{key: name, label: Name, kind: text}]}\n  steps:"
    found = [why for _, why in reasons(pack(text.replace("  steps:", rows, 1)))]
    assert "'people' is a table, and a sentence cannot hold one" in found


def test_an_answer_that_a_message_names_is_used() -> None:
    unused = [why for _, why in reasons(pack(SENDS % {"text": "Hello", "step": ""}))]
    assert any("nobody uses 'name'" in why for why in unused)


def test_nobody_alone_gets_a_message_about_a_secret() -> None:
    secret = (SENDS % {"text": "Hello {name}", "step": ""}).replace("queue: desk", "person: requester")
    secret = secret.replace("  need: any", "  need: any\n  secret: true\n  confidential_to: [hr]", 1)
    assert "a single person cannot open a secret request" in [why for _, why in reasons(pack(secret))]
