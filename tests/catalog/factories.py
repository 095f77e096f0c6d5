"""Small services for tests: a test names the parts it depends on, the rest is given here."""

from textwrap import dedent, indent

from catalog.answers import Known
from catalog.expand import Facts
from catalog.lint import lint
from catalog.pack import read_document
from catalog.service import Service

KNOWN = Known(frozenset({"kim@example.com", "mara@example.com"}), frozenset({"berlin", "lyon"}))
FACTS: Facts = {
    "requester": {"mail": "mara@example.com", "name": "Mara Lindt", "department": "Sales", "location": "berlin"},
    "subject": None,
}
STEP = {"key": "answer", "title": "Answer", "queue": "desk"}


def service(**parts: object) -> Service:
    """A valid service; `form` and `steps` take plain maps, as in a pack."""
    usual: dict[str, object] = {"key": "ask", "title": "Ask", "summary": "", "need": "any", "steps": [STEP]}
    return Service.model_validate(usual | parts)


def field(key: str, kind: str = "text", **parts: object) -> dict[str, object]:
    return {"key": key, "label": key.replace("_", " ").title(), "kind": kind, **parts}


def choice(key: str, *values: str, kind: str = "choice", **parts: object) -> dict[str, object]:
    options = [{"value": value, "label": value.replace("_", " ").title()} for value in values]
    return field(key, kind, options=options, **parts)


def step(key: str, **parts: object) -> dict[str, object]:
    party = {} if {"queue", "person"} & parts.keys() else {"queue": "it"}
    return {"key": key, "title": key.title(), **party, **parts}


AROUND = """\
queues:
  - {key: desk, title: Desk, department: Desk}
  - {key: hr, title: HR, department: HR}
needs:
  - {key: any, title: Anything}
phases:
  - {key: first-day, title: First day}
"""


TRIAGE = """\
  - key: something-else
    title: Something else
    summary: Whatever it is
    need: any
    form: [{key: description, label: What, kind: long_text, required: true}]
    steps: [{key: answer, title: Answer, queue: desk}]
    example: {description: Hello}
"""


def pack(services: str, around: str = AROUND, triage: str = TRIAGE) -> str:
    """The text of a pack: queues desk and hr, the need any, the phase first-day, these services, and the triage."""
    return f"{around}services:\n{indent(dedent(services).strip(), '  ')}\n{triage}"


def reasons(text: str) -> list[tuple[str, str]]:
    """Where and why a pack is at fault, from its shape and from lint."""
    document = read_document("pack.yaml", text)
    return [(fault.where, fault.reason) for fault in (*document.faults, *lint([document]))]
