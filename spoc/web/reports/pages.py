"""The reports: pages, their CSV, and the API. Every filter is in the address."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from spoc.people.directory import Visit
from spoc.reports.change import MAY_CHANGE, change_setting, set_rate
from spoc.reports.changes import read_changes
from spoc.reports.choices import read_choices
from spoc.reports.document import to_json
from spoc.reports.errors import InvalidReportSetting
from spoc.reports.export import fcr_csv, lines_csv, repeat_csv
from spoc.reports.fcr import FcrReport, report
from spoc.reports.listing import lines_behind
from spoc.reports.presets import OTHER_RATES, OTHER_TARGETS
from spoc.reports.question import OPENINGS_BY, PARAMETERS, By, Question, read_question, usual_question
from spoc.reports.repeats import cost_groups
from spoc.reports.yardsticks import organisation_zone, read_yardsticks
from spoc.web.deps import Database, Now, Visitor, require
from spoc.web.formats import View
from spoc.web.pages import notice, redirect, render, view_of
from spoc.web.permissions import Permission, permits
from spoc.web.reports import first_contact, lists, repeat_contacts, restating_part, sentence, yardstick_rows
from spoc.web.reports.files import csv_file
from spoc.web.reports.frame import frame, link, titles_of
from spoc.web.reports.words import source_said, target
from spoc.words import gettext, marked

router = APIRouter()

Reading = Annotated[Actor, require(Permission.MANAGER_OR_LEAD)]
Changing = Annotated[Actor, require(Permission.MANAGER_OR_ADMINISTRATOR)]
Text = Annotated[str, Form(max_length=400)]

REPEAT_BYS: Final = (By.CAUSE, By.WEEK, By.MONTH, By.SERVICE, By.QUEUE, By.CHANNEL)
SPANS: Final = (By.WEEK, By.MONTH)
STORED = notice("reports.stored", marked("The setting is stored. Figures follow it from now on, past ones too."))
RATE_STORED = notice("reports.rate_stored", marked("The rate is stored. It holds for contacts from its day on."))


def ask(
    http: Request,
    session: Session,
    actor: Actor,
    now: datetime,
    bys: tuple[By, ...] = OPENINGS_BY,
    also: tuple[str, ...] = (),
) -> Question:
    """The question in the address.

    Raises:
        InvalidQuestion: a parameter means nothing.
    """
    usual = usual_question(actor, organisation_zone(session), now)
    return read_question(http.query_params.multi_items(), replace(usual, by=bys[0]), (*PARAMETERS, *also), bys)


def before(session: Session, question: Question, now: datetime) -> FcrReport:
    """The same report over as many days before."""
    ends_on = question.start_on - timedelta(days=1)
    return report(session, replace(question, start_on=ends_on - timedelta(days=question.days - 1), end_on=ends_on), now)


def span_of(question: Question) -> By:
    return question.by if question.by in SPANS else By.WEEK


@router.get("/reports", include_in_schema=False)
def show_first_contact(http: Request, session: Database, now: Now, visit: Visitor, actor: Reading) -> Response:
    question = ask(http, session, actor, now)
    answer, choices, view = report(session, question, now), read_choices(session, question), view_of(visit, now)
    titles, span = titles_of(view, choices), span_of(question)
    table_by = By.SERVICE if question.by in SPANS else question.by
    weeks = first_contact.weeks(answer, span, view, titles)
    return render(
        http,
        "reports/first.html",
        frame=frame(answer, choices, view, "/reports", "/reports/first-contact.csv", OPENINGS_BY),
        said=sentence.said(answer, view),
        cards=() if answer.hidden else first_contact.cards(answer, before(session, question, now), view),
        weeks=weeks,
        is_drawn=any(week.net_at or week.gross_at for week in weeks),
        has_open=not all(week.closed for week in weeks),
        is_monthly=span is By.MONTH,
        reasons=first_contact.reasons(answer, view),
        wins=first_contact.wins(answer, view),
        rows=first_contact.rows(answer, table_by, view, titles),
        everything=first_contact.everything(answer, view),
        table_by=table_by.value,
        may_change=bool(actor.roles & MAY_CHANGE),
        **restating_part.part(session, actor, question, view),
        **_around(answer, view),
    )


def _around(answer: FcrReport, view: View) -> dict[str, Any]:
    """What is in no figure, for the line below the cards."""
    question = answer.question
    return {
        "provisional": view.number(answer.gross.provisional),
        "pending": view.number(answer.gross.pending),
        "not_resolved": view.number(answer.net.not_resolved),
        "high": first_contact.high_rate(answer, view),
        "left_out": first_contact.left_out(answer, view),
        "left_out_href": lists.address(question, of="excluded"),
        "provisional_href": lists.address(question, of="gross", verdict="provisional"),
        "pending_href": lists.address(question, of="gross", verdict="pending"),
        "window_days": answer.window_days,
        "closed": answer.closed,
        "closes_on": view.day(answer.closes_at),
        "target": str(answer.yardsticks.net_target * 100),
        "target_text": target(view, answer.yardsticks.net_target),
        "target_source": source_said(answer.yardsticks.settings["target.net_fcr"].source),
        "hands": view.number(answer.handoffs.numerator),
        "bounces": view.number(answer.bounces),
        "one_contact": first_contact.shown_of(view, answer.one_contact),
    }


@router.get("/reports/repeat", include_in_schema=False)
def show_repeat_contacts(http: Request, session: Database, now: Now, visit: Visitor, actor: Reading) -> Response:
    question = ask(http, session, actor, now, REPEAT_BYS)
    answer, choices, view = report(session, question, now), read_choices(session, question), view_of(visit, now)
    titles, span = titles_of(view, choices), span_of(question)
    return render(
        http,
        "reports/repeat.html",
        frame=frame(answer, choices, view, "/reports/repeat", "/reports/repeat-contacts.csv", REPEAT_BYS),
        said=repeat_contacts.said(answer, view),
        cards=() if answer.hidden else repeat_contacts.cards(answer, before(session, question, now), view),
        spans=repeat_contacts.rows(answer, span, view, titles),
        is_monthly=span is By.MONTH,
        rows=repeat_contacts.rows(answer, question.by, view, titles),
        everything=repeat_contacts.everything(answer, view),
        by=question.by.value,
        rates=repeat_contacts.rates(repeat_contacts.in_force(answer), view),
        factor=view.number(answer.yardsticks.prices.factor),
        compared=repeat_contacts.compared(answer, view),
        no_rate=repeat_contacts.no_rate(answer, view),
        currency=answer.repeat_cost.bands[0].currency if answer.repeat_cost.bands else "",
        days=repeat_contacts.days(answer, view),
        may_change=bool(actor.roles & MAY_CHANGE),
        **restating_part.part(session, actor, question, view),
    )


@router.get("/reports/openings", include_in_schema=False)
def openings(http: Request, session: Database, now: Now, visit: Visitor, actor: Reading) -> Response:
    question = ask(http, session, actor, now, also=lists.PARAMETERS)
    behind, after = lists.read(http.query_params.multi_items())
    answer, choices, view = report(session, question, now), read_choices(session, question), view_of(visit, now)
    lines = lines_behind(session, answer, actor, behind)
    page, follow = lists.page_of(lines, after)
    return render(
        http,
        "reports/openings.html",
        frame=frame(answer, choices, view, "/reports/openings", "/reports/openings.csv", OPENINGS_BY),
        csv=lists.address(question, "/reports/openings.csv", **lists.named(behind)),
        heading=lists.heading(behind),
        chips=lists.chips(question, behind, titles_of(view, choices), answer),
        lines=lists.rows(page, view),
        is_contacts=lists.is_contacts(behind),
        is_first=not after,
        first=lists.address(question, **lists.named(behind)),
        next=lists.address(question, after=follow, **lists.named(behind)) if follow else None,
        back="/reports/repeat" if lists.is_contacts(behind) else "/reports",
        back_href=link("/reports/repeat" if lists.is_contacts(behind) else "/reports", question),
    )


@router.get("/reports/first-contact.csv", include_in_schema=False)
def first_contact_csv(http: Request, session: Database, now: Now, actor: Reading) -> Response:
    answer = report(session, ask(http, session, actor, now), now)
    return csv_file("first-contact", answer.question, fcr_csv(answer, gettext))


@router.get("/reports/repeat-contacts.csv", include_in_schema=False)
def repeat_contacts_csv(http: Request, session: Database, now: Now, actor: Reading) -> Response:
    answer = report(session, ask(http, session, actor, now, REPEAT_BYS), now)
    return csv_file(
        "repeat-contacts", answer.question, repeat_csv(answer, cost_groups(answer, answer.question.by), gettext)
    )


@router.get("/reports/openings.csv", include_in_schema=False)
def openings_csv(http: Request, session: Database, now: Now, actor: Reading) -> Response:
    question = ask(http, session, actor, now, also=lists.PARAMETERS)
    behind, _ = lists.read(http.query_params.multi_items())
    answer = report(session, question, now)
    return csv_file(
        "openings", answer.question, lines_csv(answer, lines_behind(session, answer, actor, behind), gettext)
    )


@router.get("/api/reports/fcr")
def fcr(http: Request, session: Database, now: Now, actor: Reading) -> dict[str, Any]:
    """First contact resolution and repeat contacts of a period.

    Query: `from` and `to` (days, inclusive; the last twelve weeks if absent), `by` (week, month, service, queue,
    channel), `service`, `queue`, `channel`, `department`, `location`, `window` (1 to 30 days), `time_limit`
    (business minutes, or `none`).
    """
    return to_json(report(session, ask(http, session, actor, now), now), gettext)


@router.get("/reports/settings", include_in_schema=False, dependencies=[require(Permission.MANAGER_OR_ADMINISTRATOR)])
def show_settings(http: Request, session: Database, now: Now, visit: Visitor) -> Response:
    return _settings(http, session, visit, now)


def _settings(
    http: Request, session: Session, visit: Visit, now: datetime, status: int = 200, **refused: Any
) -> Response:
    """`refused`: `faults` (field, label, message), and what was `typed`, of a form that was not accepted."""
    yardsticks, view = read_yardsticks(session), view_of(visit, now)
    reads_reports = permits(Permission.MANAGER_OR_LEAD, visit.actor)
    return render(
        http,
        "reports/settings.html",
        status,
        reads_reports=reads_reports,
        settings=yardstick_rows.rows(yardsticks, view),
        rates=repeat_contacts.rates(yardsticks.rates, view),
        changes=yardstick_rows.changes(read_changes(session), view),
        channels=yardstick_rows.channels(),
        tiers=yardstick_rows.tiers(),
        other_rates=[yardstick_rows.other(rate, view) for rate in OTHER_RATES],
        other_targets=[(target(view, share), source_said(source)) for share, source in OTHER_TARGETS],
        **{"faults": (), "typed": {}, **refused},
    )


@router.post("/reports/settings", include_in_schema=False)
def store_setting(
    http: Request,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: Changing,
    key: Text,
    value: Text,
    source: Text,
    why: Text = "",
) -> Response:
    try:
        change_setting(session, actor, key, value, source, now, why=why)
    except InvalidReportSetting as refused:
        typed = {"key": key, "value": value, "source": source, "why": why}
        faults = yardstick_rows.faults(refused, prefix=f"{key}.")
        return _settings(http, session, visit, now, 422, faults=faults, typed=typed)
    return redirect(http, "/reports/settings", told=STORED)


@router.post("/reports/rates", include_in_schema=False)
def store_rate(
    http: Request,
    session: Database,
    now: Now,
    visit: Visitor,
    actor: Changing,
    low: Text = "",
    high: Text = "",
    currency: Text = "",
    valid_from: Text = "",
    source: Text = "",
    why: Text = "",
    channel: Text = "",
    tier: Text = "",
) -> Response:
    raw = {
        "low": low, "high": high, "currency": currency, "valid_from": valid_from,
        "source": source, "why": why, "channel": channel, "tier": tier,
    }  # fmt: skip
    try:
        set_rate(session, actor, raw, now)
    except InvalidReportSetting as refused:
        faults = yardstick_rows.faults(refused, prefix="")
        return _settings(http, session, visit, now, 422, faults=faults, typed=raw)
    return redirect(http, "/reports/settings", told=RATE_STORED)
