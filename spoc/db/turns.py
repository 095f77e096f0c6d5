"""The job that follows from a task's becoming ready, wherever that is written: most tasks have none."""

from typing import Final

from routing.work import TaskKind

FORM_READY: Final = "mail.form_ready"
SEND_MESSAGE: Final = "turn.message"
CALL_OUT: Final = "turn.call"
MESSAGE_MAIL: Final = "mail.step_message"
OFFER_TIMES: Final = "turn.appointment"


def job_of(kind: TaskKind, person_id: int | None) -> str | None:
    """The kind of the job. Its payload names `ticket_id`, `task_id`, the `person_id` if any, and its `cause`."""
    if kind is TaskKind.FORM and person_id is not None:
        return FORM_READY
    return {TaskKind.MESSAGE: SEND_MESSAGE, TaskKind.CALL: CALL_OUT, TaskKind.APPOINTMENT: OFFER_TIMES}.get(kind)


def cause_of(task_id: int, person_id: int | None) -> str:
    """What such a job's mail is written for, once."""
    return f"ready:{task_id}:{person_id or ''}"
