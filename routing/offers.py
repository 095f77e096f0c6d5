"""What becomes of an offer nobody took up: it moves to the next point of contact, or to who stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from routing.absence import stand_in
from routing.assign import Candidate, Choice, Wish, choose, stands_in
from routing.why import Kind, Why


def pass_on(
    wish: Wish, candidates: Sequence[Candidate], away: Mapping[int, int | None], *, silent: Candidate, place_id: int
) -> Choice:
    """The choice after a point of contact who did not react: the next by rank, and behind the last one nobody.

    `place_id` is whose place the silent one had: their own, or that of whom they stood in for.
    """
    place = next((one for one in candidates if one.person_id == place_id), silent)
    left = [_behind(one, place) for one in candidates if one.person_id not in (silent.person_id, place_id)]
    choice = choose(wish, left, away)
    why = Why(Kind.ASSIGN_SILENT, {"person": silent.name})
    return replace(choice, why=(why, *choice.why)) if choice.person_id is not None else Choice(None, (why,))


def _behind(one: Candidate, place: Candidate) -> Candidate:
    """Somebody before that place may still stand in, but has had their turn."""
    return one if _place(one) > _place(place) else replace(one, rank=None)


def _place(one: Candidate) -> tuple[float, int]:
    return float("-inf") if one.rank is None else one.rank, one.person_id


def take_over(
    assignee: Candidate, owner: Candidate, candidates: Sequence[Candidate], away: Mapping[int, int | None]
) -> Choice | None:
    """Who takes over from an assignee who has gone away: whoever stands in for them, if it is a candidate with room.

    `owner` is whom the assignee stood in for, or the assignee.
    """
    deputy_id = stand_in(assignee.person_id, away)
    deputy = next((one for one in candidates if one.person_id == deputy_id and one.active and one.has_room), None)
    if deputy is None or deputy.person_id == owner.person_id:
        return None
    return Choice(deputy.person_id, (stands_in(deputy, owner),), owner.person_id)


def give_back(owner: Candidate) -> Choice:
    """The choice when whoever was stood in for is there again."""
    return Choice(owner.person_id, (Why(Kind.ASSIGN_BACK, {"person": owner.name}),))
