"""What can be the case when an appointment cannot be booked, changed or ended."""

from routing.phrase import marked
from spoc.errors import Conflict


class SlotTaken(Conflict):
    """A time was to be booked that is not free (any more): somebody was faster, or it never was."""

    code = "slot_taken"
    template = marked("That time is not free any more. Nothing was booked: choose another one.")


class BookedMeanwhile(Conflict):
    """A time was to be booked by somebody who was shown another one as booked, or none."""

    code = "booked_meanwhile"
    template = marked("What is booked has changed meanwhile. Look at it below, and choose again.")


class NoAppointment(Conflict):
    """There is nothing to choose, change or end: it is not its turn, it is over, or people arrange it."""

    code = "no_appointment"
    template = marked("There is no time to choose or to change for “%(task)s” now.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task


class AppointmentBegun(Conflict):
    """An appointment was to be moved or called off that has begun."""

    code = "appointment_begun"
    template = marked("This appointment has begun, so it is not moved or called off any more.")


class AppointmentAhead(Conflict):
    """It was to be said whether an appointment took place that has not begun, or that nobody has chosen."""

    code = "appointment_ahead"
    template = marked("This appointment has not begun yet.")


class AppointmentFirst(Conflict):
    """A task was to be finished as others are, which ends by saying whether people met."""

    code = "appointment_first"
    template = marked("“%(task)s” is an appointment: say whether it took place, or arrange it by telephone.")

    def __init__(self, task: str) -> None:
        super().__init__(task=task)
        self.task = task
