"""The body of a form step: which questions of the service's form somebody else answers, when it is their turn."""

from typing import Annotated

from annotated_types import Len

from catalog.part import FieldKey, Part


class FormPart(Part):
    """`fields` are keys of the service's form. Whoever asks for the service is not asked them."""

    fields: Annotated[tuple[FieldKey, ...], Len(1, 50)]
