"""What changes between two versions of the catalogue, in sentences."""

from collections.abc import Mapping
from typing import Final

from catalog.compare import Change, Kind, What
from routing.phrase import Phrase
from spoc.web.catalogue_bodies import BODIES, EVIDENCE
from spoc.web.catalogue_words import phrase_of
from spoc.words import marked

PARTS: Final[Mapping[tuple[Kind, What], str]] = {
    (Kind.QUEUE, What.NEW): marked("New queue “%(name)s”."),
    (Kind.QUEUE, What.GONE): marked("Queue “%(name)s” is gone."),
    (Kind.QUEUE, What.ORDER): marked("The queues stand in another order."),
    (Kind.NEED, What.NEW): marked("New heading “%(name)s”."),
    (Kind.NEED, What.GONE): marked("Heading “%(name)s” is gone."),
    (Kind.NEED, What.ORDER): marked("The headings stand in another order."),
    (Kind.PHASE, What.NEW): marked("New phase “%(name)s”."),
    (Kind.PHASE, What.GONE): marked("Phase “%(name)s” is gone."),
    (Kind.PHASE, What.ORDER): marked("The phases stand in another order."),
    (Kind.ITEM, What.NEW): marked("New kind of thing “%(name)s”."),
    (Kind.ITEM, What.GONE): marked("The kind of thing “%(name)s” is gone."),
    (Kind.ITEM, What.ORDER): marked("The kinds of things stand in another order."),
    (Kind.SERVICE, What.NEW): marked("New service “%(name)s”."),
    (Kind.SERVICE, What.GONE): marked("Service “%(name)s” is gone: it cannot be asked for any more."),
    (Kind.QUESTION, What.NEW): marked("New question “%(name)s”."),
    (Kind.QUESTION, What.GONE): marked("Question “%(name)s” is gone."),
    (Kind.QUESTION, What.ORDER): marked("The questions stand in another order."),
    (Kind.OPTION, What.NEW): marked("“%(of)s” has a new option “%(name)s”."),
    (Kind.OPTION, What.GONE): marked("“%(of)s” has no option “%(name)s” any more."),
    (Kind.OPTION, What.ORDER): marked("The options of “%(of)s” stand in another order."),
    (Kind.COLUMN, What.NEW): marked("The table “%(of)s” has a new column “%(name)s”."),
    (Kind.COLUMN, What.GONE): marked("The table “%(of)s” has no column “%(name)s” any more."),
    (Kind.COLUMN, What.ORDER): marked("The columns of the table “%(of)s” stand in another order."),
    (Kind.STEP, What.NEW): marked("New step “%(name)s”, %(after)s."),
    (Kind.STEP, What.GONE): marked("Step “%(name)s” is gone."),
    (Kind.STEP, What.ORDER): marked("The steps stand in another order."),
    (Kind.SCHEDULE, What.NEW): marked("New schedule “%(name)s”: it comes by itself."),
    (Kind.SCHEDULE, What.GONE): marked("The schedule “%(name)s” is gone: it comes by itself no more."),
    (Kind.SCHEDULE, What.ORDER): marked("The schedules stand in another order."),
}
NEW_AFTER: Final = marked("New step “%(name)s”, %(after)s, after %(needs)s.")
RENAMED: Final = marked("“%(before)s” is now called “%(after)s”.")
VALUES: Final[Mapping[tuple[str, What], str]] = {
    **BODIES,
    ("due", What.SET): marked("“%(name)s” is due %(after)s; it had no due date of its own."),
    ("due", What.UNSET): marked("“%(name)s” has no due date of its own any more; it was due %(before)s."),
    ("due", What.CHANGED): marked("“%(name)s” is due %(after)s instead of %(before)s."),
    ("opens", What.SET): marked("“%(name)s” opens %(after)s, and no earlier."),
    ("opens", What.UNSET): marked("“%(name)s” opens as soon as it can; it opened %(before)s."),
    ("opens", What.CHANGED): marked("“%(name)s” opens %(after)s instead of %(before)s."),
    ("party", What.CHANGED): marked("“%(name)s” goes to %(after)s instead of %(before)s."),
    ("needs", What.SET): marked("“%(name)s” waits for %(after)s; it waited for nothing."),
    ("needs", What.UNSET): marked("“%(name)s” waits for nothing any more; it waited for %(before)s."),
    ("needs", What.CHANGED): marked("“%(name)s” waits for %(after)s instead of %(before)s."),
    ("condition", What.SET): marked("“%(name)s” is done only if %(after)s; it was done always."),
    ("condition", What.UNSET): marked("“%(name)s” is done always; it was done only if %(before)s."),
    ("condition", What.CHANGED): marked("“%(name)s” is done only if %(after)s instead of %(before)s."),
    ("asks", What.SET): marked("“%(name)s” is a form now, which asks for %(after)s."),
    ("asks", What.UNSET): marked("“%(name)s” is no form any more; it asked for %(before)s."),
    ("asks", What.CHANGED): marked("“%(name)s” asks for %(after)s instead of %(before)s."),
    ("visible_when", What.SET): marked("“%(name)s” is asked only if %(after)s; it was asked always."),
    ("visible_when", What.UNSET): marked("“%(name)s” is asked always; it was asked only if %(before)s."),
    ("visible_when", What.CHANGED): marked("“%(name)s” is asked only if %(after)s instead of %(before)s."),
    ("when", What.SET): marked("“%(name)s” of “%(of)s” is on offer only if %(after)s; it was always."),
    ("when", What.UNSET): marked("“%(name)s” of “%(of)s” is always on offer; it was only if %(before)s."),
    ("when", What.CHANGED): marked("“%(name)s” of “%(of)s” is on offer only if %(after)s instead of %(before)s."),
    ("checklist", What.SET): marked("“%(name)s” is done only when this is ticked: %(after)s."),
    ("checklist", What.UNSET): marked("“%(name)s” has no checklist any more; it was: %(before)s."),
    ("checklist", What.CHANGED): marked("“%(name)s” is done only when this is ticked: %(after)s. Before: %(before)s."),
    ("for_each", What.SET): marked("“%(name)s” is done for each row of %(after)s; it was done once."),
    ("for_each", What.UNSET): marked("“%(name)s” is done once; it was done for each row of %(before)s."),
    ("for_each", What.CHANGED): marked("“%(name)s” is done for each row of %(after)s instead of %(before)s."),
    ("required", What.SET): marked("“%(name)s” must be answered now."),
    ("required", What.UNSET): marked("“%(name)s” may stay empty now."),
    ("max_files", What.SET): marked("“%(name)s” takes at most %(after)s files; it took the usual number."),
    ("max_files", What.UNSET): marked("“%(name)s” takes the usual number of files; it took at most %(before)s."),
    ("max_files", What.CHANGED): marked("“%(name)s” takes at most %(after)s files instead of %(before)s."),
    ("types", What.SET): marked("“%(name)s” takes only files of these kinds now: %(after)s."),
    ("types", What.UNSET): marked("“%(name)s” takes files of every kind now; it took only %(before)s."),
    ("types", What.CHANGED): marked("“%(name)s” takes files of these kinds: %(after)s. Before: %(before)s."),
    ("quorum", What.CHANGED): marked("For “%(name)s” %(after)s must agree instead of %(before)s."),
    ("shows", What.SET): marked("Approvers of “%(name)s” are shown %(after)s."),
    ("shows", What.UNSET): marked("Approvers of “%(name)s” are not shown %(before)s any more."),
    ("shows", What.CHANGED): marked("Approvers of “%(name)s” are shown %(after)s instead of %(before)s."),
    ("remind", What.CHANGED): marked("Approvers of “%(name)s” are reminded after %(after)s instead of %(before)s."),
    ("expires", What.CHANGED): marked("Approvers of “%(name)s” have %(after)s instead of %(before)s."),
    ("books", What.SET): marked("Finishing “%(name)s” books: %(after)s."),
    ("books", What.UNSET): marked("Finishing “%(name)s” books nothing any more; it booked: %(before)s."),
    ("books", What.CHANGED): marked("Finishing “%(name)s” books %(after)s instead of %(before)s."),
    ("every", What.CHANGED): marked("“%(name)s” comes every %(after)s instead of every %(before)s."),
    ("at", What.CHANGED): marked("“%(name)s” comes at %(after)s instead of %(before)s."),
    ("requester", What.CHANGED): marked("By “%(name)s” %(after)s asks instead of %(before)s."),
    ("day", What.SET): marked("“%(name)s” comes on the %(after)s of its months."),
    ("day", What.UNSET): marked("“%(name)s” comes on the %(before)s of its months no more."),
    ("day", What.CHANGED): marked("“%(name)s” comes on the %(after)s of its months instead of the %(before)s."),
    ("day_off", What.CHANGED): marked("A day off for “%(name)s” means %(after)s instead of %(before)s."),
    ("paused", What.SET): marked("“%(name)s” is paused: nothing comes by it."),
    ("paused", What.UNSET): marked("“%(name)s” is not paused any more: it comes again from the publication on."),
    ("returns", What.SET): marked("“%(name)s” takes back what the person has, as the register knows it."),
    ("returns", What.UNSET): marked("“%(name)s” takes nothing back in the register any more."),
    ("item", What.SET): marked("“%(name)s” of “%(of)s” says whether there is one: %(after)s."),
    ("item", What.UNSET): marked("“%(name)s” of “%(of)s” does not say any more whether there is one."),
    ("item", What.CHANGED): marked("“%(name)s” of “%(of)s” takes %(after)s instead of %(before)s."),
    ("secret", What.SET): marked("“%(name)s” is secret now."),
    ("secret", What.UNSET): marked("“%(name)s” is not secret any more."),
    ("confidential_to", What.SET): marked("Only %(after)s may read “%(name)s” now."),
    ("confidential_to", What.UNSET): marked("“%(name)s” is not confidential any more; only %(before)s could read it."),
    ("confidential_to", What.CHANGED): marked("Only %(after)s may read “%(name)s”, instead of %(before)s."),
}
TEXTS: Final = frozenset({"detail", "help", "summary", "phrases", "example", "neutral_title", "message", "undo.detail"})
"""Long ones: that they are others is told, and not how."""

OTHER_TEXT: Final = marked("“%(name)s”: the text of %(attribute)s is another.")
OTHERS: Final[Mapping[What, str]] = {
    What.SET: marked("“%(name)s”: %(attribute)s is %(after)s; it was not set."),
    What.UNSET: marked("“%(name)s”: %(attribute)s is not set any more; it was %(before)s."),
    What.CHANGED: marked("“%(name)s”: %(attribute)s is %(after)s instead of %(before)s."),
}


def sentence(change: Change) -> Phrase:
    given = {
        "name": change.name,
        "before": _told(change, change.before),
        "after": _told(change, change.after),
        "attribute": change.attribute,
        "of": change.of,
        "needs": ", ".join(f"“{need}”" for need in change.needs),
    }
    return Phrase(_template(change), given)


def _template(change: Change) -> str:
    if change.kind is Kind.STEP and change.what is What.NEW and change.needs:
        return NEW_AFTER
    if (change.kind, change.what) in PARTS:
        return PARTS[change.kind, change.what]
    if change.attribute in {"title", "label"}:
        return RENAMED
    return VALUES.get((change.attribute, change.what)) or (
        OTHER_TEXT if change.attribute in TEXTS else OTHERS[change.what]
    )


def _told(change: Change, value: str) -> object:
    """A kind of evidence or a person expression in words; a queue already is one."""
    if change.attribute == "evidence.required":
        return Phrase(EVIDENCE[value])
    found = phrase_of(value)
    return found if found.template != "%(named)s" else value
