"""What the figures mean, in the words that go with them wherever they are shown, and the version of these words.

They are English until whoever shows them says them in the reader's language.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from routing.phrase import marked

Say: TypeAlias = Callable[[str], str]
"""How the words are said: `str` leaves them in English."""

VERSION: Final = 1
"""Raised whenever a rule of `opening`, `measures` or `costs` changes what is counted."""

FCR: Final = marked(
    "Resolved at first contact: resolved in the first contact (phone, chat and walk-in: before it ended, at most two"
    " hours; web, mail and API: within the limit in business minutes of the desk's calendar); no task handed to or"
    " added in another queue (a warm transfer is allowed); no answer that the desk had to ask for and no repeat contact"
    " on any channel or ticket until W days of 24 hours after resolution; not reopened within W. Gross counts all"
    " openings, net those whose service can be resolved at first contact. Rate = resolved / (resolved + not resolved)."
    " Low counts provisional ones as failed, high as resolved. An opening counts in the period in which it was made."
    " A period is closed once W and 3 days have passed since its end and nothing in it is provisional or pending."
)
REPEATS: Final = marked(
    "Repeat contact rate = repeat / (first + response + repeat) contacts that took place in the period. Cost of repeat"
    " contacts = sum over repeat contacts of rate(channel, tier, date) x f, as a band from low to high. Caused by the"
    " desk: the same over answers that the desk had to ask for, never part of that sum. A year = period x 365 / days."
)
QUEUE: Final = marked("The first queue the opening was placed in.")
RESTATED: Final = marked(
    "Each calendar week is stated once it is closed: net and gross first contact resolution, repeat contacts and their"
    " cost, over all requests that are not confidential and whatever is filtered here. Late facts (a contact logged"
    " late, a kind corrected, a request left out or counted again, a limit or rate changed) state it again, for"
    " 26 weeks; what changed, why and by whom is kept, and nobody can alter it."
)
