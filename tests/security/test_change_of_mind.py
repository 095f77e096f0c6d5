"""The canary sweep of changing one's mind: forms and differences of every ask there is, as everybody."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from spoc.db.tickets import AskRow, TicketRow
from tests.security.seed import Planter, plant_confidential, plant_shared, seeded
from tests.security.test_sweep import EVERYBODY, enter
from tests.world import World

WISHES = ({"cancel": True}, {"answers": {"location": "lyon"}}, {"answers": {"work_place": "remote", "topic": "bank"}})


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_form_and_no_difference_holds_a_word_that_is_not_theirs(client: TestClient, world: World, who: str) -> None:
    planter = Planter()
    seed = seeded(world, [*plant_confidential(world, planter), plant_shared(world, planter)], planter)
    enter(client, world, who)
    read = "".join(read_of(client, path) for path in paths(world))

    assert [word for word, readers in seed.words.items() if who not in readers and word in read] == []


def paths(world: World) -> list[str]:
    rows = world.session.execute(select(TicketRow.reference, AskRow.public_id).join(AskRow)).all()
    return [f"/tickets/{reference}/asks/{public_id}" for reference, public_id in rows]


def read_of(client: TestClient, path: str) -> str:
    shown = [client.get(f"{path}/change").text, client.post(f"{path}/difference", data={"cancels": "true"}).text]
    shown += [client.post(f"/api{path}/amend", json={**wish, "dry_run": True}).text for wish in WISHES]
    return "".join(shown)
