"""Steps that do themselves what they are for, when it is their turn."""

from functools import partial

from spoc.desk.steps.messages import send_step_message
from spoc.intake.catalogue import service_at
from spoc.jobs.tools import Work


def send_message(work: Work) -> None:
    """Send the message of the step, whose mails follow as jobs of their own."""
    with work.last_transaction() as session:
        send_step_message(session, work.job.payload["task_id"], partial(service_at, session), work.now)
