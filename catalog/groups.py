"""The catalogue as people look for things: services by need, questions by section, steps by phase."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.service import Catalogue, Field, FieldKind, Service, Step


@dataclass(frozen=True)
class NeedGroup:
    title: str
    summary: str
    icon: str
    services: tuple[Service, ...]


@dataclass(frozen=True)
class Section:
    """`lead` is what the heading says below its title."""

    title: str
    fields: tuple[Field, ...]
    lead: str = ""


@dataclass(frozen=True)
class PhaseGroup:
    title: str
    steps: tuple[Step, ...]


def by_need(catalogue: Catalogue) -> tuple[NeedGroup, ...]:
    """The services by need, never by department, as employees look for things; needs without any are left out."""
    groups = (
        NeedGroup(need.title, need.summary, need.icon, tuple(one for one in catalogue.services if one.need == need.key))
        for need in catalogue.needs
    )
    return tuple(group for group in groups if group.services)


def sections(fields: Iterable[Field]) -> tuple[Section, ...]:
    """Questions and notes under their headings, in the order of the form; a heading over no question is left out."""
    by_title: dict[str, list[Field]] = {}
    leads: dict[str, str] = {}
    for field in fields:
        if field.kind is FieldKind.SECTION:
            leads.setdefault(field.label, field.help)
        else:
            by_title.setdefault(field.section, []).append(field)
    groups = (
        (title, group) for title, group in by_title.items() if not title or any(one.takes_answer for one in group)
    )
    return tuple(Section(title, tuple(group), leads.get(title, "")) for title, group in groups)


def by_phase(service: Service, catalogue: Catalogue) -> tuple[PhaseGroup, ...]:
    """The steps under the titles of their phases, in the order of the document."""
    titles = {phase.key: phase.title for phase in catalogue.phases}
    keys = dict.fromkeys(step.phase for step in service.steps)
    return tuple(
        PhaseGroup(titles.get(key, key), tuple(step for step in service.steps if step.phase == key)) for key in keys
    )


def departments_of(service: Service, catalogue: Catalogue) -> tuple[str, ...]:
    """Who may have work from this service, as employees name them, once each, without parts that are confidential."""
    titles = {queue.key: queue.department for queue in catalogue.queues}
    named = (step.queue for step in service.steps if step.queue and not (step.confidential_to or step.secret))
    return tuple(dict.fromkeys(titles.get(key, key) for key in named))
