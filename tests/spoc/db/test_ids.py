"""Ids that the outside sees tell nothing of rows beside them."""

from itertools import pairwise
from uuid import UUID

from spoc.db.ids import public_id
from tests.world import World


def test_an_id_is_a_uuid_of_version_7_that_begins_with_its_time() -> None:
    first, later = public_id(), public_id()
    assert (first.version, first.variant) == (7, UUID(int=0x8 << 60).variant)
    assert first.int >> 80 <= later.int >> 80 <= (first.int >> 80) + 60_000


def test_ids_made_at_once_neither_count_nor_keep_their_order() -> None:
    tails = [public_id().int & (1 << 62) - 1 for _ in range(64)]
    assert len(set(tails)) == 64
    assert tails != sorted(tails)
    assert min(abs(later - first) for first, later in pairwise(sorted(tails))) > 64


def test_the_ids_of_a_tickets_tasks_do_not_count_them(world: World) -> None:
    tasks = world.submit("new-starter").tasks
    tails = sorted(task.id.int & (1 << 62) - 1 for task in tasks)
    assert min(later - first for first, later in pairwise(tails)) > len(tasks)
