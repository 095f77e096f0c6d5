"""Who is offered a task: the strategies, and never somebody away or without room while another is there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import catalog.service
from routing.absence import stand_in
from routing.assign import Candidate, Choice, Strategy, Wish, choose
from routing.offers import give_back, pass_on, take_over
from routing.why import Kind

NOON = datetime(2026, 8, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TURN, ROOM = Wish(Strategy.ROUND_ROBIN), Wish(Strategy.LEAST_LOADED)
DOORS, SAME = Wish(Strategy.SKILL, skill="doors"), Wish(Strategy.SAME_PERSON)
KEYS = Wish(Strategy.POINT_OF_CONTACT, topic="keys")
OFFERING = (TURN, ROOM, DOORS, SAME, KEYS)
ANN, BEN, CLEO = Candidate(1, "Ann"), Candidate(2, "Ben"), Candidate(3, "Cleo")

people = st.builds(
    Candidate,
    person_id=st.integers(1, 6),
    name=st.just("Somebody"),
    active=st.booleans(),
    load=st.integers(0, 5),
    limit=st.none() | st.integers(0, 5),
    skills=st.sampled_from([frozenset[str](), frozenset({"doors"})]),
    rank=st.none() | st.integers(0, 3),
    did_at=st.none() | st.just(NOON),
    offered_at=st.none() | st.integers(0, 9).map(lambda hours: NOON + hours * HOUR),
)
teams = st.lists(people, max_size=6, unique_by=lambda one: one.person_id)
absences = st.dictionaries(st.integers(1, 6), st.none() | st.integers(1, 7), max_size=5)


def kinds(choice: Choice) -> list[str]:
    return [why.kind for why in choice.why]


def in_question(wish: Wish, team: list[Candidate]) -> list[Candidate]:
    active = [one for one in team if one.active]
    if wish is DOORS:
        return [one for one in active if "doors" in one.skills]
    return [one for one in active if one.rank is not None] if wish is KEYS else active


@given(st.sampled_from(OFFERING), teams, absences)
def test_nobody_away_without_room_or_inactive_is_chosen_while_another_is_there(
    wish: Wish, team: list[Candidate], away: dict[int, int | None]
) -> None:
    choice = choose(wish, team, away)

    chosen = next((one for one in team if one.person_id == choice.person_id), None)
    asked = in_question(wish, team)
    there = [one for one in asked if one.person_id not in away]
    assert (chosen is None) == (not asked)
    if chosen is not None:
        assert chosen.active
        assert chosen.person_id not in away or (not there and Kind.ASSIGN_ALL_AWAY in kinds(choice))
        no_room = not chosen.has_room and Kind.ASSIGN_ALL_AWAY not in kinds(choice)
        assert no_room == (Kind.ASSIGN_NO_ROOM in kinds(choice))
        assert chosen.has_room or not any(one.has_room for one in there)


@given(st.sampled_from(OFFERING), teams, absences)
def test_who_is_chosen_is_in_question_or_stands_in_for_one_who_is(
    wish: Wish, team: list[Candidate], away: dict[int, int | None]
) -> None:
    choice = choose(wish, team, away)

    asked = {one.person_id for one in in_question(wish, team)}
    if choice.stands_in_for is not None:
        assert choice.stands_in_for in asked & away.keys()
        assert stand_in(choice.stands_in_for, away) == choice.person_id
    else:
        assert choice.person_id is None or choice.person_id in asked


@given(st.sampled_from(OFFERING), teams, absences, st.randoms())
def test_the_order_in_which_a_team_is_read_does_not_matter(
    wish: Wish, team: list[Candidate], away: dict[int, int | None], random: st.DataObject
) -> None:
    last = [replace(one, did_at=one.did_at and one.did_at + one.person_id * HOUR) for one in team]
    shuffled = last[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random

    assert choose(wish, shuffled, away) == choose(wish, last, away)


@given(st.integers(1, 6), st.integers(0, 60))
def test_taking_turns_is_fair(size: int, tasks: int) -> None:
    team = {id_: Candidate(id_, str(id_)) for id_ in range(1, size + 1)}
    given: Counter[int] = Counter()
    for number in range(tasks):
        chosen = choose(TURN, list(team.values()), {}).person_id
        assert chosen is not None
        given[chosen] += 1
        team[chosen] = replace(team[chosen], offered_at=NOON + number * HOUR)

    counts = [given[one] for one in team]
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize(
    ("wish", "team", "away", "wanted", "said"),
    [
        (ROOM, [replace(ANN, load=3, limit=4), replace(BEN, load=4, limit=8)], {}, 2, [Kind.ASSIGN_ROOM]),
        (ROOM, [replace(ANN, load=9), replace(BEN, load=1, limit=1)], {}, 1, [Kind.ASSIGN_ROOM]),
        (ROOM, [replace(ANN, offered_at=NOON), replace(BEN, offered_at=NOON - HOUR)], {}, 2, [Kind.ASSIGN_ROOM]),
        (DOORS, [ANN, replace(BEN, skills=frozenset({"doors"}), load=9)], {}, 2, [Kind.ASSIGN_SKILL]),
        (DOORS, [ANN, BEN], {}, None, [Kind.ASSIGN_NO_SKILL]),
        (SAME, [replace(ANN, load=1), replace(BEN, did_at=NOON, load=5)], {}, 2, [Kind.ASSIGN_BEFORE]),
        (SAME, [replace(ANN, load=1), replace(BEN, did_at=NOON)], {2: None}, 1, [Kind.ASSIGN_ROOM]),
        (
            SAME,
            [ANN, replace(BEN, did_at=NOON), replace(CLEO, load=9)],
            {2: 3},
            3,
            [Kind.ASSIGN_BEFORE, Kind.ASSIGN_STANDS_IN],
        ),
        (SAME, [replace(ANN, load=1), BEN], {}, 2, [Kind.ASSIGN_ROOM]),
        (KEYS, [replace(ANN, rank=1), replace(BEN, rank=0), CLEO], {}, 2, [Kind.ASSIGN_CONTACT]),
        (
            KEYS,
            [replace(ANN, rank=1), replace(BEN, rank=0), CLEO],
            {2: 3},
            3,
            [Kind.ASSIGN_CONTACT, Kind.ASSIGN_STANDS_IN],
        ),
        (KEYS, [ANN], {}, None, [Kind.ASSIGN_NO_CONTACT]),
        (TURN, [ANN, replace(BEN, offered_at=NOON)], {1: 2}, 2, [Kind.ASSIGN_TURN]),
        (TURN, [replace(ANN, limit=0), replace(BEN, limit=0)], {}, 1, [Kind.ASSIGN_TURN, Kind.ASSIGN_NO_ROOM]),
        (TURN, [ANN, BEN], {1: None, 2: None}, 1, [Kind.ASSIGN_TURN, Kind.ASSIGN_ALL_AWAY]),
        (TURN, [replace(ANN, active=False)], {}, None, [Kind.ASSIGN_NOBODY]),
        (Wish(Strategy.MANUAL), [ANN], {}, None, [Kind.ASSIGN_NOBODY]),
    ],
)
def test_each_strategy_chooses_and_says_why(
    wish: Wish, team: list[Candidate], away: Mapping[int, int | None], wanted: int | None, said: list[Kind]
) -> None:
    choice = choose(wish, team, away)

    assert (choice.person_id, kinds(choice)) == (wanted, said)


@given(teams, absences)
def test_a_task_nobody_takes_passes_every_point_of_contact_once_and_ends_in_the_queue(
    team: list[Candidate], away: dict[int, int | None]
) -> None:
    choice, asked = choose(KEYS, team, away), list[int]()
    while choice.person_id is not None:
        silent = next(one for one in team if one.person_id == choice.person_id)
        asked.append(choice.stands_in_for or silent.person_id)
        choice = pass_on(KEYS, team, away, silent=silent, place_id=asked[-1])

    ranked = [(one.rank, one.person_id) for one in team if one.person_id in asked]
    assert len(asked) == len(set(asked)) == len(ranked)
    assert [one for _, one in sorted(ranked, key=lambda pair: (pair[0] or 0, pair[1]))] == asked
    assert kinds(choice)[0] in (Kind.ASSIGN_NO_CONTACT, Kind.ASSIGN_SILENT)


def test_who_did_not_react_does_not_stand_in_for_the_next() -> None:
    team = [replace(ANN, rank=0), replace(BEN, rank=1), replace(CLEO, rank=2)]

    choice = pass_on(KEYS, team, {2: 1}, silent=team[0], place_id=1)

    assert (choice.person_id, kinds(choice)) == (3, [Kind.ASSIGN_SILENT, Kind.ASSIGN_CONTACT])


def test_whoever_stands_in_takes_over_for_the_owner_and_gives_back() -> None:
    choice = take_over(BEN, ANN, [ANN, BEN, CLEO], {1: 2, 2: 3})

    assert choice is not None
    assert (choice.person_id, choice.stands_in_for, kinds(choice)) == (3, 1, [Kind.ASSIGN_STANDS_IN])
    assert (give_back(ANN).person_id, kinds(give_back(ANN))) == (1, [Kind.ASSIGN_BACK])


@pytest.mark.parametrize(
    "deputy", [replace(CLEO, active=False), replace(CLEO, limit=0)], ids=["not active", "without room"]
)
def test_a_deputy_who_cannot_takes_nothing_over(deputy: Candidate) -> None:
    assert take_over(ANN, ANN, [ANN, deputy], {1: 3}) is None


def test_the_catalogue_knows_the_same_strategies() -> None:
    assert [one.value for one in catalog.service.Strategy] == [one.value for one in Strategy]
