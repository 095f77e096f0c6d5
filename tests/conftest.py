"""Fixtures all tests share: one embedded PostgreSQL a run, one migrated database a worker, a savepoint a test."""

import io
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker
from starlette.datastructures import State

from spoc import log, words
from spoc.app import create_app
from spoc.db import embedded, migrate
from spoc.db.session import make_engine, make_sessions
from spoc.settings import Settings
from spoc.web.runtime import Runtime
from tests import unordered
from tests.world import World

SERVER = pytest.StashKey[str]()
MORNING = datetime(2026, 8, 13, 9, 0, tzinfo=UTC)
"""A Thursday at work, 11:00 in Berlin."""
SWEEPS = ("tests/security/", "tests/web/test_translated.py")
LONGEST = (*SWEEPS, "tests/spoc/test_demo.py", "tests/stories/", "tests/faults/", "tests/browser/test_new_starter.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    every = "sweep every act on every ticket and task there is, in place of a sample that each run draws anew"
    parser.addoption("--every-act", action="store_true", help=every)


def pytest_configure(config: pytest.Config) -> None:
    """Without workers the fixture below starts the server; with them, this process starts it for all."""
    os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")  # noqa: S108 - the embedded server's wheel warns without it
    if getattr(config, "workerinput", None) is not None:
        config.stash[SERVER] = config.workerinput["server"]  # type: ignore[attr-defined]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a third of the time each waits for the database, a browser or a process."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: no worker is left with it in the end while the others have nothing to do."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_configure_node(node: object) -> None:
    """Tell each xdist worker where the server is; the first call starts it."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]
    if SERVER not in config.stash:
        config.stash[SERVER] = _start(config)
    node.workerinput["server"] = config.stash[SERVER]  # type: ignore[attr-defined]


def _start(config: pytest.Config) -> str:
    external = os.environ.get("SPOC_TEST_DATABASE_URL")
    if external:
        return external
    folder = Path(config.rootpath) / ".pytest_cache" / f"pg-{uuid4().hex[:8]}"
    server = embedded.start(folder)
    _hurry(server.url)
    config.add_cleanup(lambda: _stop(server, folder))
    return server.url


def _hurry(url: str) -> None:
    """What the tests write may be lost with the machine, and none of it is worth planning for several processors."""
    wanted = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "jit": "off"}
    with psycopg.connect(url, autocommit=True) as admin:
        for name, value in {**wanted, "max_parallel_workers_per_gather": "0"}.items():
            admin.execute(f"ALTER SYSTEM SET {name} = {value}")
        admin.execute("SELECT pg_reload_conf()")


def _stop(server: embedded.Server, folder: Path) -> None:
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> str:
    """Address of the run's PostgreSQL server, with a database that exists."""
    config = request.config
    if SERVER not in config.stash:
        config.stash[SERVER] = _start(config)
    return config.stash[SERVER]


def database(server: str, name: str) -> str:
    """The address of another database on the same server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@contextmanager
def fresh_database(server: str, template: str | None = None) -> Iterator[str]:
    """A database of its own, dropped afterwards; a copy of `template` where named."""
    name = f"spoc_test_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        try:
            yield database(server, name)
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def migrated(server_url: str) -> Iterator[str]:
    """Address of a migrated database that nobody writes to: a template for copies."""
    with fresh_database(server_url) as url:
        migrate.upgrade(url)
        yield url


@contextmanager
def own_engine(server: str, template: str) -> Iterator[Engine]:
    with fresh_database(server, make_url(template).database) as url:
        made = make_engine(url, Settings())
        yield made
        made.dispose()


@pytest.fixture(scope="session")
def engine(server_url: str, migrated: str) -> Iterator[Engine]:
    """The worker's own migrated database; what tests write in it is rolled back."""
    with own_engine(server_url, migrated) as made:
        yield made


@dataclass(frozen=True)
class Peopled:
    """A database of the worker's in which the world stands, and the ids of its people."""

    engine: Engine
    ids: Mapping[str, int]


@pytest.fixture(scope="session")
def peopled(server_url: str, migrated: str) -> Iterator[Peopled]:
    """The world, made once a worker; what tests write in it is rolled back."""
    with own_engine(server_url, migrated) as made:
        with Session(made) as session:
            ids = World.create(session, MORNING).ids
        yield Peopled(made, ids)


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """To the database in which the world stands for a test that stands in it, else to an empty one."""
    if "world" in request.fixturenames:
        engine: Engine = request.getfixturevalue("peopled").engine
    else:
        engine = request.getfixturevalue("engine")
    with engine.connect() as one:
        if not request.node.nodeid.startswith(SWEEPS):  # they ask far too often, and never for an order
            unordered.reverse(one)
        outer = one.begin()
        yield one
        outer.rollback()


@pytest.fixture
def sessions(connection: Connection) -> sessionmaker[Session]:
    """Sessions whose commits only release a savepoint."""
    return sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as one:
        yield one


@pytest.fixture
def committed(server_url: str, migrated: str) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database of the test's own, which really commit: for races and separate processes."""
    with fresh_database(server_url, make_url(migrated).database) as url:
        made = make_engine(url, Settings(pool_size=60))
        yield make_sessions(made)
        made.dispose()


@pytest.fixture
def now() -> datetime:
    return MORNING


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the configured log writes; the log is as before afterwards."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level = root.level
    log.configure(level="INFO", as_json=False)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def world(session: Session, peopled: Peopled) -> World:
    """Halden Optics as tests know it: five queues with members, one person a role, the shipped catalogue."""
    return World(session, MORNING, peopled.ids)


@pytest.fixture(scope="session")
def files_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests of a worker keep what they upload."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def usual(files_folder: Path) -> Settings:
    """Settings as they are by default, with a folder of the tests' own."""
    return Settings(files=files_folder)


@pytest.fixture
def runtime(sessions: sessionmaker[Session], now: datetime, usual: Settings) -> Runtime:
    return Runtime(settings=usual, sessions=sessions, poke=lambda: None, clock=lambda: now)


@pytest.fixture(scope="session")
def shared_app(usual: Settings) -> FastAPI:
    """The application as its settings are by default: to put it together takes longer than most requests."""
    return create_app(Runtime(usual, sessionmaker()))


@pytest.fixture
def app(runtime: Runtime, shared_app: FastAPI, usual: Settings) -> FastAPI:
    """The application on this test's runtime, put together anew where that speaks other words."""
    if (runtime.settings, runtime.texts) != (usual, words.FOLDER):
        return create_app(runtime)
    shared_app.state = State({"runtime": runtime})
    return shared_app


@pytest.fixture
def client(app: FastAPI, world: World) -> Iterator[TestClient]:
    """A browser without scripts that stands in the world; it is signed in by `world.sign_in(client, "lead")`."""
    world.session.commit()
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        yield browser
