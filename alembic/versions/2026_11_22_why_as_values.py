"""Keep why a task stands where it stands as kinds and values, so that each reader is told in their language.

Sentences of before stay readable as the kind "said"; only what a task waits for becomes values, its needs, since their
titles are not for everybody who reads the task. Events are never changed and remembered answers pass: both are read in
either form.

Rewrites `task` once under ACCESS EXCLUSIVE. The running version cannot read or write tasks after it: stop it first,
as `spoc up` on the same data folder does by being the only one. Downgrading makes English sentences again.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_why_as_values"
down_revision = "2026_11_22_secret_steps"
branch_labels = None
depends_on = None

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"
AS_VALUES = """
CREATE FUNCTION pg_temp.as_values(sentences text[], needs text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT COALESCE(jsonb_agg(
         CASE WHEN cardinality(needs) > 0 AND (sentence LIKE 'Waits for: %' OR sentence = 'Waits for earlier work')
              THEN jsonb_build_object('kind', 'waits', 'given', jsonb_build_object('tasks', to_jsonb(needs)))
              ELSE jsonb_build_object('kind', 'said', 'given', jsonb_build_object('sentence', sentence))
         END ORDER BY place), '[]')
  FROM unnest(sentences) WITH ORDINALITY AS line (sentence, place)
$$
"""
AS_SENTENCES = """
CREATE FUNCTION pg_temp.as_sentences(reasons jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
SELECT COALESCE(array_agg(sentence ORDER BY place), '{}')
  FROM jsonb_array_elements_text(reasons) WITH ORDINALITY AS line (sentence, place)
$$
"""
SENTENCES: Mapping[str, str] = {
    "said": "{sentence}",
    "catalogue": "{queue}: the catalogue names this queue",
    "rule": "{queue}: a routing rule sends this here",
    "rule_said": "{queue}: {said}",
    "unplaced": "{queue}: nothing else names a queue",
    "no_such_queue": "{queue}: there is no queue {named}",
    "requester": "The requester: the catalogue gives this step to them",
    "subject": "The person concerned: the catalogue gives this step to them",
    "requester_manager": "The requester's manager: the catalogue gives this step to them",
    "subject_manager": "The manager of the person concerned: the catalogue gives this step to them",
    "person": "{person}: the catalogue gives this step to them",
    "nobody_known": "{queue}: nobody is known for this person, so the desk finds one",
    "waits": "Waits for earlier work",
    "waits_earlier": "Waits for earlier work",
    "opens": "Opens {moment}",
    "opens_at_once.date_out_of_range": "Opens at once: {day} is outside the years that can be planned.",
    "opens_at_once.no_working_time": "Opens at once: Calendar {calendar} has no working time.",
    "due": "Due {moment}",
    "due.day_without_work": "Nobody works on {day}, so it is due the working day before",
    "due.past": "That was already past when the ask came in",
    "due.after_submission": "Due {span} after submission, as nothing else is said",
    "due.after_opening": "Due {span} after its opening, as nothing else is said",
    "due.after_needs": "Due {span} after what it waits for is due, as nothing else is said",
    "no_due.date_out_of_range": "No due date: {day} is outside the years that can be planned.",
    "no_due.no_working_time": "No due date: Calendar {calendar} has no working time.",
    "read_as": "Read as “{service}” from the words {words}",
    "no_service_fits": "No service fits the text for certain",
    "no_service_fits.likely": "No service fits the text for certain; likely: {services}",
    "handed_over": "Handed over from {party}.",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PORTION = 1000


def upgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    op.execute(AS_VALUES)
    op.execute("ALTER TABLE task ALTER COLUMN why DROP DEFAULT")
    op.execute("ALTER TABLE task ALTER COLUMN why TYPE jsonb USING pg_temp.as_values(why, needs)")
    op.execute("ALTER TABLE task ALTER COLUMN why SET DEFAULT '[]'")


def downgrade() -> None:
    op.execute(LOCK_TIMEOUT)
    # Before the first portion: what a program wrote between two of them would come back as raw values.
    op.execute("LOCK TABLE task, remembered_answer IN ACCESS EXCLUSIVE MODE")
    connection = op.get_bind()
    _say_of_tasks(connection)
    _say_of_answers(connection)
    op.execute(AS_SENTENCES)
    op.execute("ALTER TABLE task ALTER COLUMN why DROP DEFAULT")
    op.execute("ALTER TABLE task ALTER COLUMN why TYPE text[] USING pg_temp.as_sentences(why)")
    op.execute("ALTER TABLE task ALTER COLUMN why SET DEFAULT '{}'")


def _say_of_tasks(connection: sa.Connection) -> None:
    write = sa.text("UPDATE task SET why = CAST(:why AS jsonb) WHERE id = :id")
    last = 0
    while rows := connection.execute(
        sa.text("SELECT id, why FROM task WHERE id > :last ORDER BY id LIMIT :portion"),
        {"last": last, "portion": PORTION},
    ).all():
        connection.execute(write, [{"id": row.id, "why": json.dumps(_sentences(row.why))} for row in rows])
        last = rows[-1].id


def _say_of_answers(connection: sa.Connection) -> None:
    """The version before reads only sentences in the answers that it gives again."""
    read = sa.text(
        "SELECT id, body FROM remembered_answer"
        " WHERE id > :last AND jsonb_typeof(body->'tasks') = 'array' ORDER BY id LIMIT :portion"
    )
    write = sa.text("UPDATE remembered_answer SET body = CAST(:body AS jsonb) WHERE id = :id")
    last = 0
    while rows := connection.execute(read, {"last": last, "portion": PORTION}).all():
        connection.execute(write, [{"id": row.id, "body": json.dumps(_said(row.body))} for row in rows])
        last = rows[-1].id


def _said(answer: Mapping[str, Any]) -> dict[str, Any]:
    tasks = [{**task, "why": _sentences(task.get("why", []))} for task in answer["tasks"]]
    return {**answer, "tasks": tasks}


def _sentences(reasons: Sequence[Any]) -> list[str]:
    return [one if isinstance(one, str) else _sentence(one) for one in reasons]


def _sentence(reason: Mapping[str, Any]) -> str:
    given: dict[str, Any] = {key: _listed(key, value) for key, value in reason["given"].items()}
    if "day_on" in given:
        given["day"] = _day(date.fromisoformat(given["day_on"]))
    if "unit" in given:
        given |= {"span": _span(reason["given"]), "moment": _moment(reason["given"])}
    template: str = SENTENCES.get(reason["kind"], "A reason that this version does not know")
    return template.format_map(given)


def _listed(key: str, value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return ", ".join(f"“{one}”" if key == "words" else one for one in value)


def _span(given: Mapping[str, Any]) -> str:
    amount, unit = abs(given["amount"]), given["unit"].replace("_", " ")
    return f"{amount} {unit if amount > 1 else unit.removesuffix('s')}"


def _moment(given: Mapping[str, Any]) -> str:
    anchor = _anchor(given)
    at = f", at {given['at']}" if "at" in given else ""
    if given["amount"] == 0:
        return f"on {anchor or 'the day of submission'}{at}"
    side = "before" if given["amount"] < 0 else "after"
    return f"{_span(given)} {side} {anchor or 'submission'}{at}"


def _anchor(given: Mapping[str, Any]) -> str:
    if "anchor_at" in given:
        at = datetime.fromisoformat(given["anchor_at"])
        return f"{_day(at)}, {at:%H:%M}"
    return _day(date.fromisoformat(given["anchor_on"])) if "anchor_on" in given else ""


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
