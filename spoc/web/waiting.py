"""Waiting before anything is held: for room at the database, and for the turn to change a ticket.

There are few threads and connections. Whoever waits in the event loop holds neither: a crowd gets through one after
another, and all who want the same ticket keep nobody from others. Only the order comes from here, and only in this
process: that nothing goes wrong is up to the locks of the database.
"""

from asyncio import AbstractEventLoop, Lock, Semaphore, get_running_loop, timeout
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakKeyDictionary, WeakValueDictionary

from spoc.errors import Unavailable

PATIENCE_SECONDS: Final = 20
"""A third of what proxies usually wait for an answer: a change waits twice, for its turn and for room."""

_rooms: WeakKeyDictionary[AbstractEventLoop, Semaphore] = WeakKeyDictionary()
_turns: WeakKeyDictionary[AbstractEventLoop, WeakValueDictionary[str, Lock]] = WeakKeyDictionary()
"""By reference, as long as somebody has the turn or waits for it."""


@asynccontextmanager
async def room(size: int, patience: float = PATIENCE_SECONDS) -> AsyncIterator[None]:
    """One of the places of the process, first come first served. How many there are, the first who comes says.

    Raises:
        Unavailable: none came free in time.
    """
    places = _rooms.setdefault(get_running_loop(), Semaphore(size))
    if not await _got(places, patience):
        raise Unavailable
    try:
        yield
    finally:
        places.release()


@asynccontextmanager
async def in_turn(reference: str, patience: float = PATIENCE_SECONDS) -> AsyncIterator[bool]:
    """The turn to change that ticket, first come first served; False where it did not come in time."""
    lock = _turns.setdefault(get_running_loop(), WeakValueDictionary()).setdefault(reference.upper(), Lock())
    has_turn = await _got(lock, patience)
    try:
        yield has_turn
    finally:
        if has_turn:
            lock.release()


async def _got(place: Semaphore | Lock, patience: float) -> bool:
    try:
        async with timeout(patience):
            return await place.acquire()
    except TimeoutError:
        return False
