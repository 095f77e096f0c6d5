"""What the YAML parser finds wrong with a text, said to its author in words of ours."""

import re
from typing import Final

from catalog.remark import Remark

_BRACKETS: Final = Remark("brackets or braces do not match: close them, or put a text that holds some in quotes")
_SAID: Final[tuple[tuple[str, Remark], ...]] = (
    ("mapping values are not allowed", Remark("a colon stands where none may: put the text in quotes")),
    ("could not find expected ':'", Remark("a key is without its colon")),
    ("found character '\\t'", Remark("a tab stands where only spaces may")),
    ("that cannot start any token", Remark("the first sign of this text has a meaning of its own: put it in quotes")),
    ("expected <block end>", Remark("this stands further in or out than what it belongs to")),
    ("expected ',' or", _BRACKETS),
    ("invalid indentation or unclosed", _BRACKETS),
    ("found unexpected end of stream", Remark("a text in quotes is not closed")),
    ("found unexpected document separator", Remark("a text in quotes is not closed")),
    ("found unknown escape character", Remark("a backslash in double quotes has a meaning of its own: write two")),
    ("sequence entries are not allowed", Remark("a dash stands where no list can begin")),
    ("mapping keys are not allowed", Remark("a key stands where none may")),
    ("another document", Remark("a second document begins: a pack is one only")),
    ("special characters are not allowed", Remark("it holds a sign that no text can have")),
)
_OTHERWISE: Final = Remark("it cannot be read here")


def problem_of(words: object) -> Remark:
    """Our words for the parser's; what our own loader found wrong is in our words already."""
    if isinstance(words, Remark):
        return words
    text = re.sub(r"\s+", " ", str(words))
    return next((remark for said, remark in _SAID if said in text), _OTHERWISE)
