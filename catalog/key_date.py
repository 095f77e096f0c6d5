"""The date that everything is about: of a form's dates, the one that most of the steps are dated from."""

from collections import Counter

from catalog.service import Field, FieldKind, Service


def key_date(service: Service) -> Field | None:
    """Of several that are named alike often, the first in the form; None where no step is dated from an answer."""
    named = Counter(rule.anchor for step in service.steps for rule in (step.opens, step.due) if rule is not None)
    dates = [field for field in service.form if field.kind in {FieldKind.DATE, FieldKind.DATETIME}]
    return max((field for field in dates if named[field.key]), key=lambda field: named[field.key], default=None)
