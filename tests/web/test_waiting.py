"""Waiting for room at the database and for the turn to change a ticket, without a thread or a connection."""

import asyncio
from collections.abc import Awaitable

import pytest

from spoc.errors import Unavailable
from spoc.web.waiting import PATIENCE_SECONDS, in_turn, room
from tests.loops import finished

AT_ONCE = 0.0
A_PROXY_WAITS = 60


async def begun(waiting: Awaitable[None]) -> asyncio.Task[None]:
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0)
    return task


def test_those_who_want_the_same_ticket_come_one_after_another_in_order() -> None:
    came: list[int] = []

    async def change(number: int) -> None:
        async with in_turn("t-000001") as has_turn:
            assert has_turn
            came.append(number)
            await asyncio.sleep(0)
            came.append(number)

    async def crowd() -> None:
        await asyncio.gather(*map(change, range(20)))

    finished(crowd())
    assert came == [number for one in range(20) for number in (one, one)]


def test_whoever_wants_another_ticket_does_not_wait() -> None:
    async def both() -> list[bool]:
        async with in_turn("T-000001"), in_turn("T-000002", AT_ONCE) as other, in_turn("t-000001", AT_ONCE) as same:
            return [other, same]

    assert finished(both()) == [True, False]


def test_the_turn_is_free_after_a_failure() -> None:
    async def again() -> bool:
        with pytest.raises(ValueError, match="lost"):
            async with in_turn("T-000001"):
                raise ValueError("lost")
        async with in_turn("T-000001", AT_ONCE) as has_turn:
            return has_turn

    assert finished(again())


def test_as_many_as_there_is_room_for_come_in_and_the_next_when_one_has_left() -> None:
    there: list[str] = []

    async def come(name: str, leaves: asyncio.Event) -> None:
        async with room(2):
            there.append(name)
            await leaves.wait()

    async def crowd() -> list[list[str]]:
        leaves = asyncio.Event()
        first, second = [await begun(come(name, leaves)) for name in ("first", "second")]
        third = await begun(come("third", leaves))
        before = [*there]
        leaves.set()
        await asyncio.gather(first, second, third)
        return [before, there]

    assert finished(crowd()) == [["first", "second"], ["first", "second", "third"]]


def test_whoever_finds_no_room_in_time_is_told_so() -> None:
    async def crowd() -> None:
        async with room(1):
            with pytest.raises(Unavailable):
                async with room(1, AT_ONCE):
                    pytest.fail("there is no room")

    finished(crowd())


def test_a_change_that_waits_for_its_turn_and_for_room_is_told_before_a_proxy_gives_up() -> None:
    assert 2 * PATIENCE_SECONDS < A_PROXY_WAITS
