"""Why a database is not filled with the demo."""

from spoc.errors import Conflict


class NotEmpty(Conflict):
    """There are people or tickets already: the demo never mixes with what is real."""

    code = "not_empty"

    def __init__(self) -> None:
        super().__init__("The demo needs an empty database, and this one has people or tickets. Name another folder.")
