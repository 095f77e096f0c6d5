"""Which closed weeks were restated, for programs and spreadsheets. The pages of the reports list them too."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from routing.visibility import Actor
from spoc.reports.question import Question, read_question, usual_question
from spoc.reports.restating.document import restated_csv, restated_json
from spoc.reports.restating.reading import read_restated
from spoc.reports.yardsticks import organisation_zone
from spoc.web.deps import Database, Now, require
from spoc.web.permissions import Permission
from spoc.web.reports.files import csv_file
from spoc.words import gettext

router = APIRouter()
Reading = Annotated[Actor, require(Permission.MANAGER_OR_LEAD)]
PARAMETERS: Final = ("from", "to")


@router.get("/api/reports/restatements")
def restatements(http: Request, session: Database, now: Now, actor: Reading) -> dict[str, Any]:
    """Closed weeks whose figures late facts have changed: what, from, to, why and by whom.

    Query: `from` and `to` (days, inclusive; the last twelve weeks if absent). A week counts with any day in them.
    """
    question = _period(http, session, actor, now)
    return restated_json(question, read_restated(session, actor, question.start_on, question.end_on), gettext)


@router.get("/reports/restatements.csv", include_in_schema=False)
def restatements_csv(http: Request, session: Database, now: Now, actor: Reading) -> Response:
    question = _period(http, session, actor, now)
    text = restated_csv(question, read_restated(session, actor, question.start_on, question.end_on), gettext)
    return csv_file("restatements", question, text)


def _period(http: Request, session: Session, actor: Actor, now: datetime) -> Question:
    """Nothing but the period can be asked: what is stated is over everything that it may count.

    Raises:
        InvalidQuestion: a parameter means nothing.
    """
    usual = usual_question(actor, organisation_zone(session), now)
    return read_question(http.query_params.multi_items(), usual, PARAMETERS)
