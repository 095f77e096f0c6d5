"""Why a database is not filled with the demo."""

from routing.phrase import marked
from spoc.errors import Conflict


class NotEmpty(Conflict):
    """There are people or tickets already: the demo never mixes with what is real."""

    code = "not_empty"
    template = marked("The demo needs an empty database, and this one has people or tickets. Name another folder.")
