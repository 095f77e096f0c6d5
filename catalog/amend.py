"""A change of mind: which tasks of an ask its new answers still want, and which are done anew or undone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from catalog.expand import Moment, PlannedStep
from catalog.rows import Unrolled, answer_at, step_of, unrolled
from catalog.service import Service, Step

UNDO: Final = ".undo"


class Standing(StrEnum):
    """`GONE`: cancelled or skipped. `REFUSED`: an approval that was not given, which ends what needs it."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    GONE = "gone"


class Fate(StrEnum):
    STAYS = "stays"
    ADDED = "added"
    RESTORED = "restored"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Made:
    """A task of the ask: `laptop` for a step, `laptop.2` for its second round, `laptop.undo` for what undoes one.

    `answers` are those under which it was finished or refused; they do not matter for any other.
    """

    key: str
    standing: Standing
    answers: Mapping[str, object]

    @property
    def step_key(self) -> str:
        return self.key.partition(".")[0]


def step_of_task(service: Service, key: str) -> Step | None:
    """The step that a task is of, in any round and for any row; None for what undoes one, or was added by hand."""
    return None if key.endswith(UNDO) else step_of(service, key.partition(".")[0])


@dataclass(frozen=True)
class Wish:
    """Answers, and the keys of the steps that they entail: none for an ask that is taken back."""

    answers: Mapping[str, object]
    steps: frozenset[str]


@dataclass(frozen=True)
class Turn:
    """What becomes of one task; those `ADDED` are not there yet."""

    key: str
    step_key: str
    fate: Fate

    @property
    def undoes(self) -> str | None:
        """The key of the task that it undoes."""
        return self.key.removesuffix(UNDO) if self.key.endswith(UNDO) else None


@dataclass(frozen=True)
class _Round:
    task: Made
    undo: Made | None

    @property
    def in_effect(self) -> bool:
        """Whether what was done stands: it is not undone yet."""
        if self.task.standing is Standing.REFUSED:
            return True
        return self.task.standing is Standing.DONE and (self.undo is None or self.undo.standing is not Standing.DONE)


def amend(service: Service, made: Sequence[Made], before: Wish, after: Wish) -> tuple[Turn, ...]:
    """What becomes of each task, in the order of the catalogue; what a person skipped or cancelled has no turn.

    `made` is in the order of making. Only the difference between the wishes counts: a step that both entail and that
    is gone all the same was left out by somebody, and stays so. Amended there and back again, what was open is open,
    what was to be undone is not, and what is undone by then is done in a new round. What needs a refused approval is
    not wanted before that is asked for again, with other answers.
    """
    by_key = {one.key: one for one in made}
    rounds: dict[str, list[_Round]] = {}
    for one in made:
        if not one.key.endswith(UNDO):
            rounds.setdefault(one.step_key, []).append(_Round(one, by_key.get(one.key + UNDO)))
    steps = [one.step for one in unrolled(service, after.answers, before.answers)]
    was, now = (_possible(steps, rounds, wish) for wish in (before, after))
    return tuple(turn for step in steps for turn in _turns(step, rounds.get(step.key, []), was, now))


def _possible(steps: Sequence[Step], rounds: Mapping[str, Sequence[_Round]], wish: Wish) -> Wish:
    """The wish without the steps that need, at once or through others, an approval that was refused for its answers."""
    refused = {step.key for step in steps if _is_refused(step, rounds.get(step.key, []), wish)}
    ended = behind(steps, refused) if refused else frozenset()
    return Wish(wish.answers, wish.steps - ended)


def _is_refused(step: Step, rounds: Sequence[_Round], wish: Wish) -> bool:
    kept = _kept(step, rounds, wish)
    return kept is not None and kept.task.standing is Standing.REFUSED


def behind(steps: Sequence[Step], keys: Collection[str]) -> frozenset[str]:
    """The steps that need one of these, at once or through others."""
    found: set[str] = set()
    while more := {step.key for step in steps if {*keys, *found} & {*step.needs}} - found:
        found |= more
    return frozenset(found)


def _turns(step: Step, rounds: Sequence[_Round], before: Wish, after: Wish) -> Iterator[Turn]:
    wanted = step.key in after.steps
    kept = _kept(step, rounds, after)
    under_way = any(one.task.standing is Standing.OPEN for one in rounds)
    for one in rounds:
        if one.task.standing is Standing.OPEN:
            yield Turn(one.task.key, step.key, Fate.STAYS if wanted and kept is None else Fate.CANCELLED)
        elif one.task.standing in {Standing.DONE, Standing.REFUSED}:
            yield Turn(one.task.key, step.key, Fate.STAYS)
        yield from _undo_turns(step, one, stands=one is kept)
    left_out = step.key in before.steps and not under_way and _kept(step, rounds, before) is None
    if wanted and kept is None and not under_way and not left_out:
        yield _again(step, rounds)


def _kept(step: Step, rounds: Sequence[_Round], wish: Wish) -> _Round | None:
    """The newest finished round that serves the wish."""
    if step.key not in wish.steps:
        return None
    fitting = (one for one in reversed(rounds) if one.in_effect and _fits(step, one, wish))
    return next(fitting, None)


def _fits(step: Step, one: _Round, wish: Wish) -> bool:
    return all(answer_at(one.task.answers, key) == answer_at(wish.answers, key) for key in step.redone_for)


def _undo_turns(step: Step, one: _Round, *, stands: bool) -> Iterator[Turn]:
    key, undo = one.task.key + UNDO, one.undo
    if undo is not None and (undo.standing is Standing.DONE or one.task.standing is not Standing.DONE):
        yield Turn(key, step.key, Fate.STAYS)
    elif one.in_effect and stands:
        if undo is not None and undo.standing is Standing.OPEN:
            yield Turn(key, step.key, Fate.CANCELLED)
    elif one.in_effect and undo is not None:
        yield Turn(key, step.key, Fate.STAYS if undo.standing is Standing.OPEN else Fate.RESTORED)
    elif one.in_effect and step.undo is not None:
        yield Turn(key, step.key, Fate.ADDED)


def _again(step: Step, rounds: Sequence[_Round]) -> Turn:
    gone = [one.task.key for one in rounds if one.task.standing is Standing.GONE]
    if gone:
        return Turn(gone[-1], step.key, Fate.RESTORED)
    return Turn(f"{step.key}.{len(rounds) + 1}" if rounds else step.key, step.key, Fate.ADDED)


def undoing(service: Service, *answers: Mapping[str, object]) -> tuple[PlannedStep, ...]:
    """What undoes each step that has an undo step, dated from the moment it is asked for; of these answers' rows."""
    return tuple(_undo_of(service, one) for one in unrolled(service, *answers) if one.step.undo is not None)


def _undo_of(service: Service, one: Unrolled) -> PlannedStep:
    step, undo = one.step, one.step.undo
    assert undo is not None
    own = undo.queue is None and undo.person is None
    rule = undo.due
    return PlannedStep(
        key=step.key + UNDO,
        title=undo.title,
        neutral_title=step.neutral_title,
        detail=undo.detail,
        phase=step.phase,
        queue=step.queue if own else undo.queue,
        person=step.person if own else undo.person,
        needs=(),
        opens=None,
        due=Moment(None, rule.amount, rule.unit, rule.at) if rule else None,
        confidential_to=service.circle(step),
        secret=step.secret,
        of=one.of,
    )
