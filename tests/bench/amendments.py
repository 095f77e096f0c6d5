"""What 500 changes of mind about one ticket at once get, and what is left of it: `python -m tests.bench.amendments`.

Uses the server of `SPOC_TEST_DATABASE_URL`, else one of its own; the database is dropped at the end. Fails if anything
that must hold does not, see `tests.changes_of_mind`.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from routing.visibility import Actor
from routing.work import Channel
from spoc.db import embedded, migrate
from spoc.db.session import make_engine, make_sessions
from spoc.db.tickets import AskRow
from spoc.desk.amending.amend import Wish, amend
from spoc.desk.amending.difference import Difference
from spoc.intake.write import Accepted
from spoc.settings import Settings
from tests.changes_of_mind import FIRST, broken, planner, wishes
from tests.conftest import fresh_database
from tests.world import World

NOW: Final = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)
PAUSE: Final = 0.05
"""Seconds between two changes of the other ticket, which nobody else wants."""


@dataclass(frozen=True)
class Target:
    """One ask that its requester changes."""

    sessions: sessionmaker[Session]
    actor: Actor
    ticket: Accepted
    ask_id: UUID

    def change(self, wish: Wish) -> Difference:
        with self.sessions.begin() as session:
            means = planner(session, NOW)
            return amend(
                session, self.actor, self.ticket.reference, self.ask_id, wish, NOW, planner=means, channel=Channel.API
            )


@dataclass(frozen=True)
class Tried:
    """One change and how long it took in seconds; `difference` is None where it was refused, and `refusal` says how."""

    seconds: float
    difference: Difference | None
    refusal: str = ""


def tried(target: Target, wish: Wish) -> Tried:
    begun = perf_counter()
    try:
        difference = target.change(wish)
    except Exception as refused:  # noqa: BLE001 - whatever it is, it is counted and told
        cause = getattr(refused, "orig", None) or refused
        return Tried(perf_counter() - begun, None, type(cause).__name__)
    return Tried(perf_counter() - begun, difference)


@contextmanager
def meanwhile(other: Target) -> Iterator[list[Tried]]:
    """Another ticket is changed all the while."""
    found: list[Tried] = []
    is_over = Event()

    def go_on() -> None:
        for wish in wishes(100_000, seed=2):
            if is_over.wait(PAUSE):
                return
            found.append(tried(other, wish))

    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(go_on)
        yield found
        is_over.set()
        going.result()


def shown(name: str, found: Sequence[Tried], took: float) -> None:
    millis = [one.seconds * 1e3 for one in found if one.difference is not None]
    cuts = quantiles(millis, n=100)
    refusals = Counter(one.refusal for one in found if one.difference is None)
    print(
        f"{name:22} {len(millis) / took:6.1f}/s  median {median(millis):7.0f}  p95 {cuts[94]:7.0f}  p99 {cuts[98]:7.0f}"
        f"  longest {max(millis):7.0f} ms  refused {dict(refusals) or 'none'}"
    )


def run(new_target: Callable[[], Target], count: int, threads: int) -> list[str]:
    """Change one ticket that often, by so many at once; gives what does not hold of it then."""
    target, other = new_target(), new_target()
    begun = perf_counter()
    with meanwhile(other) as aside, ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(partial(tried, target), wishes(count, seed=threads)))
        took = perf_counter() - begun
    shown(f"{threads} at a time", found, took)
    shown("the other ticket", aside, took)
    return [*_left(target, found), *_left(other, aside)]


def _left(target: Target, found: Sequence[Tried]) -> list[str]:
    applied = [one.difference for one in found if one.difference is not None and not one.difference.is_none]
    with target.sessions() as session:
        return broken(session, target.ticket.ticket_id, applied, NOW)


@contextmanager
def world(threads: int) -> Iterator[Callable[[], Target]]:
    """A database of its own with the people of the tests in it; gives what opens a ticket of a new starter."""
    with _server() as server, fresh_database(server) as url:
        migrate.upgrade(url)
        engine = make_engine(url, Settings(pool_size=threads + 2))
        sessions = make_sessions(engine)
        with sessions() as session:
            here = World.create(session, NOW)
            yield partial(_new_target, sessions, here)
        engine.dispose()


@contextmanager
def _server() -> Iterator[str]:
    external = os.environ.get("SPOC_TEST_DATABASE_URL")
    if external:
        yield external
        return
    with TemporaryDirectory() as folder:
        own = embedded.start(Path(folder))
        yield own.url
        own.stop()


def _new_target(sessions: sessionmaker[Session], here: World) -> Target:
    ticket = here.submit("new-starter", start_on=FIRST.isoformat())
    ask_id = here.session.scalars(select(AskRow.public_id).where(AskRow.ticket_id == ticket.ticket_id)).one()
    here.session.commit()
    return Target(sessions, here.actor("employee"), ticket, ask_id)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--count", type=int, default=500)
    given.add_argument("--threads", type=int, nargs="+", default=[1, 24, 50])
    told = given.parse_args()
    with world(max(told.threads)) as new_target:
        faults = [fault for threads in told.threads for fault in run(new_target, told.count, threads)]
    for fault in faults:
        print(f"Does not hold: {fault}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
