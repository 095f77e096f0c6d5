"""The report on first contact resolution and repeat contacts: one answer for page, API, CSV and command line alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from routing.closing import GRACE, closes_at
from spoc.reports.costs import Cost, desk_caused_cost, repeat_contact_cost
from spoc.reports.facts import read_facts
from spoc.reports.groups import Group, grouped, groups_of, is_closed, longest_window
from spoc.reports.measures import (
    Figure,
    Judged,
    LeftOut,
    Tally,
    bounces,
    excluded,
    first_level_resolution,
    gross_fcr,
    handoffs,
    judge,
    left_out,
    net_fcr,
    one_contact_resolution,
    reasons,
    repeat_contact_rate,
)
from spoc.reports.opening import Contact, Limits, is_past_window
from spoc.reports.question import By, Question
from spoc.reports.suppress import may_show, of_judged, of_openings, of_touches, suppressed
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
    left_out: tuple[LeftOut, ...]
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
        """How many are left out, by reason; small numbers over confidential queues are not told."""
        groups = grouped(self.left_out, lambda one: one.why)
        hidden = suppressed({why: of_openings(one.opening for one in group) for why, group in groups.items()})
        return {why: many for why, many in excluded(self.left_out).items() if why not in hidden}

    @cached_property
    def reasons(self) -> Mapping[str, int]:
        """Why openings that count as net were not resolved; small numbers over confidential queues are not told."""
        failed = [one for one in self.judged if one.opening.eligible and one.verdict.reason]
        groups = grouped(failed, lambda one: str(one.verdict.reason))
        hidden = suppressed({why: of_openings(one.opening for one in group) for why, group in groups.items()})
        return {why: many for why, many in reasons(failed).items() if why not in hidden}

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
    def groups(self) -> tuple[Group, ...]:
        return self.groups_by(self.question.by)

    def groups_by(self, by: By) -> tuple[Group, ...]:
        return groups_of(by, self.question, self.judged, self.touches, self.as_of, self.window_days)

    @cached_property
    def closed_part(self) -> "FcrReport | None":
        """The same report over the days of the period that are closed already.

        None if there are none with openings, or if so few lie in it, or in what it leaves, that neither may be told.
        """
        ends_on = (self.as_of - timedelta(days=self.window_days) - GRACE).astimezone(
            self.question.zone
        ).date() - timedelta(days=1)
        if ends_on < self.question.start_on:
            return None
        question = replace(self.question, end_on=min(ends_on, self.question.end_on))
        judged = tuple(one for one in self.judged if one.opening.opened_at < question.end_at)
        rest = tuple(one for one in self.judged if one.opening.opened_at >= question.end_at)
        touches = tuple(touch for touch in self.touches if touch.contact.at < question.end_at)
        part = replace(self, question=question, judged=judged, touches=touches)
        told = may_show((*of_judged(judged), *of_judged(rest)))
        return part if judged and part.closed and told else None


def report(session: Session, question: Question, now: datetime) -> FcrReport:
    """The figures that the question asks for, as of `now`."""
    yardsticks = read_yardsticks(session)
    facts = read_facts(session, question, yardsticks.calendar, now)
    limits, as_set = yardsticks.limits(question.time_limit), yardsticks.limits()
    judged = judge(facts.openings, now, limits, as_set)
    out = {one.opening.id for one in left_out((*facts.openings, *facts.others), now, as_set)}
    touches = tuple(touch for touch in facts.touches if touch.ask_id not in out)
    answer = FcrReport(
        question=question,
        as_of=now,
        yardsticks=yardsticks,
        judged=judged,
        left_out=left_out(facts.openings, now, as_set),
        touches=touches,
        window_days=longest_window(facts.openings, question.window_days or USUAL_WINDOW),
        limits=limits,
    )
    return answer if _may_show(answer) else replace(answer, judged=(), touches=(), left_out=(), hidden=True)


def _may_show(answer: FcrReport) -> bool:
    """Whether every denominator of the report stands on enough cases."""
    judged, now = answer.judged, answer.as_of
    resolved = of_openings(one.opening for one in judged if one.opening.resolution(now) is not None)
    over = of_openings(one.opening for one in judged if is_past_window(one.opening, now))
    return may_show((*of_judged(judged), *resolved, *over, *of_touches(answer.touches)))


def everything(answer: FcrReport) -> Group:
    """The whole period as one row, below those of its groups."""
    return Group("all", "All", answer.gross, answer.net, answer.repeats, answer.closed, answer.hidden)
