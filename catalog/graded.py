"""How much an ask affects and how soon it is needed, as its answers say."""

from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from catalog.service import Graded, Service

MEDIUM: Final = "medium"


def grades(service: Service, answers: Mapping[str, JsonValue]) -> tuple[str, str] | None:
    """Impact and urgency, each high, medium or low; None where the service asks for neither."""
    if service.impact is None and service.urgency is None:
        return None
    return _level(service.impact, answers), _level(service.urgency, answers)


def _level(graded: Graded | None, answers: Mapping[str, JsonValue]) -> str:
    if graded is None:
        return MEDIUM
    answer = answers.get(graded.field)
    value = str(answer).lower() if isinstance(answer, bool) else str(answer)
    return graded.levels.get(value, MEDIUM)
