"""What a message step says: its text with the answers in their places."""

from collections.abc import Mapping

from catalog.message import NO_ANSWER
from catalog.service import Service, Step
from catalog.titles import PLACEHOLDER, display


def placeholders(step: Step) -> tuple[str, ...]:
    return tuple(PLACEHOLDER.findall(step.message.text)) if step.message else ()


def message_text(service: Service, step: Step, answers: Mapping[str, object], names: Mapping[str, str]) -> str:
    """The text in one pass: braces inside an answer are never read as placeholders. What nobody answered is a dash.

    `names` gives the shown names of people (by mail) and locations (by key). "" for a step that sends nothing.
    """

    def shown(key: str) -> str:
        field, value = service.fields.get(key), answers.get(key)
        return NO_ANSWER if field is None or value is None else display(field, value, names)

    return PLACEHOLDER.sub(lambda found: shown(found[1]), step.message.text) if step.message else ""
