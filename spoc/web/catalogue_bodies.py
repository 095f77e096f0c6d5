"""What changes in a step's evidence, undoing, call or appointment, value by value, in sentences."""

from collections.abc import Mapping
from typing import Final

from catalog.compare import What
from catalog.evidence import EvidenceKind
from spoc.words import marked

EVIDENCE: Final[Mapping[str, str]] = {
    EvidenceKind.TEXT: marked("a few words"),
    EvidenceKind.REFERENCE: marked("a number or name"),
    EvidenceKind.FILE: marked("a file"),
}
BODIES: Final[Mapping[tuple[str, What], str]] = {
    ("evidence", What.SET): marked("“%(name)s” needs evidence now: %(after)s."),
    ("evidence", What.UNSET): marked("“%(name)s” needs no evidence any more; it needed: %(before)s."),
    ("evidence.required", What.CHANGED): marked("The evidence of “%(name)s” is %(after)s instead of %(before)s."),
    ("evidence.label", What.CHANGED): marked("“%(name)s” needs other evidence: %(after)s. Before: %(before)s."),
    ("evidence.pattern", What.SET): marked("The evidence of “%(name)s” must look like %(after)s now."),
    ("evidence.pattern", What.UNSET): marked(
        "The evidence of “%(name)s” may look as it will; it had to look like %(before)s."
    ),
    ("evidence.pattern", What.CHANGED): marked(
        "The evidence of “%(name)s” must look like %(after)s instead of %(before)s."
    ),
    ("undo", What.SET): marked("“%(name)s” is undone by “%(after)s” if it is not wanted any more."),
    ("undo", What.UNSET): marked("Nothing undoes “%(name)s” any more; “%(before)s” did."),
    ("undo.title", What.CHANGED): marked("“%(name)s” is undone by “%(after)s” instead of “%(before)s”."),
    ("undo.party", What.SET): marked("What undoes “%(name)s” goes to %(after)s instead of whoever did it."),
    ("undo.party", What.UNSET): marked("What undoes “%(name)s” goes to whoever did it instead of %(before)s."),
    ("undo.party", What.CHANGED): marked("What undoes “%(name)s” goes to %(after)s instead of %(before)s."),
    ("undo.due", What.SET): marked("What undoes “%(name)s” is due %(after)s; it had no due date of its own."),
    ("undo.due", What.UNSET): marked(
        "What undoes “%(name)s” has no due date of its own any more; it was due %(before)s."
    ),
    ("undo.due", What.CHANGED): marked("What undoes “%(name)s” is due %(after)s instead of %(before)s."),
    ("call", What.SET): marked("“%(name)s” calls the system %(after)s now."),
    ("call", What.UNSET): marked("“%(name)s” calls no other system any more; it called %(before)s."),
    ("call.endpoint", What.CHANGED): marked("“%(name)s” calls the system %(after)s instead of %(before)s."),
    ("call.answers", What.SET): marked("“%(name)s” sends along: %(after)s. It sent nothing."),
    ("call.answers", What.UNSET): marked("“%(name)s” sends nothing along any more; it sent: %(before)s."),
    ("call.answers", What.CHANGED): marked("“%(name)s” sends along: %(after)s. Before: %(before)s."),
    ("call.takes", What.SET): marked("The other system of “%(name)s” answers: %(after)s. It answered nothing."),
    ("call.takes", What.UNSET): marked(
        "The other system of “%(name)s” answers no question any more; it answered: %(before)s."
    ),
    ("call.takes", What.CHANGED): marked("The other system of “%(name)s” answers: %(after)s. Before: %(before)s."),
    ("call.within", What.CHANGED): marked(
        "The other system of “%(name)s” has %(after)s to answer instead of %(before)s."
    ),
    ("appointment", What.SET): marked("“%(name)s” is an appointment of %(after)s minutes now."),
    ("appointment", What.UNSET): marked("“%(name)s” is no appointment any more; it took %(before)s minutes."),
    ("appointment.minutes", What.CHANGED): marked(
        "The appointment “%(name)s” takes %(after)s minutes instead of %(before)s."
    ),
    ("appointment.every", What.SET): marked(
        "The appointment “%(name)s” may begin every %(after)s minutes; it began when one before it could end."
    ),
    ("appointment.every", What.UNSET): marked(
        "The appointment “%(name)s” begins when one before it can end; it began every %(before)s minutes."
    ),
    ("appointment.every", What.CHANGED): marked(
        "The appointment “%(name)s” may begin every %(after)s minutes instead of %(before)s."
    ),
    ("appointment.place", What.SET): marked("The appointment “%(name)s” is at %(after)s; no place was named."),
    ("appointment.place", What.UNSET): marked("The appointment “%(name)s” names no place any more; it was %(before)s."),
    ("appointment.place", What.CHANGED): marked("The appointment “%(name)s” is at %(after)s instead of %(before)s."),
    ("appointment.location", What.SET): marked("The appointment “%(name)s” is where the answer to “%(after)s” says."),
    ("appointment.location", What.UNSET): marked(
        "The appointment “%(name)s” is no more where the answer to “%(before)s” says."
    ),
    ("appointment.location", What.CHANGED): marked(
        "The appointment “%(name)s” is where the answer to “%(after)s” says, instead of “%(before)s”."
    ),
    ("appointment.person", What.SET): marked(
        "The appointment “%(name)s” is with %(after)s; it was with anybody of the queue."
    ),
    ("appointment.person", What.UNSET): marked(
        "The appointment “%(name)s” is with anybody of the queue; it was with %(before)s."
    ),
    ("appointment.person", What.CHANGED): marked("The appointment “%(name)s” is with %(after)s instead of %(before)s."),
    ("appointment.topic", What.SET): marked("The appointment “%(name)s” is with the point of contact for %(after)s."),
    ("appointment.topic", What.UNSET): marked(
        "The appointment “%(name)s” is no more with the point of contact for %(before)s."
    ),
    ("appointment.topic", What.CHANGED): marked(
        "The appointment “%(name)s” is with the point of contact for %(after)s instead of %(before)s."
    ),
    ("appointment.at_once", What.CHANGED): marked(
        "%(after)s may meet at the same time for “%(name)s”; it was %(before)s."
    ),
    ("appointment.earliest", What.SET): marked("The appointment “%(name)s” lies not before %(after)s."),
    ("appointment.earliest", What.UNSET): marked(
        "The appointment “%(name)s” may lie on any day; it was not before %(before)s."
    ),
    ("appointment.earliest", What.CHANGED): marked(
        "The appointment “%(name)s” lies not before %(after)s instead of %(before)s."
    ),
    ("appointment.notice", What.CHANGED): marked(
        "The appointment “%(name)s” is chosen %(after)s ahead at the latest, instead of %(before)s."
    ),
    ("appointment.within", What.CHANGED): marked(
        "Who has not chosen a time for “%(name)s” within %(after)s is called; it was %(before)s."
    ),
    ("appointment.chosen_by", What.CHANGED): marked(
        "The time of “%(name)s” is chosen by: %(after)s. Before: %(before)s."
    ),
}
"""By the attribute: what the part is told by, or the part's name, a point and one of its values."""
