"""What can be the case when a use case says no. `spoc.web.errors` maps each class to an HTTP status."""


class SpocError(Exception):
    """Base of every error that the product raises on purpose.

    `code` is stable and public: programs may branch on it. The message is one sentence a person can act on.
    """

    code = "error"


class NotFound(SpocError):
    """There is no such thing, or it is not the actor's to see: both look the same on purpose."""

    code = "not_found"


class NotAllowed(SpocError):
    """The actor may see the thing, yet not do this to it."""

    code = "not_allowed"


class Unavailable(SpocError):
    """Something the product needs does not answer: the database, the data folder, a port."""

    code = "unavailable"


class Misconfigured(SpocError):
    """A setting or an option cannot be used as given."""

    code = "misconfigured"
