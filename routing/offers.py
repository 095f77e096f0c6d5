"""What becomes of an offer nobody took up: it moves to the next point of contact, or to who stands in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from routing.absence import stand_in
from routing.assign import Candidate, Choice, Strategy, Wish, choose, stands_in
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


def pass_on_declined(
    wish: Wish, candidates: Sequence[Candidate], away: Mapping[int, int | None], *, declined: Candidate, place_id: int
) -> Choice:
    """The choice after somebody said no: behind a point of contact the next by rank, else the best of all others."""
    if wish.strategy is Strategy.POINT_OF_CONTACT:
        choice = pass_on(wish, candidates, away, silent=declined, place_id=place_id)
        others: tuple[Why, ...] = choice.why[1:]
    else:
        choice = choose(wish, [one for one in candidates if one.person_id != declined.person_id], away)
        others = choice.why if choice.person_id is not None else ()
    return replace(choice, why=(Why(Kind.ASSIGN_DECLINED, {"person": declined.name}), *others))


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
