"""What the catalogue says to people: English, and the template and values that another language needs."""

from collections.abc import Mapping
from typing import Self


class Remark(str):
    """The English text itself. `template` is marked for translation and names its values, as in `%(queue)r`.

    A value that is a remark is translated before it is filled in; any other stays as it is.
    """

    __slots__ = ("given", "many", "template")
    template: str
    many: str
    given: Mapping[str, object]

    def __new__(cls, template: str, **given: object) -> Self:
        remark = super().__new__(cls, template % given if given else template)
        remark.template, remark.many, remark.given = template, "", given
        return remark


def marked(text: str) -> str:
    """The text itself: marks it for translation where it is written, for a door to translate it."""
    return text


def counted(one: str, many: str) -> tuple[str, str]:
    """Both, marked for translation; a number decides between them."""
    return one, many
