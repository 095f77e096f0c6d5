"""What real people wrote, through the one door: nothing is refused for being unclear, and nothing is lost."""

import csv
import gzip
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import func, select

from spoc.db.tickets import TaskRow, TicketRow
from spoc.intake.accept import accept
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.submission import Submission
from tests.world import World

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"real requests are not beside this checkout ({DATA.name}/)")
EVERY = 40


def sentences() -> list[str]:
    """Natural requests, in and out of scope."""
    with (DATA / "requests.csv").open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in islice(csv.DictReader(file), 0, None, EVERY)]


def old_tickets() -> list[str]:
    """Texts of a real desk, lower-cased and thinned, some very long."""
    with gzip.open(DATA / "tickets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row["text"] for row in islice(csv.DictReader(file), 0, None, EVERY * 5)]


@pytest.mark.parametrize("texts", [sentences, old_tickets], ids=["sentences", "old tickets"])
def test_whatever_people_write_becomes_a_ticket_with_work(world: World, texts: object) -> None:
    assert callable(texts)
    written = [text for text in texts() if text.strip()]
    actor, desk = world.actor("employee"), read_desk_facts(world.session)
    for text in written:
        accepted = accept(world.session, Submission(None, text=text), actor, desk, world.now).accepted
        assert accepted.tasks
        assert all(task.why for task in accepted.tasks)
    stored = world.session.scalars(select(TicketRow.text)).all()
    assert sorted(stored) == sorted(written)
    without_work = select(func.count()).where(~select(TaskRow.id).where(TaskRow.ticket_id == TicketRow.id).exists())
    assert world.session.scalar(without_work.select_from(TicketRow)) == 0
    assert len(written) > 50
