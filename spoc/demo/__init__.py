"""A believable organisation with a history, for looking around: `spoc up --demo`."""

from spoc.demo.errors import NotEmpty
from spoc.demo.filling import Summary, fill
from spoc.demo.staff import PASSWORD, SIGN_INS, mail_of

__all__ = ["PASSWORD", "SIGN_INS", "NotEmpty", "Summary", "fill", "mail_of"]
