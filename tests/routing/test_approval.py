"""The rules of approvals: seats, deputies, the next one up, quorum and order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.approval import (
    Chosen,
    Company,
    Quorum,
    Seats,
    Verdict,
    Voice,
    outcome,
    speaker,
    take_seats,
    turns,
    up,
    verdict_of,
)

ANN, BEN, CLEO, DAN = 1, 2, 3, 4
ALL = frozenset({ANN, BEN, CLEO, DAN})
YES, NO = Verdict.APPROVED, Verdict.REJECTED
verdicts = st.lists(st.sampled_from([YES, NO, None]), min_size=1, max_size=12)
quorums = st.one_of(
    st.just(Quorum()), st.builds(Quorum, st.integers(1, 15)), st.builds(Quorum, percent=st.integers(1, 100))
)


def company(barred: set[int] | None = None, gone: set[int] | None = None, **away: int | None) -> Company:
    """Ann reports to Ben, Ben to Cleo, Cleo to Dan."""
    ids = {"ann": ANN, "ben": BEN, "cleo": CLEO, "dan": DAN}
    return Company(
        {ANN: BEN, BEN: CLEO, CLEO: DAN, DAN: None},
        ALL - (gone or set()),
        {ids[name]: deputy for name, deputy in away.items()},
        frozenset(barred or ()),
    )


@pytest.mark.parametrize(
    ("quorum", "seats", "needed"),
    [
        (Quorum(count=1), 3, 1),
        (Quorum(), 3, 3),
        (Quorum(count=2), 3, 2),
        (Quorum(count=3), 2, 2),
        (Quorum(percent=50), 3, 2),
        (Quorum(percent=1), 3, 1),
        (Quorum(percent=100), 3, 3),
        (Quorum(percent=67), 3, 3),
        (Quorum(percent=66), 3, 2),
    ],
)
def test_a_quorum_is_counted_up_and_never_beyond_who_is_there(quorum: Quorum, seats: int, needed: int) -> None:
    assert quorum.needed(seats) == needed


@pytest.mark.parametrize(
    ("said", "quorum", "wanted"),
    [
        ([YES, None, None], Quorum(count=1), YES),
        ([NO, None, None], Quorum(count=1), None),
        ([NO, NO, NO], Quorum(count=1), NO),
        ([YES, YES, None], Quorum(), None),
        ([YES, None, NO], Quorum(), NO),
        ([YES, NO, None], Quorum(count=2), None),
        ([YES, NO, NO], Quorum(count=2), NO),
        ([YES, NO, YES], Quorum(count=2), YES),
    ],
)
def test_it_is_decided_once_the_quorum_is_reached_or_out_of_reach(
    said: list[Verdict | None], quorum: Quorum, wanted: Verdict | None
) -> None:
    assert outcome(said, quorum.needed(len(said))) is wanted


@given(verdicts, quorums)
def test_once_decided_no_further_voice_changes_the_outcome(said: list[Verdict | None], quorum: Quorum) -> None:
    needed = quorum.needed(len(said))
    decided = outcome(said, needed)
    if decided is not None:
        for rest in (YES, NO):
            assert outcome([one or rest for one in said], needed) is decided


@given(verdicts, quorums)
def test_when_all_have_spoken_it_is_decided(said: list[Verdict | None], quorum: Quorum) -> None:
    assert outcome([one or NO for one in said], quorum.needed(len(said))) is not None


@given(verdicts)
def test_in_turn_asks_one_and_at_once_asks_all_who_have_not_decided(said: list[Verdict | None]) -> None:
    at_once, in_turn = turns(said, in_turn=False), turns(said, in_turn=True)
    assert [said[place] for place in at_once] == [None] * said.count(None)
    assert in_turn == at_once[:1]


def test_nobody_decides_about_their_own_ask_the_next_one_up_does() -> None:
    assert take_seats({"requester.manager": [BEN]}, company(barred={ANN, BEN})) == Seats(((Chosen(CLEO, BEN),),))


def test_who_has_left_is_not_asked_but_the_next_one_up() -> None:
    assert take_seats({"requester.manager": [BEN]}, company(gone={BEN, CLEO})) == Seats(((Chosen(DAN, BEN),),))


def test_nobody_has_two_voices() -> None:
    named = {"requester.manager": [BEN], "cost_centre.owner": [BEN], "it.lead": [CLEO, DAN]}
    assert take_seats(named, company()) == Seats(((Chosen(BEN),), (Chosen(CLEO), Chosen(DAN))))


def test_a_role_is_held_by_those_who_may_speak() -> None:
    assert take_seats({"it.lead": [ANN, DAN]}, company(barred={ANN})).seats == ((Chosen(DAN),),)


def test_approvers_who_are_not_known_are_named() -> None:
    found = take_seats({"requester.manager": [], "it.lead": [DAN]}, company())
    assert found.unknown == ("requester.manager",)
    assert [found.needed(quorum) for quorum in (Quorum(count=1), Quorum(percent=60), Quorum())] == [1, None, None]


def test_at_the_top_there_is_nobody_up() -> None:
    assert up(DAN, company()) is None
    assert take_seats({"requester.manager": [DAN]}, company(barred={DAN})) == Seats((), ("requester.manager",))


def test_managers_in_a_circle_end_the_way_up() -> None:
    assert up(ANN, Company({ANN: BEN, BEN: ANN}, ALL, barred=frozenset({ANN, BEN}))) is None


def test_the_way_up_leaves_out_who_is_asked_already() -> None:
    assert up(ANN, company(), beside={BEN}) == CLEO


def test_a_deputy_speaks_for_who_is_away_and_never_about_their_own_ask() -> None:
    assert speaker(BEN, company()) == BEN
    assert speaker(BEN, company(ben=DAN)) == DAN
    assert speaker(BEN, company(ben=None)) == BEN
    assert speaker(BEN, company(barred={DAN}, ben=DAN)) == BEN
    assert speaker(BEN, company(gone={DAN}, ben=DAN)) == BEN


@given(st.dictionaries(st.sampled_from(sorted(ALL)), st.one_of(st.none(), st.sampled_from(sorted(ALL)))))
def test_whoever_is_asked_may_speak_if_the_approver_may(away: dict[int, int | None]) -> None:
    barred = Company({}, ALL, away, frozenset({ANN}))
    assert all(barred.may_speak(speaker(one, barred)) for one in (BEN, CLEO, DAN))


def test_the_first_of_a_seat_to_decide_speaks_for_it() -> None:
    assert verdict_of([Voice.ASKED, Voice.APPROVED]) is YES
    assert verdict_of([Voice.REJECTED, Voice.WITHDRAWN]) is NO
    assert verdict_of([Voice.ASKED, Voice.EXPIRED]) is None
