"""Faults of what people see: icons that are not there, and answers in texts that take none."""

from collections.abc import Iterator

from catalog.errors import DocumentFault
from catalog.icons import ICONS
from catalog.pack import Place
from catalog.remark import Remark
from catalog.service import Need, Service, Step
from catalog.titles import PLACEHOLDER


def icon_faults(place: Place, part: Service | Need) -> Iterator[DocumentFault]:
    if part.icon not in ICONS:
        reason = Remark("there is no icon %(icon)r", icon=part.icon)
        yield place.fault(".icon", reason, place.nearest(part.icon, ICONS) or Remark("leave it out for the usual one"))


def text_faults(place: Place, service: Service) -> Iterator[DocumentFault]:
    """Whoever writes `{start_on}` into the title of a step expects the answer there, and people would read braces."""
    for at, step in enumerate(service.steps):
        for where, text in _texts(step).items():
            for key in PLACEHOLDER.findall(text):
                if key in service.fields:
                    reason = Remark("%(braces)s would stand there as it is", braces="{" + key + "}")
                    advice = Remark("answers stand beside the steps: only title_template and message fill them in")
                    yield place.fault(f".steps[{at}]{where}", reason, advice)


def _texts(step: Step) -> dict[str, str]:
    texts = {".title": step.title, ".neutral_title": step.neutral_title, ".detail": step.detail}
    texts |= {".undo.title": step.undo.title, ".undo.detail": step.undo.detail} if step.undo else {}
    return texts | {f".checklist[{number}]": item for number, item in enumerate(step.checklist)}
