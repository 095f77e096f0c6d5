"""Accounts, passwords, rights and the limits that hold on them (cases 58 to 60, 66, 69)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from routing.visibility import Actor, Role
from spoc.db.access import LoginFailureRow, LoginSessionRow, OneTimeLinkRow
from spoc.db.people import PersonRow, RoleGrantRow
from spoc.errors import NotFound, SpocError
from spoc.people.accounts import (
    add_person,
    change_password,
    deactivate,
    give_password,
    person_id_of,
    prove,
    reactivate,
    set_password_by_link,
    sort_name,
)
from spoc.people.errors import (
    InvalidAccount,
    LastAdministrator,
    LinkSpent,
    OwnRights,
    TooManyAttempts,
    WrongPassword,
)
from spoc.people.grants import grant_roles, join_queues, keep_an_administrator, set_queues, set_roles
from spoc.people.links import LIVES, mail_behind, make_link, use_link
from spoc.people.passwords import matches
from spoc.people.sessions import Limits, end_session, start_session, visit_by_session
from spoc.people.throttle import count_failure, hold_back, subject_of_place

PASSWORD = "four unrelated words"
HERE = "192.0.2.1"
LIMITS = Limits(idle=timedelta(hours=8), absolute=timedelta(days=14))
numbers = count()


@pytest.fixture
def person(session: Session, now: datetime) -> PersonRow:
    return someone(session, now)


def someone(session: Session, now: datetime, password: str | None = None) -> PersonRow:
    made = add_person(session, f"someone{next(numbers)}@demo.example", "Ada Lovelace", now)
    if password is not None:
        give_password(session, made.id, password, now)
    return made


def fields_of(refused: InvalidAccount) -> list[str]:
    return [fault.field for fault in refused.faults]


@pytest.mark.parametrize(
    "mail",
    [
        "",
        "a",
        "a@",
        "@b",
        "a@b@c",
        "a b@c.de",
        "a@-b",
        "a..b@c.de",
        "a@b,c@d",
        "<a@b.de>",
        "a@b.d\u200be",
        "a" * 65 + "@b.de",
    ],
)
def test_what_is_no_mail_address_is_not_added(session: Session, now: datetime, mail: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        add_person(session, mail, "Ada", now)
    assert fields_of(refused.value) == ["mail"]


@pytest.mark.parametrize("name", ["", "  ", "a" * 121, "a\0b", "a\u202eb"])
def test_what_is_no_name_is_not_added(session: Session, now: datetime, name: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        add_person(session, "ada@demo.example", name, now)
    assert fields_of(refused.value) == ["name"]


def test_a_mail_address_belongs_to_one_person_in_any_case(session: Session, now: datetime) -> None:
    add_person(session, "Ada@Demo.example", "Ada", now)
    with pytest.raises(InvalidAccount, match="already"):
        add_person(session, "ada@demo.EXAMPLE", "Ada again", now)


@pytest.mark.parametrize(
    ("name", "sorted_by"), [("Ada King Lovelace", "lovelace, ada king"), ("Cher", "cher"), ("", "")]
)
def test_people_are_sorted_by_family_name(name: str, sorted_by: str) -> None:
    assert sort_name(name) == sorted_by


@pytest.mark.parametrize("password", ["", "a" * 9, "a" * 201])
def test_a_password_has_ten_to_two_hundred_characters(
    session: Session, person: PersonRow, now: datetime, password: str
) -> None:
    with pytest.raises(InvalidAccount, match="10 to 200"):
        give_password(session, person.id, password, now)


def test_the_mail_address_is_not_a_password(session: Session, person: PersonRow, now: datetime) -> None:
    with pytest.raises(InvalidAccount, match="not a password"):
        give_password(session, person.id, person.mail.upper(), now)


def test_nobody_without_a_password_can_be_matched() -> None:
    assert not matches("", None)
    assert not matches(PASSWORD, None)
    assert not matches(PASSWORD, "")
    assert not matches(PASSWORD, "not a hash")
    assert not matches("a" * 100_000, None)


def test_a_new_password_ends_all_sessions_and_links(session: Session, now: datetime) -> None:
    person = someone(session, now, PASSWORD)
    start_session(session, person.id, LIMITS, now)
    make_link(session, person.id, now)
    change_password(session, person.id, PASSWORD, "another long one", HERE, now)
    assert session.scalars(select(LoginSessionRow).where(LoginSessionRow.person_id == person.id)).all() == []
    open_links = select(OneTimeLinkRow).where(OneTimeLinkRow.person_id == person.id, OneTimeLinkRow.used_at.is_(None))
    assert session.scalars(open_links).all() == []
    assert prove(session, person.mail, "another long one", HERE) == person.id


def test_a_password_is_not_changed_without_the_current_one(session: Session, now: datetime) -> None:
    person = someone(session, now, PASSWORD)
    with pytest.raises(WrongPassword):
        change_password(session, person.id, "wrong", "another long one", HERE, now)
    assert prove(session, person.mail, PASSWORD, HERE) == person.id


def test_an_account_that_is_off_takes_no_password(session: Session, person: PersonRow, now: datetime) -> None:
    deactivate_without_check(session, person)
    with pytest.raises(NotFound):
        give_password(session, person.id, PASSWORD, now)


def deactivate_without_check(session: Session, person: PersonRow) -> None:
    person.active = False
    session.flush()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "from:192.0.2.7"),
        ("2001:db8:1:2:3::4", "from:2001:db8:1:2::/64"),
        ("testclient", "from:testclient"),
    ],
)
def test_one_subscriber_is_one_place(address: str, place: str) -> None:
    assert subject_of_place(address) == place


def test_twenty_wrong_passwords_from_one_place_hold_back_all_from_there(session: Session) -> None:
    for number in range(20):
        hold_back(session, f"{number}@demo.example", HERE)
        count_failure(session, f"{number}@demo.example", HERE)
    with pytest.raises(TooManyAttempts) as held_back:
        hold_back(session, "new@demo.example", HERE)
    assert held_back.value.retry_after_seconds == 900
    hold_back(session, "new@demo.example", "192.0.2.2")


def test_wrong_passwords_are_forgotten_after_a_quarter_of_an_hour(session: Session) -> None:
    for _ in range(5):
        count_failure(session, "a@demo.example", HERE)
    session.execute(update(LoginFailureRow).values(at=LoginFailureRow.at - timedelta(minutes=16)))
    hold_back(session, "a@demo.example", HERE)


def test_attempts_at_once_are_all_counted(committed: sessionmaker[Session]) -> None:
    def guess(number: int) -> bool:
        with committed.begin() as session:
            try:
                return prove(session, "a@demo.example", "wrong", f"192.0.2.{number}") is None
            except TooManyAttempts:
                return False

    with ThreadPoolExecutor(12) as pool:
        looked_at = list(pool.map(guess, range(12)))
    assert 5 <= sum(looked_at) <= 9


@pytest.mark.parametrize("odd", ["", " ", "0", "null", "[]", "a" * 42, "a" * 44, "é" * 43])
def test_what_is_no_link_is_refused(session: Session, now: datetime, odd: str) -> None:
    with pytest.raises(LinkSpent):
        mail_behind(session, odd, now)
    with pytest.raises(LinkSpent):
        use_link(session, odd, now)


def test_a_link_lives_an_hour(session: Session, person: PersonRow, now: datetime) -> None:
    secret = make_link(session, person.id, now)
    assert mail_behind(session, secret, now + LIVES - timedelta(seconds=1)) == person.mail
    with pytest.raises(LinkSpent):
        mail_behind(session, secret, now + LIVES)
    with pytest.raises(LinkSpent):
        use_link(session, secret, now + LIVES)


def test_a_new_link_ends_the_one_before(session: Session, person: PersonRow, now: datetime) -> None:
    old = make_link(session, person.id, now)
    make_link(session, person.id, now)
    with pytest.raises(LinkSpent):
        set_password_by_link(session, old, PASSWORD, now)


def test_of_two_who_use_a_link_at_once_one_succeeds(committed: sessionmaker[Session], now: datetime) -> None:
    with committed.begin() as session:
        secret = make_link(session, someone(session, now).id, now)

    def use(_: int) -> bool:
        with committed.begin() as session:
            try:
                return bool(use_link(session, secret, now))
            except LinkSpent:
                return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1


def test_a_session_ends_when_idle_and_in_any_case(session: Session, person: PersonRow, now: datetime) -> None:
    secret = start_session(session, person.id, LIMITS, now)
    assert visit_by_session(session, secret, LIMITS, now + LIMITS.idle - timedelta(seconds=1)) is not None
    assert visit_by_session(session, secret, LIMITS, now + 2 * LIMITS.idle) is None
    session.execute(update(LoginSessionRow).values(seen_at=now + LIMITS.absolute - timedelta(seconds=1)))
    assert visit_by_session(session, secret, LIMITS, now + LIMITS.absolute) is None


@pytest.mark.parametrize("odd", ["", " ", "0", "null", "a" * 42, "a" * 44])
def test_what_is_no_session_is_nobody(session: Session, now: datetime, odd: str) -> None:
    assert visit_by_session(session, odd, LIMITS, now) is None
    end_session(session, odd)


def test_a_secret_is_not_kept(session: Session, person: PersonRow, now: datetime) -> None:
    secret = start_session(session, person.id, LIMITS, now)
    row = session.scalars(select(LoginSessionRow).where(LoginSessionRow.person_id == person.id)).one()
    assert secret.encode() not in row.secret_hash
    assert len(row.secret_hash) == 32


def other(session: Session, now: datetime) -> Actor:
    """Somebody who may act, but is no administrator themselves: that is asked of the one who is acted on."""
    made = someone(session, now)
    return Actor(made.id, made.mail)


def administrator(session: Session, now: datetime) -> PersonRow:
    made = someone(session, now)
    grant_roles(session, made.id, frozenset({Role.ADMINISTRATOR}), now)
    return made


def test_the_last_administrator_cannot_be_switched_off_or_lose_the_role(session: Session, now: datetime) -> None:
    last = administrator(session, now)
    with pytest.raises(LastAdministrator):
        deactivate(session, other(session, now), last.id, now)
    session.refresh(last)
    session.execute(update(PersonRow).where(PersonRow.id == last.id).values(active=True))
    with pytest.raises(LastAdministrator):
        set_roles(session, other(session, now), last.id, frozenset(), now)


def test_two_administrators_who_remove_each_other_leave_one(committed: sessionmaker[Session], now: datetime) -> None:
    with committed.begin() as session:
        one, two = administrator(session, now).id, administrator(session, now).id

    def remove(pair: tuple[int, int]) -> bool:
        by, other = pair
        try:
            with committed.begin() as session:
                set_roles(session, Actor(by, "x@demo.example"), other, frozenset(), now)
        except SpocError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(remove, [(one, two), (two, one)])) == 1
    with committed.begin() as session:
        keep_an_administrator(session)


def test_nobody_changes_their_own_rights(session: Session, now: datetime) -> None:
    own = administrator(session, now)
    actor = Actor(own.id, own.mail, frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(OwnRights):
        set_roles(session, actor, own.id, frozenset(Role), now)
    with pytest.raises(OwnRights):
        set_queues(session, actor, own.id, {"hr": True}, now)
    with pytest.raises(OwnRights):
        deactivate(session, actor, own.id, now)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AGENT, Role.LEAD])
def test_what_follows_from_queues_is_not_granted(
    session: Session, person: PersonRow, now: datetime, role: Role
) -> None:
    with pytest.raises(InvalidAccount, match="follow from their queues"):
        grant_roles(session, person.id, frozenset({role}), now)


def test_granting_twice_is_granting_once(session: Session, person: PersonRow, now: datetime) -> None:
    for _ in range(2):
        grant_roles(session, person.id, frozenset({Role.OWNER}), now)
    rows = session.scalars(select(RoleGrantRow).where(RoleGrantRow.person_id == person.id)).all()
    assert [row.role for row in rows] == [Role.OWNER]


def test_nobody_joins_a_queue_that_is_not_there(session: Session, person: PersonRow, now: datetime) -> None:
    with pytest.raises(InvalidAccount, match="no queue “nowhere”"):
        join_queues(session, person.id, {"nowhere": False}, now)


def test_people_who_are_not_there_get_no_rights(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        grant_roles(session, -1, frozenset(), now)
    with pytest.raises(NotFound):
        join_queues(session, -1, {}, now)
    with pytest.raises(NotFound):
        person_id_of(session, "019a0000-0000-7000-8000-000000000000")


def test_an_account_is_switched_on_only_if_it_is_off(session: Session, person: PersonRow, now: datetime) -> None:
    administrator(session, now)
    with pytest.raises(NotFound):
        reactivate(session, other(session, now), person.id, now)
    deactivate(session, other(session, now), person.id, now)
    with pytest.raises(NotFound):
        deactivate(session, other(session, now), person.id, now)
    reactivate(session, other(session, now), person.id, now)
    session.refresh(person)
    assert person.active
