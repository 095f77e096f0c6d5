"""Why a schedule raises nothing."""

from collections.abc import Iterable

from routing.phrase import marked
from spoc.errors import Conflict, Invalid, NotFound


class NoSuchSchedule(NotFound):
    """The catalogue in force has no such schedule."""


class ScheduleGone(Invalid):
    """It came due, and was taken out of the catalogue before it was raised."""

    code = "schedule_gone"
    template = marked("The catalogue has no schedule %(schedule)s of the service %(service)s any more.")

    def __init__(self, service: str, schedule: str) -> None:
        super().__init__(service=service, schedule=schedule)


class NobodyAsks(Invalid):
    """Whoever is to ask by the schedule is not among the active people."""

    code = "nobody_asks"
    template = marked("Nobody can ask for it: %(requester)s is nobody who is active in the directory.")

    def __init__(self, requester: str) -> None:
        super().__init__(requester=requester)


class AnswersRefused(Invalid):
    """The form refuses the answers of the schedule, such as a person who has left."""

    code = "schedule_answers_refused"
    template = marked("The form refuses the answers of the schedule: %(fields)s.")

    def __init__(self, fields: Iterable[str]) -> None:
        super().__init__(fields=", ".join(fields))


class AlreadyRaised(Conflict):
    """It was raised within this minute."""

    code = "already_raised"
    template = marked("It was raised a moment ago. Look at its last runs.")


class UnknownRequesters(Invalid):
    """Somebody whom schedules name is not in the directory: they could never be raised."""

    code = "unknown_requesters"
    template = marked("Nobody active in the directory is %(requesters)s, who is to ask by a schedule.")

    def __init__(self, requesters: Iterable[str]) -> None:
        super().__init__(requesters=", ".join(requesters), field="overruled")
