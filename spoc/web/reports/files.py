"""A report as a file to keep."""

from starlette.responses import Response

from spoc.reports.question import Question


def csv_file(name: str, question: Question, text: str) -> Response:
    """The text as a download that is named after the period."""
    file = f"{name}-{question.start_on}-{question.end_on}.csv"
    return Response(
        text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{file}"'}
    )
