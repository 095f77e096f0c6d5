"""A valid body for every route that changes something. A route without one fails the sweep: add it here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.document import shipped
from routing.work import TaskState
from tests.world import mail_of

SECRET_WORD = "correct horse battery staple"
EXAMPLES = ("payslip-question", "leaver", "laptop-fault")


@dataclass(frozen=True)
class Body:
    """What a route is sent. `@reference` and its like stand for what the act is about, as in the route's address; `@of`
    for every ticket there is, one after the other.

    `task` is the state in which the act is possible; `resolved` says that the whole ticket must be over. A `file` is
    sent beside the form.
    """

    given: Mapping[str, Any]
    is_json: bool = False
    task: TaskState | None = None
    resolved: bool = False
    file: bytes | None = None


def form(task: TaskState | None = None, /, **given: Any) -> Body:
    return Body(given, task=task)


def document(task: TaskState | None = None, /, **given: Any) -> Body:
    return Body(given, is_json=True, task=task)


def _answers(service: str) -> dict[str, Any]:
    example = shipped().service(service).example
    return {key: mail_of("manager") if "@" in str(value) else value for key, value in example.items()}


def _asks() -> tuple[Body, ...]:
    """Each example service, by JSON and by form; the form as a page would send it."""
    by_json = [document(service=key, answers=_answers(key), text="It is said again.") for key in EXAMPLES]
    by_form = [form(service=key, text="It is said again.", **_fields(_answers(key))) for key in EXAMPLES]
    return (*by_json, *by_form, document(text="The chair is broken."), form(text="My leaver's payslip question."))


def _fields(answers: Mapping[str, Any]) -> dict[str, str]:
    """As a page's form sends them."""
    return {f"answers.{key}": str(value).lower() if value is True else str(value) for key, value in answers.items()}


READY, CLAIMED, HELD, DONE = TaskState.READY, TaskState.CLAIMED, TaskState.ON_HOLD, TaskState.DONE
PLACE = {"title": "Berlin Mitte", "country": "DE", "time_zone": "Europe/Berlin"}
WEEK = {"time_zone": "Europe/Paris", "country": "FR", "region": "", "mon": ["08:00", "12:00"]}
LYON = {"asked": "location", "answers.location": "lyon"}
FRIDAY = "2026-08-14T07:00:00Z"
MOVE = {"to": "hr", "why": "Theirs."}

WAY = {"service": "laptop-fault", "step": "look", "before": "desk", "after": "it"}
RULE = {"queue": "office", "service": "laptop-fault", "location": "lyon", "why": "Lyon has its own people."}

DRAFT = "queues: [{key: garage, title: Garage, department: Garage}]"

SHEET = "kind,tag,location\nlaptop-windows,HO-1,berlin\n"

