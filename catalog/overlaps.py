"""What teams do twice and wait for, across all services: steps alike with several queues, questions, and needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from catalog.alike import alike_pairs, without_answers, words_of
from catalog.service import Catalogue, Field, Service, Step


@dataclass(frozen=True)
class StepAt:
    """One title with one queue, and the services (by title) whose plans have it."""

    title: str
    queue: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class SameWork:
    """Two queues that are asked for what reads as the same thing."""

    first: StepAt
    second: StepAt


@dataclass(frozen=True)
class Question:
    """A question as it is put, and the services that put it so; `kind` with the options, of a choice."""

    label: str
    kind: str
    options: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class AskedTwice:
    """One question (by its words) of several services. `differently`: not all ask for the same kind of answer."""

    label: str
    questions: tuple[Question, ...]
    differently: bool

    @property
    def times(self) -> int:
        return sum(len(question.services) for question in self.questions)


@dataclass(frozen=True)
class TwiceInOne:
    """Two questions of one form that read as the same."""

    service: str
    labels: tuple[str, str]


@dataclass(frozen=True)
class Wait:
    """One step that waits for another queue's."""

    service: str
    step: str
    need: str


@dataclass(frozen=True)
class Waiting:
    """All steps of one queue that wait for steps of another."""

    queue: str
    other: str
    waits: tuple[Wait, ...]


@dataclass(frozen=True)
class Overlaps:
    same_work: tuple[SameWork, ...]
    asked_twice: tuple[AskedTwice, ...]
    twice_in_one: tuple[TwiceInOne, ...]
    waiting: tuple[Waiting, ...]


def overlaps(catalogue: Catalogue) -> Overlaps:
    """All of it; queues and services by title. Steps of a single person are left out: they are nobody's queue."""
    titles = {queue.key: queue.department for queue in catalogue.queues}
    return Overlaps(
        tuple(_same_work(catalogue, titles)),
        _asked_twice(catalogue),
        tuple(pair for service in catalogue.services for pair in _twice_in_one(service)),
        _waiting(catalogue, titles),
    )


def _same_work(catalogue: Catalogue, titles: dict[str, str]) -> Iterator[SameWork]:
    found: dict[tuple[str, str], list[str]] = {}
    for service in catalogue.services:
        for step in service.steps:
            if step.queue:
                found.setdefault((without_answers(step.title), titles.get(step.queue, step.queue)), []).append(
                    service.title
                )
    steps = [StepAt(title, queue, tuple(dict.fromkeys(names))) for (title, queue), names in found.items()]
    for first, second in alike_pairs([words_of(step.title) for step in steps]):
        if steps[first].queue != steps[second].queue:
            yield SameWork(steps[first], steps[second])


def _asked_twice(catalogue: Catalogue) -> tuple[AskedTwice, ...]:
    """Those asked most often first."""
    by_words: dict[frozenset[str], list[tuple[str, Field]]] = {}
    for service in catalogue.services:
        for field in service.fields.values():
            by_words.setdefault(words_of(field.label), []).append((service.title, field))
    asked = (_asked(group) for group in by_words.values() if len({title for title, _ in group}) > 1)
    return tuple(sorted(asked, key=lambda one: (-one.times, one.label)))


def _asked(group: Iterable[tuple[str, Field]]) -> AskedTwice:
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for title, field in group:
        options = tuple(option.label for option in field.options)
        found.setdefault((field.label, field.kind.value, options), []).append(title)
    questions = tuple(Question(*put, tuple(dict.fromkeys(titles))) for put, titles in found.items())
    usual = max(questions, key=lambda one: len(one.services))
    return AskedTwice(usual.label, questions, len({(one.kind, one.options) for one in questions}) > 1)


def _twice_in_one(service: Service) -> Iterator[TwiceInOne]:
    asked = tuple(service.fields.values())
    for first, second in alike_pairs([words_of(field.label) for field in asked]):
        one, other = asked[first], asked[second]
        if one.kind is other.kind:
            yield TwiceInOne(service.title, (one.label, other.label))


def _waiting(catalogue: Catalogue, titles: dict[str, str]) -> tuple[Waiting, ...]:
    """In the order of the catalogue's queues."""
    cells: dict[tuple[str, str], list[Wait]] = {}
    for service in catalogue.services:
        for step, need in _needs(service):
            if step.queue and need.queue and step.queue != need.queue:
                cells.setdefault((step.queue, need.queue), []).append(
                    Wait(service.title, without_answers(step.title), without_answers(need.title))
                )
    order = {key: at for at, key in enumerate(titles)}
    placed = sorted(cells, key=lambda cell: tuple(order.get(key, len(order)) for key in cell))
    return tuple(
        Waiting(titles.get(queue, queue), titles.get(other, other), tuple(cells[queue, other]))
        for queue, other in placed
    )


def _needs(service: Service) -> Iterator[tuple[Step, Step]]:
    steps = {step.key: step for step in service.steps}
    return ((step, steps[need]) for step in service.steps for need in step.needs if need in steps)
