"""The turn to change the ticket in the address, until what was changed is committed: for those who may need one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from spoc.errors import NotSignedIn
from spoc.web.deps import session_secret
from spoc.web.waiting import in_turn


class AmendBody(BaseModel):
    """`answers` replace those of the same key, null clears one, the rest stays; `cancel` takes the request back.

    With `dry_run` nothing is written. `seen` from such an answer makes sure that what is applied is what was shown.
    """

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, JsonValue] = Field(default_factory=dict)
    cancel: bool = False
    dry_run: bool = False
    seen: Annotated[str, Field(max_length=64)] | None = None


@dataclass(frozen=True)
class Turned:
    """What a program wishes, and whether its turn came; only to be told needs none."""

    body: AmendBody
    has_turn: bool


@asynccontextmanager
async def _turn(http: Request, reference: str) -> AsyncIterator[bool]:
    """As `in_turn`. Whoever brings nothing that could say who they are waits for nothing and keeps nobody waiting."""
    if "authorization" not in http.headers and not session_secret(http):
        raise NotSignedIn
    async with in_turn(reference) as has_turn:
        yield has_turn


async def turn(http: Request, reference: str) -> AsyncIterator[bool]:
    """Of a page, which applies what it showed."""
    async with _turn(http, reference) as has_turn:
        yield has_turn


async def turn_to_apply(http: Request, reference: str, body: AmendBody) -> AsyncIterator[Turned]:
    """Of a program, unless it only asks what would change."""
    if body.dry_run:
        yield Turned(body, has_turn=False)
        return
    async with _turn(http, reference) as has_turn:
        yield Turned(body, has_turn)


# Parameters before the session: whoever waits has no connection yet.
HasTurn = Annotated[bool, Depends(turn, scope="function")]
ApplyTurn = Annotated[Turned, Depends(turn_to_apply, scope="function")]
