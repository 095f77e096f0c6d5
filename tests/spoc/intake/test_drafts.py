"""Drafts of packs: whose they are, what two windows and two people do to each other, and how they are published."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from catalog.document import shipped
from catalog.dump import COMMON, new_service
from catalog.errors import InvalidCatalogue
from catalog.sources import MOST_FILES, look_at, shipped_sources
from catalog.yaml_text import LARGEST
from spoc.db.catalog import CatalogueVersionRow
from spoc.errors import NotFound, SpocError
from spoc.intake.catalogue import at_version, newest_version, publish
from spoc.intake.drafts import (
    DraftMoved,
    NotThatFile,
    Other,
    TextTooLong,
    add_file,
    discard,
    others_at,
    read_draft,
    save,
)
from spoc.intake.publishing import (
    LONGEST_COMMENT,
    CatalogueMoved,
    FilesClash,
    NoComment,
    NothingToPublish,
    PackTestsFail,
    publish_draft,
    restore,
)
from spoc.intake.sources import sources_at
from spoc.intake.versions import one_version
from tests.world import World

PAY, IT = "pay.yaml", "it.yaml"
PLANT = new_service("plant", "my-place-of-work", "office")


def changed(file: str, old: str = "summary: ", new: str = "summary: Now ") -> str:
    """The text of a shipped file with one thing changed."""
    text = shipped_sources()[file]
    assert old in text
    return text.replace(old, new, 1)


@pytest.fixture
def owner(world: World) -> int:
    return world.ids["owner"]


@pytest.fixture
def first(world: World) -> int:
    return newest_version(world.session)


def keep(world: World, who: str, file: str, text: str | None, base: int, revision: int = 0) -> int:
    return save(world.session, world.ids[who], file, text, base, revision, world.now)


def put_in_force(world: World, who: str, comment: str = "Because", overruled: str = "") -> int:
    """Publish what the person has, as they see it now."""
    mark = read_draft(world.session, world.ids[who]).mark
    return publish_draft(world.session, world.ids[who], mark, comment, overruled, world.now)


def test_a_version_keeps_the_texts_that_it_was_made_of(world: World, first: int) -> None:
    kept = sources_at(world.session, first)
    assert kept.files == shipped_sources()
    assert not kept.written


def test_a_version_without_texts_is_written_from_its_document(world: World, first: int) -> None:
    world.session.execute(update(CatalogueVersionRow).values(sources=None))
    kept = sources_at(world.session, first)
    assert kept.written
    assert COMMON in kept.files
    assert len(look_at(kept.files).catalogue.services) == len(shipped().services)


def test_the_texts_of_no_version_are_not_made_up(world: World) -> None:
    with pytest.raises(LookupError):
        sources_at(world.session, 10**6)


def test_other_texts_of_the_same_catalogue_are_a_version_of_their_own(world: World, first: int) -> None:
    texts = shipped_sources() | {"more.yaml": "# Nothing yet.\nneeds: []\n"}
    second = publish(world.session, shipped(), None, "A comment", world.now, texts)
    assert second > first
    assert publish(world.session, shipped(), None, "Again", world.now, texts) == second
    assert publish(world.session, shipped(), None, "Without texts", world.now) == second


def test_without_changes_the_draft_is_what_is_published(world: World, owner: int, first: int) -> None:
    draft = read_draft(world.session, owner)
    assert (draft.version, draft.sources, draft.changed) == (first, shipped_sources(), ())


def test_a_draft_is_its_owners_alone_and_others_hear_only_that_there_is_one(world: World, first: int) -> None:
    keep(world, "owner", PAY, changed(PAY), first)
    assert read_draft(world.session, world.ids["owner"]).changed == (PAY,)
    assert read_draft(world.session, world.ids["admin"]).changed == ()
    assert others_at(world.session, world.ids["admin"], PAY) == (Other(world.person("owner").name, world.now),)
    assert others_at(world.session, world.ids["owner"], PAY) == ()


def test_a_file_that_was_opened_and_left_as_it_was_follows_what_others_publish(
    world: World, owner: int, first: int
) -> None:
    keep(world, "owner", PAY, shipped_sources()[PAY], first)
    keep(world, "admin", PAY, changed(PAY), first)
    put_in_force(world, "admin")
    draft = read_draft(world.session, owner)
    assert (draft.text(PAY), draft.clashes, draft.changed) == (changed(PAY), (), ())
    assert draft.base_of(PAY) == draft.version


def test_each_saving_has_its_revision(world: World, first: int) -> None:
    assert keep(world, "owner", PAY, "one", first) == 1
    assert keep(world, "owner", PAY, "two", first, 1) == 2


@pytest.mark.parametrize("revision", [0, 1, 3])
def test_a_window_that_is_behind_overwrites_nothing(world: World, owner: int, first: int, revision: int) -> None:
    keep(world, "owner", PAY, "one", first)
    keep(world, "owner", PAY, "two", first, 1)
    with pytest.raises(DraftMoved):
        keep(world, "owner", PAY, "three", first, revision)
    assert read_draft(world.session, owner).text(PAY) == "two"


def test_the_same_text_again_is_no_clash(world: World, first: int) -> None:
    keep(world, "owner", PAY, "one", first)
    assert keep(world, "owner", PAY, "one", first, 0) == 2


def test_a_text_is_not_saved_over_a_draft_that_was_given_up(world: World, owner: int, first: int) -> None:
    keep(world, "owner", PAY, "one", first)
    discard(world.session, owner, PAY)
    with pytest.raises(DraftMoved):
        keep(world, "owner", PAY, "two", first, 1)


def test_a_text_longer_than_a_pack_may_be_is_refused(world: World, first: int) -> None:
    keep(world, "owner", PAY, "#" * LARGEST, first)
    with pytest.raises(TextTooLong):
        keep(world, "owner", IT, "#" * (LARGEST + 1), first)


def test_a_draft_stands_on_a_version_that_there_is(world: World, first: int) -> None:
    with pytest.raises(NotFound):
        keep(world, "owner", PAY, "one", first + 99)


@pytest.mark.parametrize(
    "name", ["", ".yaml", "Plant.yaml", "plant.yml", "../plant.yaml", "a b.yaml", "a" * 61 + ".yaml", "plant.yaml\n"]
)
def test_a_file_has_a_plain_name(world: World, owner: int, name: str) -> None:
    with pytest.raises(NotThatFile, match="small letters"):
        add_file(world.session, read_draft(world.session, owner), owner, name, PLANT, world.now)


def test_a_file_is_begun_once(world: World, owner: int) -> None:
    with pytest.raises(NotThatFile, match="already"):
        add_file(world.session, read_draft(world.session, owner), owner, PAY, PLANT, world.now)


def test_there_is_an_end_to_files(world: World, owner: int) -> None:
    more = {f"more-{number}.yaml": "needs: []" for number in range(MOST_FILES - len(shipped_sources()))}
    publish(world.session, shipped(), None, "Many", world.now, shipped_sources() | more)
    with pytest.raises(NotThatFile, match="no more"):
        add_file(world.session, read_draft(world.session, owner), owner, "plant.yaml", PLANT, world.now)


def test_a_file_that_was_taken_out_can_be_begun_anew(world: World, owner: int, first: int) -> None:
    keep(world, "owner", PAY, None, first)
    assert PAY not in read_draft(world.session, owner).sources
    add_file(world.session, read_draft(world.session, owner), owner, PAY, PLANT, world.now)
    assert read_draft(world.session, owner).text(PAY) == PLANT


def test_a_file_that_is_not_there_has_no_text(world: World, owner: int) -> None:
    with pytest.raises(NotFound):
        read_draft(world.session, owner).text("none.yaml")


def test_giving_up_one_file_leaves_the_others(world: World, owner: int, first: int) -> None:
    for file in (PAY, IT):
        keep(world, "owner", file, changed(file), first)
    discard(world.session, owner, PAY)
    assert read_draft(world.session, owner).changed == (IT,)
    discard(world.session, owner)
    assert read_draft(world.session, owner).changed == ()


def test_publishing_puts_the_draft_in_force_with_its_texts_and_forgets_it(world: World, owner: int, first: int) -> None:
    keep(world, "owner", PAY, changed(PAY), first)
    add_file(world.session, read_draft(world.session, owner), owner, "plant.yaml", PLANT, world.now)
    version = put_in_force(world, "owner", " Plants need water ")
    told = one_version(world.session, version)
    assert (told.before, told.by, told.comment, told.overruled) == (
        first,
        world.person("owner").name,
        "Plants need water",
        "",
    )
    assert at_version(world.session, version).service("plant").steps
    assert sources_at(world.session, version).files["plant.yaml"] == PLANT
    assert read_draft(world.session, owner).mine == {}


def test_nothing_is_published_while_there_are_faults(world: World, owner: int, first: int) -> None:
    keep(world, "owner", PAY, changed(PAY, "queue: hr", "queue: hrr"), first)
    with pytest.raises(InvalidCatalogue, match=r"pay\.yaml:\d+: "):
        put_in_force(world, "owner", overruled="It must be")
    assert newest_version(world.session) == first
    assert read_draft(world.session, owner).changed == (PAY,)


def test_a_failing_test_stands_in_the_way_until_somebody_says_why_not(world: World, first: int) -> None:
    keep(world, "owner", "plant.yaml", PLANT.replace("present: [do-it]", "absent: [do-it]"), first)
    with pytest.raises(PackTestsFail):
        put_in_force(world, "owner", overruled="  ")
    version = put_in_force(world, "owner", overruled="The test is old")
    assert one_version(world.session, version).overruled == "The test is old"


def test_nothing_was_overruled_where_all_tests_pass(world: World, first: int) -> None:
    keep(world, "owner", "plant.yaml", PLANT, first)
    assert one_version(world.session, put_in_force(world, "owner", overruled="Just in case")).overruled == ""


@pytest.mark.parametrize("comment", ["", "  \n", "x" * (LONGEST_COMMENT + 1)])
def test_whoever_publishes_says_why(world: World, first: int, comment: str) -> None:
    keep(world, "owner", PAY, changed(PAY), first)
    with pytest.raises(NoComment):
        put_in_force(world, "owner", comment)
    with pytest.raises(NoComment):
        restore(world.session, first, world.ids["owner"], comment, world.now)


def test_a_draft_that_changes_nothing_is_not_published(world: World, first: int) -> None:
    keep(world, "owner", PAY, shipped_sources()[PAY], first)
    with pytest.raises(NothingToPublish):
        put_in_force(world, "owner")


def test_only_what_was_looked_at_is_published(world: World, owner: int, first: int) -> None:
    keep(world, "owner", PAY, changed(PAY), first)
    mark = read_draft(world.session, owner).mark
    keep(world, "owner", PAY, changed(PAY, new="summary: Then "), first, 1)
    with pytest.raises(CatalogueMoved):
        publish_draft(world.session, owner, mark, "Because", "", world.now)


def test_what_others_published_meanwhile_is_told_first_and_then_taken_over(world: World, first: int) -> None:
    keep(world, "owner", PAY, changed(PAY), first)
    mark = read_draft(world.session, world.ids["owner"]).mark
    keep(world, "admin", IT, changed(IT), first)
    put_in_force(world, "admin")
    with pytest.raises(CatalogueMoved):
        publish_draft(world.session, world.ids["owner"], mark, "Because", "", world.now)
    version = put_in_force(world, "owner")
    files = sources_at(world.session, version).files
    assert (files[PAY], files[IT]) == (changed(PAY), changed(IT))


def test_two_who_changed_one_file_put_it_together_before_the_second_publishes(world: World, first: int) -> None:
    mine, theirs = changed(PAY), changed(PAY, new="summary: Here ")
    keep(world, "owner", PAY, mine, first)
    keep(world, "admin", PAY, theirs, first)
    second = put_in_force(world, "admin")
    draft = read_draft(world.session, world.ids["owner"])
    assert (draft.clashes, draft.text(PAY), draft.published.files[PAY]) == ((PAY,), mine, theirs)
    with pytest.raises(FilesClash, match=PAY):
        put_in_force(world, "owner")
    keep(world, "owner", PAY, mine, second, 1)
    third = put_in_force(world, "owner")
    assert sources_at(world.session, third).files[PAY] == mine


def test_an_older_version_comes_back_as_a_new_one(world: World, owner: int, first: int) -> None:
    keep(world, "owner", "plant.yaml", PLANT, first)
    second = put_in_force(world, "owner")
    third = restore(world.session, first, owner, "Nobody watered them", world.now)
    assert third > second
    assert at_version(world.session, third) == shipped()
    assert sources_at(world.session, third).files == shipped_sources()


def test_what_is_in_force_is_not_brought_back(world: World, owner: int, first: int) -> None:
    with pytest.raises(NothingToPublish):
        restore(world.session, first, owner, "Once more", world.now)


def test_a_version_that_never_was_does_not_come_back(world: World, owner: int, first: int) -> None:
    with pytest.raises(NotFound):
        restore(world.session, first + 99, owner, "Once more", world.now)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each gave or raised; all begin together."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        ready.wait()
        try:
            return act()
        except SpocError as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_twenty_savings_at_once_one_is_kept_and_the_others_hear_of_it(
    committed: sessionmaker[Session], now: datetime
) -> None:
    with committed() as session:
        world = World.create(session, now)
        owner, first = world.ids["owner"], newest_version(session)

    def saving(number: int) -> Callable[[], object]:
        def act() -> int:
            with committed.begin() as session:
                return save(session, owner, PAY, f"text {number}", first, 0, now)

        return act

    outcomes = at_once([saving(number) for number in range(20)])
    assert outcomes.count(1) == 1
    assert sum(isinstance(one, DraftMoved) for one in outcomes) == 19
    with committed() as session:
        assert read_draft(session, owner).text(PAY) == f"text {outcomes.index(1)}"


def test_of_two_who_publish_at_once_the_second_loses_nothing(committed: sessionmaker[Session], now: datetime) -> None:
    with committed() as session:
        world = World.create(session, now)
        ids, first = world.ids, newest_version(session)
        for who, file in (("owner", PAY), ("admin", IT)):
            save(session, ids[who], file, changed(file), first, 0, now)
        marks = {who: read_draft(session, ids[who]).mark for who in ("owner", "admin")}
        session.commit()

    def publishing(who: str) -> Callable[[], object]:
        def act() -> int:
            with committed.begin() as session:
                return publish_draft(session, ids[who], marks[who], "Because", "", now)

        return act

    outcomes = at_once([publishing("owner"), publishing("admin")])
    assert [type(one) for one in sorted(outcomes, key=str)].count(CatalogueMoved) == 1
    with committed() as session:
        loser = ids["owner" if isinstance(outcomes[0], CatalogueMoved) else "admin"]
        draft = read_draft(session, loser)
        assert len(draft.changed) == 1
        assert draft.clashes == ()
        assert session.scalars(select(CatalogueVersionRow.id)).all() == [first, draft.version]
