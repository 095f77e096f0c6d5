"""The page of the replay: the latest real requests of a service against a draft, or against what is in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.errors import InvalidCatalogue
from routing.visibility import Actor
from spoc.intake.desk_facts import read_desk_facts
from spoc.intake.past_asks import MOST
from spoc.intake.replay import Replay, Replayed, replay
from spoc.web.asking.parcel import Parcel, read_parcel
from spoc.web.deps import CurrentActor, Database, require
from spoc.web.errors import problem_of
from spoc.web.pages import render
from spoc.web.permissions import Permission
from spoc.web.trying.simulate import with_draft
from spoc.web.trying.words import difference_sentence, end_sentence, summary

router = APIRouter(dependencies=[require(Permission.OWNER)])
USUAL: Final = 50


@router.get("/catalogue/{key}/replay")
def show(
    http: Request,
    session: Database,
    actor: CurrentActor,
    key: str,
    n: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
) -> Response:
    """The latest requests, some of them under earlier versions, against the version in force."""
    return _replayed(http, session, actor, key, n)


@router.post("/catalogue/{key}/replay")
def run(
    http: Request, session: Database, actor: CurrentActor, key: str, parcel: Annotated[Parcel, Depends(read_parcel)]
) -> Response:
    """The same against the draft that was typed. Nothing is kept."""
    sent = dict(parcel.items)
    return _replayed(http, session, actor, key, _number(sent.get("n", "")), sent.get("draft", ""))


def _number(text: str) -> int:
    return min(max(int(text), 1), MOST) if text.isdecimal() and len(text) < 5 else USUAL  # noqa: PLR2004 - digits


def _replayed(http: Request, session: Session, actor: Actor, key: str, most: int, draft: str = "") -> Response:
    desk = read_desk_facts(session)
    service = desk.catalogue.service(key)
    found: Replay = Replay(())
    faults: tuple[dict[str, str], ...] = ()
    try:
        tried = with_draft(desk, draft)
        found = replay(session, key, tried.catalogue, actor, desk, most)
    except InvalidCatalogue as fault:
        faults = problem_of(fault).faults
    return render(
        http,
        "catalogue/replay.html",
        422 if faults else 200,
        service=service,
        most=most,
        greatest=MOST,
        draft=draft,
        draft_faults=faults,
        summary=summary(found),
        count=len(found.asks),
        different=[_row(one) for one in found.asks if not one.comparison.is_same],
    )


@dataclass(frozen=True)
class ReplayRow:
    """One request that would have gone differently: what would differ in it, and how its end moves."""

    reference: str
    opened_at: datetime
    end: str
    differences: tuple[str, ...]


def _row(one: Replayed) -> ReplayRow:
    compared = one.comparison
    return ReplayRow(
        one.reference,
        one.opened_at,
        end_sentence(compared.end_days),
        tuple(difference_sentence(difference) for difference in compared.differences),
    )
