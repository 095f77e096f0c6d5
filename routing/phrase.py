"""A sentence until the language of its reader is known: an English template, and what fills it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Phrase:
    """`template` is marked for translation and names its values, as in `%(queue)s`; `str()` is the English of it.

    A value that is itself a phrase is translated before it is filled in; any other stays as it is. With `many`, the
    value named `number` decides between the two.
    """

    template: str
    given: Mapping[str, object] = field(default_factory=dict, hash=False)
    many: str = ""

    def __str__(self) -> str:
        chosen = self.many if self.many and self.given["number"] != 1 else self.template
        return chosen % self.given if self.given else chosen


def counted(one: str, many: str, number: int, **given: object) -> Phrase:
    """The phrase for so many: `number` decides which, and both may show it as `%(number)s`."""
    return Phrase(one, {"number": number, **given}, many)


def marked(text: str) -> str:
    """The text itself: marks it for translation where it is written, for another place to translate it."""
    return text
