"""What can be wrong with a question or a setting of the reports; all faults at once."""

from dataclasses import dataclass

from spoc.errors import Invalid


@dataclass(frozen=True)
class ReportFault:
    """One parameter or field that cannot be used, and why."""

    field: str
    code: str
    message: str


class InvalidQuestion(Invalid):
    """A report was asked for with parameters that mean nothing."""

    code = "invalid_question"

    faults: tuple[ReportFault, ...]

    def __init__(self, faults: tuple[ReportFault, ...]) -> None:
        super().__init__(" ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults


class InvalidReportSetting(Invalid):
    """A target, limit or rate cannot be stored as given."""

    code = "invalid_report_setting"

    faults: tuple[ReportFault, ...]

    def __init__(self, faults: tuple[ReportFault, ...]) -> None:
        super().__init__(" ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults
