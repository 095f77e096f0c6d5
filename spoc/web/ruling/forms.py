"""What is written into the forms of routing, and what they offer to choose from."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from routing.rules import Rule
from spoc.db.people import PersonRow
from spoc.intake.desk_facts import DeskFacts
from spoc.intake.plan import queue_titles
from spoc.web.asking.front import Choice
from spoc.web.words_of_priority import priority_options

Text = Annotated[str, Field(max_length=320)]
MOST_OFFERED = 300


class RuleBody(BaseModel):
    """A rule as it is sent; what is empty does not matter."""

    model_config = ConfigDict(extra="forbid")

    queue: Text
    service: Text = ""
    step: Text = ""
    location: Text = ""
    department: Text = ""
    job_title: Text = ""
    employment: Text = ""
    manager: Text = ""
    priority: Text = ""
    label: Text = ""
    why: Text = ""
    place: Annotated[int, Field(ge=1, le=10_000)] | None = None
    because: Annotated[str, Field(max_length=2000)] = ""
    version: int

    def rule(self) -> Rule:
        return Rule(
            self.queue.strip(),
            service=self.service.strip() or None,
            step=self.step.strip() or None,
            location=self.location.strip() or None,
            department=self.department.strip() or None,
            priority=self.priority.strip() or None,
            why=self.why.strip(),
            job_title=self.job_title.strip() or None,
            employment=self.employment.strip() or None,
            manager=self.manager.strip() or None,
            label=self.label.strip() or None,
        )


class RuleForm(RuleBody):
    """The same by the page: `act` is `save` or `try`."""

    queue: Text = ""
    act: Text = "save"
    most: Annotated[int, Field(ge=1, le=500)] = 100


def offered(session: Session, desk: DeskFacts) -> dict[str, Any]:
    """The options of each select, and (value, text) suggested for each line of text."""
    steps = {
        step.key: step.title
        for service in desk.catalogue.services
        for step in service.steps
        if step.queue and not step.secret
    }
    return {
        "services": _choices([(one.key, one.title) for one in desk.catalogue.services]),
        "steps": sorted(steps.items()),
        "locations": _choices(list(desk.locations.items())),
        "labels": _choices([(one.key, one.title) for one in desk.labels]),
        "queues": _choices(list(queue_titles(desk).items())),
        "priorities": _choices(priority_options()),
        "departments": _known(session, PersonRow.department),
        "job_titles": _known(session, PersonRow.job_title),
        "employments": _known(session, PersonRow.employment),
    }


def _choices(pairs: list[tuple[str, str]]) -> list[Choice]:
    return [Choice(value, label) for value, label in sorted(pairs, key=lambda pair: pair[1].casefold())]


def _known(session: Session, column: InstrumentedAttribute[str]) -> list[tuple[str, str]]:
    """What the directory says of active people."""
    used = select(column).where(PersonRow.active, column != "").distinct().order_by(column).limit(MOST_OFFERED)
    return [(value, value) for value in session.scalars(used)]
