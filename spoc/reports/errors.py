"""What can be wrong with a question or a setting of the reports; all faults at once."""

from collections.abc import Sequence

from spoc.errors import Fault, Invalid, Mendable


def _by_name(faults: Sequence[Mendable]) -> str:
    """For the command line, which shows no list: a sentence such as "Give it once." says nothing without the name."""
    return " ".join(f"{fault.field}: {fault.message}" for fault in faults)


class InvalidQuestion(Invalid):
    """A report was asked for with parameters that mean nothing."""

    code = "invalid_question"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults=faults)

    def __str__(self) -> str:
        return _by_name(self.faults)


class InvalidReportSetting(Invalid):
    """A target, limit or rate cannot be stored as given."""

    code = "invalid_report_setting"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults=faults)

    def __str__(self) -> str:
        return _by_name(self.faults)
