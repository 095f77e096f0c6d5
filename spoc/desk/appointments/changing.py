"""Whether a change of mind makes another appointment of one: then what was chosen for it does not hold."""

from catalog.amend import step_of_task
from catalog.appointment import AppointmentPart, ChosenBy
from catalog.service import Service
from routing.lifecycle import WORKABLE
from routing.redraw import Redrawn, Wanted
from spoc.desk.ticket_rows import Task


def is_offered_anew(service: Service, task: Task, plan: Redrawn) -> bool:
    """With other dates, in another queue, or with other answers to what it reads of whom they meet, where and when."""
    step = step_of_task(service, task.key)
    if step is None or step.appointment is None or task.chooser_id is None or task.state not in WORKABLE:
        return False
    was, now = plan.before.steps.get(step.key), plan.after.steps.get(step.key)
    return now is not None and (was is None or _dated(was) != _dated(now) or _reads_others(step.appointment, plan))


def _dated(wanted: Wanted) -> tuple[object, ...]:
    return wanted.opens_at, wanted.due_at, wanted.queue


def _reads_others(wanted: AppointmentPart, plan: Redrawn) -> bool:
    was, now = plan.before, plan.after
    reads = (wanted.person, wanted.location, wanted.earliest.anchor if wanted.earliest else None)
    about_subject = wanted.chosen_by is ChosenBy.SUBJECT or (wanted.person or "").startswith("subject.")
    is_other = any(was.answers.get(key) != now.answers.get(key) for key in reads if key)
    return is_other or (about_subject and was.subject_id != now.subject_id)
