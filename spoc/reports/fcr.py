"""The report on first contact resolution and repeat contacts: one answer for page, API, CSV and command line alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from routing.work import RepeatCause
from spoc.reports.costs import Cost, cost_by_cause, desk_caused_cost, repeat_contact_cost
from spoc.reports.facts import read_facts
from spoc.reports.groups import GRACE, Group, closes_at, groups_of, is_closed, longest_window
from spoc.reports.measures import (
    Figure,
    Judged,
    Tally,
    bounces,
    excluded,
    first_level_resolution,
    gross_fcr,
    handoffs,
    judge,
    net_fcr,
    one_contact_resolution,
    reasons,
    repeat_contact_rate,
)
from spoc.reports.opening import Contact, Limits, Opening, exclusion
from spoc.reports.question import By, Question
from spoc.reports.suppress import Cell, is_small
from spoc.reports.touches import Touch
from spoc.reports.yardsticks import Yardsticks, read_yardsticks

USUAL_WINDOW = 7


@dataclass(frozen=True)
class FcrReport:
    """Everything a reader may know of the period. `window_days` is the longest W in it.

    `hidden`: so few cases over confidential queues that no figure may be shown; then there are none here.
    """

    question: Question
    as_of: datetime
    yardsticks: Yardsticks
    judged: tuple[Judged, ...]
    left_out: tuple[Opening, ...]
    touches: tuple[Touch, ...]
    window_days: int
    limits: Limits
    hidden: bool = False

    @cached_property
    def gross(self) -> Tally:
        return gross_fcr(self.judged)

    @cached_property
    def net(self) -> Tally:
        return net_fcr(self.judged)

    @cached_property
    def closed(self) -> bool:
        return is_closed(self.question.end_at, self.judged, self.window_days, self.as_of)

    @property
    def closes_at(self) -> datetime:
        """When the period can be closed at the earliest."""
        return closes_at(self.question.end_at, self.window_days)

    @cached_property
    def excluded(self) -> Mapping[str, int]:
        return excluded(self.left_out, self.limits)

    @cached_property
    def reasons(self) -> Mapping[str, int]:
        """Why openings that count as net were not resolved at first contact."""
        return reasons([one for one in self.judged if one.opening.eligible])

    @property
    def first_level(self) -> Figure:
        return first_level_resolution(self.judged, self.as_of)

    @property
    def one_contact(self) -> Figure:
        return one_contact_resolution(self.judged, self.as_of)

    @property
    def handoffs(self) -> Figure:
        return handoffs(self.judged, self.as_of)

    @property
    def bounces(self) -> int:
        return bounces(self.judged, self.as_of)

    @property
    def contacts(self) -> list[Contact]:
        return [touch.contact for touch in self.touches]

    @cached_property
    def repeats(self) -> Figure:
        return repeat_contact_rate(self.contacts)

    @cached_property
    def repeat_cost(self) -> Cost:
        return repeat_contact_cost(self.contacts, self.yardsticks.prices)

    @cached_property
    def desk_cost(self) -> Cost:
        return desk_caused_cost(self.contacts, self.yardsticks.prices)

    @cached_property
    def cost_by_cause(self) -> Mapping[RepeatCause, Cost]:
        return cost_by_cause(self.contacts, self.yardsticks.prices)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        return self.groups_by(self.question.by)

    def groups_by(self, by: By) -> tuple[Group, ...]:
        return groups_of(by, self.question, self.judged, self.touches, self.as_of, self.window_days)

    @cached_property
    def closed_part(self) -> "FcrReport | None":
        """The same report over the days of the period that are closed already; None if there are none with openings."""
        ends_on = (self.as_of - timedelta(days=self.window_days) - GRACE).astimezone(
            self.question.zone
        ).date() - timedelta(days=1)
        if ends_on < self.question.start_on:
            return None
        question = replace(self.question, end_on=min(ends_on, self.question.end_on))
        judged = tuple(one for one in self.judged if one.opening.opened_at < question.end_at)
        part = replace(self, question=question, judged=judged)
        return part if judged and part.closed else None


def report(session: Session, question: Question, now: datetime) -> FcrReport:
    """The figures that the question asks for, as of `now`."""
    yardsticks = read_yardsticks(session)
    facts = read_facts(session, question, yardsticks.calendar, now)
    limits = yardsticks.limits(question.time_limit)
    left_out = tuple(one for one in facts.openings if exclusion(one, limits) is not None)
    judged = judge(facts.openings, now, limits)
    out = {one.id for one in left_out}
    touches = tuple(touch for touch in facts.touches if touch.ask_id not in out)
    window_days = longest_window(facts.openings, question.window_days or USUAL_WINDOW)
    answer = FcrReport(question, now, yardsticks, judged, left_out, touches, window_days, limits)
    return replace(answer, judged=(), touches=(), left_out=(), hidden=True) if _is_too_few(judged, touches) else answer


def _is_too_few(judged: Sequence[Judged], touches: Sequence[Touch]) -> bool:
    openings = Cell(len(judged), any(one.opening.confidential for one in judged))
    contacts = Cell(len(touches), any(touch.confidential for touch in touches))
    return is_small(openings) or is_small(contacts)
