"""What a dry run lacks and what a replay finds different, in sentences of the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from routing.gaps import Gap, GapKind
from routing.phrase import Phrase, counted
from routing.replay import Difference, DifferenceKind
from routing.why import told
from spoc.intake.replay import Replay
from spoc.intake.simulate import Simulation, Tried
from spoc.web.catalogue_words import party
from spoc.web.formats import View
from spoc.web.why import sentences
from spoc.words import gettext, marked, said

GAPS: Final[Mapping[GapKind, str]] = {
    GapKind.QUEUE_WITHOUT_MEMBERS: marked("Nobody works in the queue %(queue)s."),
    GapKind.NO_SUCH_QUEUE: marked("There is no queue %(named)s, so the desk gets it."),
    GapKind.NOBODY_KNOWN: marked("Nobody is known for this person, so the desk finds one."),
    GapKind.DUE_PAST: marked("It is due %(due_at)s, which is past when it is asked for."),
    GapKind.DUE_BEFORE_OPENING: marked("It is due %(due_at)s and can begin on %(opens_at)s at the earliest."),
    GapKind.DUE_BEFORE_NEED: marked("It is due %(due_at)s, but waits for “%(need)s”, which is due %(need_due_at)s."),
    GapKind.DATE_UNKNOWN: marked("A date of it cannot be reckoned."),
    GapKind.NO_CONTACT: marked(
        "Nobody in the queue %(queue)s is point of contact for “%(topic)s”, so nobody is offered it."
    ),
    GapKind.NO_SKILL: marked("Nobody in the queue %(queue)s knows “%(skill)s”, so nobody is offered it."),
    GapKind.NOBODY_TO_MEET: marked(
        "Nobody is point of contact of the queue %(queue)s for “%(topic)s”, so they meet anybody of it."
    ),
    GapKind.NO_APPROVER: marked("Nobody is known for: %(approvers)s. If too few are left, the desk decides."),
    GapKind.NOBODY_TO_ESCALATE: marked(
        "If it is late, nobody is told: nobody answers for the queue %(queue)s or leads it."
    ),
    GapKind.UNKNOWN_SYSTEM: marked("Nobody has set up the system %(endpoint)s, so people of %(queue)s do it."),
    GapKind.NO_TIME_TO_MEET: marked("Nobody works between the earliest time of this appointment and when it is due."),
    GapKind.MEETS_TOO_LONG: marked(
        "No working time that is left until it is due is %(minutes)s minutes long, so it can never be booked."
    ),
    GapKind.CONDITION_FAILED: marked("It is left out, as its condition cannot be evaluated: %(fault)s"),
}


def gap_sentence(gap: Gap, found: Simulation, view: View) -> str:
    titles = {step.key: step.placed.step.title for step in found.steps}
    parties = {step.placed.queue: step.party for step in found.steps}
    given = {name: view.day(value) if isinstance(value, datetime) else value for name, value in gap.given.items()}
    given |= {"need": titles.get(str(given.get("need", "")), "")}
    queue = next((step.placed.queue for step in found.steps if step.key == gap.step), None)
    given |= {"queue": parties.get(given.get("queue", queue), "")}
    given |= {"approvers": party(str(given.get("approvers", "")))}
    return gettext(GAPS[gap.kind]) % given


def reasons(step: Tried, found: Simulation, view: View) -> list[str]:
    """Why it stands where it stands."""
    titles = {one.key: one.placed.step.title for one in found.steps}
    return sentences(told(step.placed.why, titles), view)


def difference_sentence(one: Difference) -> str:
    before, after = (party(named) for named in (one.before, one.after))
    given = {"title": one.title, "before": before, "after": after}
    match one.kind:
        case DifferenceKind.ADDED:
            return gettext("New: “%(title)s”, with %(after)s.") % given
        case DifferenceKind.GONE:
            return gettext("Gone: “%(title)s”, with %(before)s.") % given
        case DifferenceKind.ELSEWHERE:
            return gettext("“%(title)s”: with %(after)s instead of %(before)s.") % given
        case DifferenceKind.EARLIER:
            one_day = "“%(title)s”: due %(number)s working day earlier."
            return said(
                counted(one_day, "“%(title)s”: due %(number)s working days earlier.", one.days, title=one.title)
            )
        case DifferenceKind.LATER:
            one_day = "“%(title)s”: due %(number)s working day later."
            return said(counted(one_day, "“%(title)s”: due %(number)s working days later.", one.days, title=one.title))


def end_sentence(days: int) -> str:
    """How the end moves; empty where it does not."""
    if days == 0:
        return ""
    if days < 0:
        return said(counted("Ends %(number)s working day earlier.", "Ends %(number)s working days earlier.", -days))
    return said(counted("Ends %(number)s working day later.", "Ends %(number)s working days later.", days))


def summary(found: Replay) -> list[str]:
    """What a manager would say of it: one sentence for each count that is not zero."""
    phrases: list[tuple[int, Phrase]] = [
        (found.same, counted("%(number)s would be the same.", "%(number)s would be the same.", found.same)),
        (found.earlier, counted("%(number)s would end earlier.", "%(number)s would end earlier.", found.earlier)),
        (found.later, counted("%(number)s would end later.", "%(number)s would end later.", found.later)),
        (
            found.otherwise,
            counted(
                "%(number)s would go another way and end on the same day.",
                "%(number)s would go another way and end on the same day.",
                found.otherwise,
            ),
        ),
    ]
    return [said(phrase) for number, phrase in phrases if number]
