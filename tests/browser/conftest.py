"""A real browser, and the product served to it by a real server on a clock that a test can move."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy.orm import Session, sessionmaker

from spoc.app import create_app
from spoc.people.passwords import hash_password
from spoc.settings import Settings
from spoc.web.runtime import Runtime
from tests.world import World, mail_of

CHROMIUM = os.environ.get("SPOC_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium; set SPOC_CHROMIUM")
        pytest.skip("no Chromium on this machine")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


@dataclass
class Clock:
    """The time of the product under test; it stands until a test moves it."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Site:
    """The running product: its address, its world, its database and its clock."""

    url: str
    world: World
    sessions: sessionmaker[Session]
    clock: Clock

    def enter(self, context: BrowserContext, who: str) -> Page:
        """Sign in by the page, as a person would."""
        context.clear_cookies()
        page = context.new_page()
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Mail address").fill(mail_of(who))
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page


@pytest.fixture
def site(committed: sessionmaker[Session], now: datetime, files_folder: Path) -> Iterator[Site]:
    with committed() as session:
        world = World.create(session, now)
        hashed = hash_password(PASSWORD)
        for key in world.ids:
            world.person(key).password_hash = hashed
        session.commit()
        clock = Clock(now)
        app = create_app(Runtime(Settings(files=files_folder), committed, clock=clock))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", proxy_headers=False, server_header=False))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}", world, committed, clock)
            server.should_exit = True
            thread.join()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser whose pages may not report a script error or a breach of the content policy."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    made.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    made.on("weberror", lambda fault: complaints.append(str(fault.error)))
    yield made
    made.close()
    assert complaints == []
