"""What changes from one catalogue to another, part by part, as values that a door tells in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from catalog.part import Part
from catalog.service import Catalogue, Field, Option, Service, Step, Undo


class Kind(StrEnum):
    QUEUE = "queue"
    NEED = "need"
    PHASE = "phase"
    ITEM = "item"
    SERVICE = "service"
    QUESTION = "question"
    OPTION = "option"
    COLUMN = "column"
    STEP = "step"
    SCHEDULE = "schedule"


class What(StrEnum):
    NEW = "new"
    GONE = "gone"
    ORDER = "order"
    SET = "set"
    UNSET = "unset"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """`service` is a key, "" for what all services share; `name` is the part's title, as it is afterwards.

    `attribute` is what has another value, with both as people read them; of an option, `of` is its question. Of a new
    step `after` tells where it goes, and `needs` what it waits for.
    """

    service: str
    kind: Kind
    what: What
    key: str
    name: str
    attribute: str = ""
    before: str = ""
    after: str = ""
    of: str = ""
    needs: tuple[str, ...] = ()


_NAMED = {
    "need": "need",
    "phase": "phase",
    "needs": "step",
    "confidential_to": "queue",
    "for_each": "question",
    "item": "item",
    "books": "item",
    "call.answers": "question",
    "call.takes": "question",
    "appointment.location": "question",
    "appointment.person": "question",
}
"""Values that are keys of something with a title."""

_BODIES = {"appointment": "minutes", "call": "endpoint", "evidence": "label", "undo": "title"}
"""Parts of a step that are compared value by value, each with what it is told by where only one version has it."""


@dataclass(frozen=True)
class _Titles:
    """What keys are called, in either catalogue: by what they name, such as "queue"."""

    names: Mapping[str, Mapping[str, str]]

    def of(self, kind: str, keys: Sequence[str]) -> str:
        return ", ".join(self.names[kind].get(key, key) for key in keys)


def compare(before: Catalogue, after: Catalogue) -> tuple[Change, ...]:
    """What all services share first, then each service in the order of the later catalogue; those that are gone last.

    Tests are left out: they change nothing for anybody.
    """
    titles = _titles(before, after)
    return (
        *_parts("", Kind.QUEUE, before.queues, after.queues, titles),
        *_parts("", Kind.NEED, before.needs, after.needs, titles),
        *_parts("", Kind.PHASE, before.phases, after.phases, titles),
        *_parts("", Kind.ITEM, before.items, after.items, titles),
        *_services(before, after, titles),
    )


def _titles(before: Catalogue, after: Catalogue) -> _Titles:
    both = (before, after)
    return _Titles(
        {
            "queue": {queue.key: queue.title for one in both for queue in one.queues},
            "need": {need.key: need.title for one in both for need in one.needs},
            "phase": {phase.key: phase.title for one in both for phase in one.phases},
            "item": {kind.key: kind.title for one in both for kind in one.items},
        }
    )


def _services(before: Catalogue, after: Catalogue, titles: _Titles) -> Iterator[Change]:
    old = {service.key: service for service in before.services}
    for service in after.services:
        was = old.pop(service.key, None)
        if was is None:
            yield Change(service.key, Kind.SERVICE, What.NEW, service.key, service.title)
        elif was != service:
            yield from _service(was, service, titles)
    for service in old.values():
        yield Change(service.key, Kind.SERVICE, What.GONE, service.key, service.title)


def _service(was: Service, now: Service, titles: _Titles) -> Iterator[Change]:
    steps = {step.key: step.title for step in (*was.steps, *now.steps)}
    questions = {field.key: field.label for field in (*was.form, *now.form)}
    inside = _Titles({**titles.names, "step": steps, "question": questions})
    yield from _attributes(now.key, Kind.SERVICE, was, now, inside)
    yield from _parts(now.key, Kind.QUESTION, was.form, now.form, inside)
    yield from _parts(now.key, Kind.STEP, was.steps, now.steps, inside)
    yield from _parts(now.key, Kind.SCHEDULE, was.schedules, now.schedules, inside)


def _parts(
    service: str, kind: Kind, before: Sequence[Part], after: Sequence[Part], titles: _Titles, of: str = ""
) -> Iterator[Change]:
    old = {_key(part): part for part in before}
    new = {_key(part): part for part in after}
    for key, part in new.items():
        if key not in old:
            yield _new(service, kind, part, titles, of)
        elif old[key] != part:
            yield from _attributes(service, kind, old[key], part, titles, of)
            if isinstance(part, Field) and isinstance(was := old[key], Field):
                yield from _parts(service, Kind.OPTION, was.options, part.options, titles, part.label)
                yield from _parts(service, Kind.COLUMN, was.columns, part.columns, titles, part.label)
    for key, part in old.items():
        if key not in new:
            yield Change(service, kind, What.GONE, key, _name(part), of=of)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(service, kind, What.ORDER, "", "", of=of)


def _new(service: str, kind: Kind, part: Part, titles: _Titles, of: str) -> Change:
    if not isinstance(part, Step):
        return Change(service, kind, What.NEW, _key(part), _name(part), of=of)
    needs = tuple(titles.of("step", (need,)) for need in part.needs)
    return Change(service, kind, What.NEW, part.key, part.title, after=_party(part, titles), needs=needs)


def _key(part: Part) -> str:
    return part.value if isinstance(part, Option) else str(getattr(part, "key", ""))


def _name(part: Part) -> str:
    return part.label if isinstance(part, Field | Option) else str(getattr(part, "title", ""))


def _party(step: Step, titles: _Titles) -> str:
    if step.approval is not None:
        return ", ".join(step.approval.approvers)
    return titles.of("queue", (step.queue,)) if step.queue else str(step.person)


def _attributes(service: str, kind: Kind, was: Part, now: Part, titles: _Titles, of: str = "") -> Iterator[Change]:
    """Each value that differs; a step's queue and person are one thing, its party."""
    old, new = _values(was, titles), _values(now, titles)
    for attribute in dict.fromkeys((*old, *new)):
        before, after = old.get(attribute, ""), new.get(attribute, "")
        body, _, inner = attribute.partition(".")
        in_both = bool(old.get(body) and new.get(body))
        if before != after and (body not in _BODIES or in_both == bool(inner)):
            what = What.SET if not before else What.UNSET if not after else What.CHANGED
            yield Change(service, kind, what, _key(now), _name(now), attribute, before, after, of)