BODIES: Mapping[str, tuple[Body, ...]] = {
    "/api/files": (Body({}, file=b"The light above desk 12 flickers."),),
    "/sign-in": (form(mail=mail_of("employee"), password="wrong"),),
    "/sign-out": (form(),),
    "/set-password": (form(token="@link", password=SECRET_WORD, again=SECRET_WORD),),
    "/theme": (form(theme="dark", next="/requests"),),
    "/profile/tokens": (form(name="My other script", days="30"),),
    "/profile/tokens/{token_id}/revoke": (form(),),
    "/profile/absences": (form(from_on="2026-08-20", until_on="2026-08-24", deputy=mail_of("lead")),),
    "/absences/{absence_id}/end": (form(address="/profile"),),
    "/api/absences": (document(from_on="2026-08-20", until_on="2026-08-24", deputy=mail_of("lead")),),
    "/api/absences/{absence_id}/end": (document(),),
    "/desk/{key}/team": (form(strategy="round_robin", answer_hours="4"),),
    "/desk/{key}/team/{member_id}": (form(most_tasks="8", skills="vpn, doors"),),
    "/desk/{key}/team/{member_id}/absences": (form(from_on="2026-08-20", until_on="2026-08-24"),),
    "/profile/sessions/end-others": (form(),),
    "/profile/password": (form(current=SECRET_WORD, password=SECRET_WORD[::-1]),),
    "/people/new": (form(name="Nia Okeke", mail="nia@demo.example", department="Labs", job_title="Optician"),),
    "/people/{public_id}/details": (form(department="Labs", location="lyon", manager=mail_of("lead")),),
    "/people/{public_id}/rights": (form(roles=["owner"], members=["it"]),),
    "/people/{public_id}/link": (form(),),
    "/people/{public_id}/switch-off": (form(),),
    "/people/{public_id}/switch-on": (form(),),
    "/organisation": (form(name="Halden", time_zone="Europe/Oslo", currency="NOK", desk_phone="+47 99"),),
    "/organisation/locations/new": (form(key="oslo", **PLACE),),
    "/organisation/locations/{key}": (form(**PLACE),),
    "/organisation/locations/{key}/remove": (form(),),
    "/organisation/calendars/new": (form(key="early", **WEEK),),
    "/organisation/calendars/{key}": (form(**WEEK),),
    "/organisation/cost-centres": (form(department=["Data Platform"], owner=[mail_of("lead")]),),
    "/approvals/{task_id}": (
        form(READY, verdict="approved"),
        form(READY, verdict="rejected", comment="Too dear."),
    ),
    "/api/approvals/{task_id}": (
        document(READY, verdict="approved"),
        document(READY, verdict="rejected", comment="Too dear."),
    ),
    "/approve": (form(token="@asked", verdict="approved"), form(token="@asked", verdict="rejected", comment="No.")),
    "/organisation/contacts": (form(queue="it", topic="laptops", people=mail_of("agent.it")),),
    "/api/points-of-contact": (document(queue="it", topic="laptops", people=[mail_of("agent.it")]),),
    "/organisation/systems/new": (form(key="press", title="Printing press", url="https://press.example.org/orders"),),
    "/organisation/systems/{key}": (form(title="Doors", url="https://doors.example.org/v2", networks="10.1.0.0/16"),),
    "/organisation/systems/{key}/secret": (form(),),
    "/organisation/systems/{key}/remove": (form(),),
    "/api/calls/{call_id}/callback": (document(state="done"),),
    "/organisation/queues": (form(queue=["it"], calendar=["office"]),),
    "/outbox/mails/{mail_id}/again": (form(),),
    "/outbox/jobs/{job_id}/again": (form(),),
    "/outbox/jobs/again": (form(),),
    "/ask/{key}": (form(service="payslip-question", text="overtime", **{"answers.topic": "overtime"}),),
    "/intake": _asks(),
    "/catalogue/schedules/{key}/{schedule}/pause": (form(),),
    "/catalogue/schedules/{key}/{schedule}/resume": (form(),),
    "/catalogue/schedules/{key}/{schedule}/raise": (form(),),
    "/api/schedules/{key}/{schedule}/pause": (document(),),
    "/api/schedules/{key}/{schedule}/resume": (document(),),
    "/api/schedules/{key}/{schedule}/raise": (document(),),
    "/catalogue/{key}/simulate": (
        form(requester=mail_of("employee"), on="2026-08-20", **_fields(_answers("laptop-fault"))),
    ),
    "/catalogue/{key}/replay": (form(n="50"), form(n="5", draft=DRAFT)),
    "/routing/priorities": (form(version="@version", cell=["urgent", *["normal"] * 7, "low"], why="As agreed."),),
    "/tickets/{reference}/priority": (form(priority="high", why="The fair is tomorrow."),),
    "/api/tickets/{reference}/priority": (document(priority="urgent", why="The fair is today."),),
    "/routing/targets": (
        form(version="@version", service="laptop-fault", response_hours="4", hours="16", why="Agreed."),
    ),
    "/routing/targets/remove": (form(version="@version", service="laptop-fault"),),
    "/routing/ladder": (
        form(version="@version", promise="resolution", hours="2", side="before", whom="lead", why="Agreed."),
    ),
    "/routing/ladder/remove": (form(version="@version", rung="resolution:-120:lead:::"),),
    "/routing/ladder/quiet": (form(version="@version", since="20:00", until="07:00"),),
    "/routing/proposals/accept": (form(version="@version", **WAY),),
    "/routing/proposals/dismiss": (form(version="@version", **WAY),),
    "/api/routing/proposals/accept": (document(version="@version", **WAY),),
    "/api/routing/proposals/dismiss": (document(version="@version", **WAY),),
    "/routing/try": (form(service="laptop-fault", requester=mail_of("employee"), text="The printer jams."),),
    "/routing/labels": (form(version="@version", title="Fire", phrases="Smoke alarm\nIt burns"),),
    "/routing/labels/{label_key}/remove": (form(version="@version"),),
    "/routing/rules/new": (
        form(version="@version", **RULE),
        form(version="@version", act="try", most="20", **RULE),
    ),
    "/routing/rules/{rule_id}": (form(version="@version", **RULE), form(version="@version", act="try", **RULE)),
    "/routing/rules/{rule_id}/move": (form(version="@version", place="1"),),
    "/routing/rules/{rule_id}/remove": (form(version="@version"),),
    "/api/routing/rules": (document(version="@version", **RULE),),
    "/api/routing/rules/{rule_id}": (document(version="@version", **RULE),),
    "/api/routing/rules/{rule_id}/move": (document(version="@version", place=1),),
    "/api/routing/rules/{rule_id}/remove": (document(version="@version"),),
    "/api/routing/try": (document(service="laptop-fault", requester=mail_of("employee"), text="The printer jams."),),
    "/api/routing/effect": (document(version=0, **RULE),),
    "/catalogue/edit/files/{file}": (form(draft="@draft", base="@in_force", revision="1", show="form", line="1"),),
    "/catalogue/edit/publish": (form(mark="@mark", comment="It was time."),),
    "/catalogue/edit/new": (form(key="leaver-2", need="start-and-leave", queue="it"),),
    "/catalogue/edit/files/{file}/remove": (form(),),
    "/catalogue/edit/files/{file}/discard": (form(),),
    "/catalogue/edit/discard": (form(),),
    "/catalogue/versions/{number}/restore": (form(comment="It was better."),),
    "/tickets/{reference}/messages": (form(body="Any news?"), form(body="For us.", internal="true")),
    "/api/tickets/{reference}/messages": (
        document(body="Any news?"),
        document(body="For us.", internal=True, only_own_queue=True),
    ),
    "/tickets/{reference}/reopen": (Body({"why": "Still broken."}, resolved=True),),
    "/tickets/{reference}/news": (form(),),
    "/tickets/{reference}/steps/{task_id}/finish": (form(READY, result="Done as asked."),),
    "/tickets/{reference}/steps/{task_id}/proof": (form(READY),),
    "/tickets/{reference}/steps/{task_id}/form": (form(READY, asked="new_equipment"),),
    "/tickets/{reference}/steps/{task_id}/answers": (form(READY, asked="new_equipment"),),
    "/tickets/{reference}/steps/{task_id}/appointment": (form(READY, starts_at=FRIDAY),),
    "/tickets/{reference}/steps/{task_id}/appointment/call-off": (form(READY, why="Ill."),),
    "/tickets/{reference}/steps/{task_id}/appointment/by-phone": (form(READY),),
    "/tickets/{reference}/steps/{task_id}/appointment/outcome": (form(READY, outcome="took_place", result="Fits."),),
    "/api/tasks/{task_id}/book": (document(READY, starts_at=FRIDAY),),
    "/api/tasks/{task_id}/call-off": (document(READY, why="Ill."),),
    "/api/tasks/{task_id}/by-phone": (document(READY),),
    "/api/tasks/{task_id}/outcome": (document(READY, outcome="missed_call"),),
    "/api/tasks/{task_id}/answers": (document(READY, answers={"new_equipment": ["dock"]}),),
    "/tickets/{reference}/contacts/{contact_id}/kind": (form(kind="repeat", cause="chased"), form(kind="thanks")),
    "/tickets/{reference}/asks/{ask_id}/leave-out": (
        form(reason="spam", words="An advertisement."),
        form(reason="duplicate", of="@of"),
    ),
    "/tickets/{reference}/asks/{ask_id}/count-again": (form(words="It was real."),),
    "/api/tickets/{reference}/asks/{ask_id}/leave-out": (document(reason="test"), document(reason="spam", words="Ad.")),
    "/api/tickets/{reference}/asks/{ask_id}/count-again": (document(words="It was real."),),
    "/tickets/{reference}/asks/{ask_id}/change": (form(**LYON),),
    "/tickets/{reference}/asks/{ask_id}/difference": (form(**LYON), form(cancels="true")),
    "/tickets/{reference}/asks/{ask_id}/amend": (form(**LYON), form(cancels="true")),
    "/api/tickets/{reference}/asks/{ask_id}/amend": (
        document(answers={"location": "lyon"}),
        document(answers={"location": "lyon"}, dry_run=True),
        document(cancel=True),
    ),
    "/desk/log": (
        form(person=mail_of("colleague"), about="@reference", kind="repeat", text="Called again.", minutes="0"),
        form(person=mail_of("colleague"), service="laptop-fault", text="It is slow.", solved="Restarted."),
    ),
    "/api/contacts": (document(reference="@reference", channel="phone", minutes=0, note="Called again."),),
    "/desk/tasks/{task_id}/claim": (form(READY, address="/desk"),),
    "/desk/tasks/{task_id}/release": (form(CLAIMED, address="/desk"),),
    "/desk/tasks/{task_id}/decline": (form(READY, why="I do screens, not laptops."),),
    "/desk/tasks/{task_id}/hold": (form(CLAIMED, reason="requester", note="Which one?", until="2026-09-01 09:00"),),
    "/desk/tasks/{task_id}/resume": (form(HELD),),
    "/desk/tasks/{task_id}/finish": (form(CLAIMED, result="Done as asked."),),
    "/desk/tasks/{task_id}/proof": (form(CLAIMED, address="/desk"),),
    "/desk/tasks/{task_id}/handoff": (
        form(CLAIMED, **MOVE, know="Be kind."),
        form(CLAIMED, **MOVE | {"to": "it"}, person_mail=mail_of("agent.it"), warm="true"),
    ),
    "/desk/tasks/{task_id}/reopen": (form(DONE, why="Not quite."),),
    "/api/tasks/{task_id}/claim": (document(READY),),
    "/api/tasks/{task_id}/release": (document(CLAIMED),),
    "/api/tasks/{task_id}/decline": (document(READY, why="I do screens, not laptops."),),
    "/api/tasks/{task_id}/hold": (document(CLAIMED, reason="vendor", note="Ordered.", until="2026-09-01T09:00Z"),),
    "/api/tasks/{task_id}/resume": (document(HELD),),
    "/api/tasks/{task_id}/finish": (document(CLAIMED, result="Done as asked."),),
    "/api/tasks/{task_id}/proof": (document(CLAIMED, ticked=[]),),
    "/api/tasks/{task_id}/handoff": (
        document(CLAIMED, **MOVE, know="Be kind."),
        document(CLAIMED, **MOVE | {"to": "it"}, person=mail_of("agent.it"), warm=True),
    ),
    "/api/tasks/{task_id}/reopen": (document(DONE, why="Not quite."),),
    "/register/items/{item_id}/give": (form(holder=mail_of("employee"), until="2026-09-14"),),
    "/register/items/{item_id}/take-back": (form(),),
    "/register/import": (form(sheet=SHEET),),
    "/register/import/apply": (form(sheet=SHEET, digest=""),),
    "/api/register/import": (document(csv=SHEET), document(csv=SHEET, dry_run=True)),
    "/reports/settings": (form(key="target.net_fcr", value="80", source="SQM", why="Agreed."),),
    "/reports/rates": (form(low="9", high="12", currency="EUR", valid_from="2026-09-01", source="Books", why="Ours."),),
}
"""By the route's address: all of them are POST."""
