"""The body of a message step: a text with answers in it, which is sent by itself when it is the step's turn."""

from typing import Annotated

from pydantic import StringConstraints

from catalog.part import Part

NO_ANSWER = "–"


class MessagePart(Part):
    """`text` is plain; `{field_key}` stands for the answer to that question."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
