"""What the figures mean, in the words that go with them wherever they are shown, and the version of these words."""

from typing import Final

VERSION: Final = 1
"""Raised whenever a rule of `opening`, `measures` or `costs` changes what is counted."""

FCR: Final = (
    "Resolved at first contact: resolved in the first contact (phone, chat and walk-in: before it ended, at most two"
    " hours; web, mail and API: within the limit in business minutes of the desk's calendar); no task handed to or"
    " added in another queue (a warm transfer is allowed); no answer that the desk had to ask for and no repeat contact"
    " on any channel or ticket until W days of 24 hours after resolution; not reopened within W. Gross counts all"
    " openings, net those whose service can be resolved at first contact. Rate = resolved / (resolved + not resolved)."
    " Low counts provisional ones as failed, high as resolved. An opening counts in the period in which it was made."
    " A period is closed once W and 3 days have passed since its end and nothing in it is provisional or pending."
)
REPEATS: Final = (
    "Repeat contact rate = repeat / (first + response + repeat) contacts that took place in the period. Cost of repeat"
    " contacts = sum over repeat contacts of rate(channel, tier, date) x f, as a band from low to high. Caused by the"
    " desk: the same over answers that the desk had to ask for, never part of that sum. A year = period x 365 / days."
)
QUEUE: Final = "The first queue the opening was placed in."