def _values(part: Part, titles: _Titles) -> dict[str, str]:
    """By the name in the document, as people read them, "" if not set; without what is compared by its own parts."""
    apart = {
        "key",
        "value",
        "form",
        "steps",
        "schedules",
        "options",
        "columns",
        "queue",
        "person",
        "approval",
        "approvers",
    }
    values = {name: _said(name, value, titles) for name, value in part.values() if name not in apart | _BODIES.keys()}
    return values | (_of_step(part, titles) if isinstance(part, Step) else {})


def _of_step(step: Step, titles: _Titles) -> dict[str, str]:
    approval = _values(step.approval, titles) if step.approval else {}
    asked = {"asks": titles.of("question", step.asks)} if step.asks else {}
    bodies = {name: body for name in _BODIES if isinstance(body := getattr(step, name), Part)}
    inside = {name: value for body in bodies for name, value in _of_body(body, bodies[body], titles)}
    return {"party": _party(step, titles), **approval, **asked, **inside}


def _of_body(name: str, body: Part, titles: _Titles) -> Iterator[tuple[str, str]]:
    """What it is told by, under its name; then each of its values under its name, a point and theirs."""
    yield name, _said("", getattr(body, _BODIES[name]), titles)
    for inner, value in body.values():
        if inner not in {"queue", "person"} or name == "appointment":
            yield f"{name}.{inner}", _said(f"{name}.{inner}", value, titles)
    if isinstance(body, Undo):
        yield f"{name}.party", titles.of("queue", (body.queue,)) if body.queue else str(body.person or "")


def _said(name: str, value: object, titles: _Titles) -> str:
    named = _NAMED.get(name)
    if named and value:
        return titles.of(named, (value,) if isinstance(value, str) else tuple(map(str, _all(value))))
    if isinstance(value, bool):
        return "true" if value else "false" if name == "default" else ""
    return _plain(value)


def _plain(value: object) -> str:
    """A value of any kind, such as a list of choices; parts within parts by what is set in them.

    The names of a map are sorted: the database keeps them in an order of its own.
    """
    if isinstance(value, Part):
        value = {name: one for name, one in value.values() if one not in (None, "", (), False)}
    elif isinstance(value, Mapping):
        value = dict(sorted(value.items()))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(_plain, value))
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value:.15g}" if isinstance(value, float) else "" if value is None else str(value)


def _all(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)
