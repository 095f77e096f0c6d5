"""The register: what there is at which place, each piece with its history, and what somebody holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from catalog.item import ItemKind
from routing.visibility import Actor
from spoc.db.people import LocationRow
from spoc.db.register import ItemAct, ItemState
from spoc.intake.catalogue import current
from spoc.people.accounts import person_id_of
from spoc.people.roster import one_person
from spoc.register.errors import InvalidRegister
from spoc.register.keeping import give_item, may_keep, take_item_back
from spoc.register.reading import Happened, Item, Wanted, history, holdings, list_items, one_item, totals
from spoc.web.account.absences import day_of
from spoc.web.account.history import faults_by_field
from spoc.web.deps import Database, Now, require
from spoc.web.pages import notice, redirect, render
from spoc.web.permissions import Permission
from spoc.words import gettext, marked

router = APIRouter(include_in_schema=False)
Agent = Annotated[Actor, require(Permission.AGENT)]
Text = Annotated[str, Form(max_length=320)]
Filter = Annotated[str, Query(max_length=200)]

GIVEN = notice("register.given", marked("It is written down who has it."))
BACK = notice("register.back", marked("It is free again."))
STATES: Final[Mapping[ItemState, str]] = {
    ItemState.FREE: marked("Free"),
    ItemState.HELD: marked("Held"),
    ItemState.OUT_OF_USE: marked("Out of use"),
}
ACTS: Final[Mapping[ItemAct, str]] = {
    ItemAct.ADDED: marked("Added"),
    ItemAct.GIVEN: marked("Given to %(holder)s"),
    ItemAct.GIVEN_BACK: marked("Given back by %(holder)s"),
    ItemAct.CHANGED: marked("Changed"),
    ItemAct.OUT_OF_USE: marked("Taken out of use"),
    ItemAct.IN_USE_AGAIN: marked("In use again"),
}
COLUMN_WORDS: Final[Mapping[str, str]] = {
    "model": marked("Model"),
    "location": marked("Location"),
    "holder": marked("Holder"),
    "until": marked("Until"),
    "state": marked("State"),
    "quantity": marked("Quantity"),
}


def kinds_of(session: Session) -> Mapping[str, ItemKind]:
    """The kinds of things that the catalogue in force names, by key."""
    return {kind.key: kind for kind in current(session)[1].items}


def locations_of(session: Session) -> dict[str, str]:
    rows = session.execute(select(LocationRow.key, LocationRow.title).order_by(LocationRow.title))
    return {key: title for key, title in rows}  # noqa: C416 - a row is no pair to the type checker


@router.get("/register")
def show_list(
    http: Request,
    session: Database,
    actor: Agent,
    kind: Filter = "",
    location: Filter = "",
    state: Filter = "",
    search: Filter = "",
    after: UUID | None = None,
) -> Response:
    """What there is of each kind at each place, and the pieces that are known one by one."""
    kinds, locations = kinds_of(session), locations_of(session)
    wanted = Wanted(kind, location, state, search)
    listing = list_items(session, actor, wanted, after)
    narrowed = {name: value for name, value in vars(wanted).items() if value}
    more = urlencode({**narrowed, "after": str(listing.next_after)}) if listing.next_after else ""
    return render(
        http,
        "register/list.html",
        totals=[
            one
            for one in totals(session)
            if (kind or one.kind) == one.kind and (location or one.location) == one.location
        ],
        items=listing.items,
        titles=titles(kinds),
        locations=locations,
        states=_states(),
        wanted=wanted,
        is_narrowed=bool(narrowed),
        next=f"/register?{more}" if more else None,
        first=f"/register?{urlencode(narrowed)}" if after else None,
        may_import=any(may_keep(actor, kinds, one) for one in kinds),
    )


class _Titles(dict[str, str]):
    """A kind that the catalogue does not name any more is told by its key."""

    def __missing__(self, key: str) -> str:
        return key


def titles(kinds: Mapping[str, ItemKind]) -> Mapping[str, str]:
    return _Titles({key: kind.title for key, kind in kinds.items()})


def _states() -> dict[str, str]:
    return {state.value: gettext(word) for state, word in STATES.items()}


@router.get("/register/items/{item_id}")
def show_item(http: Request, session: Database, actor: Agent, item_id: UUID) -> Response:
    return _item_page(http, session, actor, item_id)


@router.get("/register/people/{public_id}")
def show_holder(http: Request, session: Database, actor: Agent, public_id: UUID) -> Response:
    """What somebody holds, whether or not their account is still on."""
    person = one_person(session, public_id)
    held = holdings(session, actor, person_id_of(session, public_id))
    return render(http, "register/holder.html", person=person, items=held, titles=titles(kinds_of(session)))


@router.post("/register/items/{item_id}/give")
def give(
    http: Request, session: Database, now: Now, actor: Agent, item_id: UUID, holder: Text = "", until: Text = ""
) -> Response:
    try:
        give_item(session, actor, kinds_of(session), item_id, now, holder=holder, until=day_of(until))
    except InvalidRegister as refused:
        return _item_page(http, session, actor, item_id, refused, holder)
    return redirect(http, f"/register/items/{item_id}", told=GIVEN)


@router.post("/register/items/{item_id}/take-back")
def take_back(http: Request, session: Database, now: Now, actor: Agent, item_id: UUID) -> Response:
    take_item_back(session, actor, kinds_of(session), item_id, now)
    return redirect(http, f"/register/items/{item_id}", told=BACK)


def _item_page(
    http: Request,
    session: Session,
    actor: Actor,
    item_id: UUID,
    refused: InvalidRegister | None = None,
    holder: str = "",
) -> Response:
    item, kinds = one_item(session, actor, item_id), kinds_of(session)
    return render(
        http,
        "register/item.html",
        422 if refused else 200,
        item=item,
        name=name_of(item, kinds),
        titles=titles(kinds),
        states=_states(),
        lines=[_told(one) for one in history(session, actor, item.id)],
        may_keep=may_keep(actor, kinds, item.kind),
        holder=holder,
        faults=faults_by_field(refused),
    )


def name_of(item: Item, kinds: Mapping[str, ItemKind]) -> str:
    """“Windows laptop HO-2041”."""
    return f"{titles(kinds)[item.kind]} {item.tag}".strip()


def _told(one: Happened) -> dict[str, Any]:
    said: list[str] = []
    for name, (before, after) in ((name, pair) for name, pair in one.what.items() if isinstance(pair, list)):
        words = {"column": gettext(COLUMN_WORDS[name]), "before": before or "–", "after": after or "–"}
        said.append(gettext("%(column)s: %(before)s → %(after)s") % words)
    who = one.holder or gettext("somebody")
    at: datetime = one.at
    return {
        "words": gettext(ACTS[one.act]) % {"holder": who},
        "at": at,
        "by": one.by,
        "reference": one.reference,
        "said": said,
    }
