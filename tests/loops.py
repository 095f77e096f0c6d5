"""Running what is asynchronous in tests that may come after a browser's."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def finished(one: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: a browser that was driven here before leaves a running loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, one).result()
