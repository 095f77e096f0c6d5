"""A replay: the latest real asks of a service placed under their own version and under another, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy.orm import Session

from catalog.answers import visible_fields
from catalog.service import Catalogue, Service
from catalog.undecided import filled_by
from routing.calendars import working_days_between
from routing.errors import DateOutOfRange
from routing.replay import Comparison, Step, compare
from routing.visibility import Actor, Part, Sight, sight
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.past_asks import PastAsk, latest_asks
from spoc.intake.plan import Placed, place_all
from spoc.intake.simulate import under


@dataclass(frozen=True)
class Replayed:
    """One real ask, and what would have been different with it."""

    reference: str
    opened_at: datetime
    comparison: Comparison


@dataclass(frozen=True)
class Replay:
    """Newest first. The counts add up to the number of asks."""

    asks: tuple[Replayed, ...]

    @property
    def same(self) -> int:
        return sum(one.comparison.is_same for one in self.asks)

    @property
    def earlier(self) -> int:
        return sum(one.comparison.end_days < 0 for one in self.asks)

    @property
    def later(self) -> int:
        return sum(one.comparison.end_days > 0 for one in self.asks)

    @property
    def otherwise(self) -> int:
        """Different, but ending on the same day."""
        return len(self.asks) - self.same - self.earlier - self.later


def replay(session: Session, key: str, draft: Catalogue, actor: Actor, desk: DeskFacts, most: int) -> Replay:
    """What the latest asks would have entailed under `draft`, as far as the actor may know of them.

    Both sides are placed anew with today's rules, working time and people, so that what differs is the catalogue's
    doing. Answers and steps that the actor may not see on a ticket are on neither side.

    Raises:
        UnknownService: the draft has no such service.
    """
    service = draft.service(key)
    asks = latest_asks(session, key, actor, most)
    tried = under(desk, draft)
    return Replay(tuple(_replayed(ask, service, actor, desk, tried) for ask in asks))


def _replayed(ask: PastAsk, service: Service, actor: Actor, desk: DeskFacts, tried: DeskFacts) -> Replayed:
    then = _placed(ask, ask.service, ask.answers, actor, tried)
    draft = _placed(ask, service, _fitting(service, ask.answers), actor, tried)

    def days(a: datetime, b: datetime) -> int:
        try:
            return working_days_between(desk.calendars[""], a, b)
        except DateOutOfRange:
            return 0

    return Replayed(ask.reference, ask.opened_at, compare(then, draft, days))


def _fitting(service: Service, answers: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The answers to what the draft still asks; what it asks newly has its default."""
    given = {
        field.key: answers.get(field.key, field.default)
        for field in visible_fields(service, answers, filled_by(service, answers))
    }
    return {key: value for key, value in given.items() if value is not None}


def _placed(
    ask: PastAsk, service: Service, answers: Mapping[str, JsonValue], actor: Actor, desk: DeskFacts
) -> tuple[Step, ...]:
    filled = filled_by(service, answers)
    placing = place_all(service, answers, ask.people, ask.requester, desk, ask.opened_at, ask.text, filled)
    titles = {queue.key: queue.title for queue in desk.catalogue.queues}
    return tuple(
        Step(one.step.key, one.step.title, _party(one, titles), one.due_at)
        for one in placing.steps
        if sight(actor, ask.view, _part(one)) is Sight.FULL
    )


def _party(placed: Placed, titles: Mapping[str, str]) -> str:
    """The title of its queue, or the catalogue's word for its person."""
    return titles.get(placed.queue, placed.queue) if placed.queue else str(placed.step.person or placed.step.kind)


def _part(placed: Placed) -> Part:
    named = frozenset(placed.step.confidential_to)
    return Part(placed.queue, named, person_id=placed.person_id, secret=placed.secret)
