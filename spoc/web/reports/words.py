"""The words of reports: titles of groups, reasons, causes and so on, and figures as a reader sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from routing.work import Channel, RepeatCause
from spoc.reports.costs import Band, Cost
from spoc.reports.groups import last_day
from spoc.reports.headline import Headline, headline
from spoc.reports.measures import Figure, Tally
from spoc.reports.opening import Reason, VerdictKind
from spoc.reports.presets import SOURCES
from spoc.reports.question import By
from spoc.web.formats import NARROW_SPACE, View
from spoc.web.words_of_contacts import CAUSES, CHANNELS, capitalised
from spoc.words import gettext, marked

VERDICTS: Final[Mapping[str, str]] = {
    VerdictKind.RESOLVED: marked("Resolved at first contact"),
    VerdictKind.NOT_RESOLVED: marked("Not resolved at first contact"),
    VerdictKind.PROVISIONAL: marked("Provisional: the window is not over"),
    VerdictKind.PENDING: marked("Pending: not resolved yet"),
}
REASONS: Final[Mapping[str, str]] = {
    Reason.REFUSED: marked("Not approved"),
    Reason.TIME_LIMIT: marked("Took longer than the first contact may"),
    Reason.HANDOFF: marked("Handed to another queue"),
    Reason.RESPONSE: marked("The desk had to ask again"),
    Reason.REPEAT: marked("The person came back"),
    Reason.REOPENED: marked("Reopened"),
}
CAUSES_SAID: Final[Mapping[str, str]] = {
    RepeatCause.CHASED: marked("they wanted to know how it stands"),
    RepeatCause.CORRECTED: marked("the desk got it wrong"),
    RepeatCause.REOPENED: marked("it broke again"),
    RepeatCause.ASKED_AGAIN: marked("they asked about the same again"),
    RepeatCause.LOST_IN_HANDOFF: marked("the story was lost in a handoff"),
}
BYS: Final[Mapping[str, str]] = {
    By.WEEK: marked("Week"),
    By.MONTH: marked("Month"),
    By.SERVICE: marked("Service"),
    By.QUEUE: marked("Queue"),
    By.CHANNEL: marked("Channel"),
    By.CAUSE: marked("Cause"),
}
TOO_FEW: Final = marked("too few for a percentage")


@dataclass(frozen=True)
class Titles:
    """Titles of groups as the reader sees them. `queues` are titles by key."""

    view: View
    queues: Mapping[str, str]

    def of(self, by: By, key: str, title: str) -> str:
        """The group's title; services bring their own."""
        match by:
            case By.WEEK | By.MONTH:
                return self._span(by, key)
            case By.QUEUE:
                return self.queues.get(key, key) or gettext("No queue")
            case By.CHANNEL:
                return channel_title(key)
            case By.CAUSE:
                return cause_title(key)
            case _:
                return title

    def _span(self, by: By, key: str) -> str:
        last = last_day(by, key)
        if last is None:
            return key
        if by is By.MONTH:
            return self.view.month(last)
        start = self.view.day(last.fromordinal(last.toordinal() - 6))
        return start.partition(" ")[2] if self.view.locale.startswith("en") else start


def channel_title(key: str) -> str:
    """The channel at the beginning of a line; a word that is none, as somebody typed it, stays as it is."""
    return capitalised(gettext(CHANNELS[Channel(key)])) if key in set(Channel) else key


def cause_title(key: str) -> str:
    """The cause in the same way."""
    return capitalised(gettext(CAUSES[RepeatCause(key)])) if key in set(RepeatCause) else key


def source_said(source: str) -> str:
    """Where a number comes from: in the reader's language where the words are ours, else as somebody wrote it."""
    return gettext(source) if source in SOURCES else source


def percent(view: View, figure: Figure) -> str | None:
    """71.4 without its sign, or None where only the fraction may be shown."""
    return (
        None
        if figure.rate is None or figure.too_few
        else view.number(Decimal(figure.numerator * 100) / figure.denominator, 1)
    )


def shown(view: View, figure: Figure) -> str:
    """71.4 %, else the fraction, else a dash."""
    rate = percent(view, figure)
    if rate is not None:
        return f"{rate}{NARROW_SPACE}%"
    return fraction(view, figure) if figure.denominator else "–"


def target(view: View, share: Decimal) -> str:
    """74 %, with only the decimals it has."""
    return f"{view.number(share * 100)}{NARROW_SPACE}%"


def fraction(view: View, figure: Figure) -> str:
    return gettext("%(part)s of %(whole)s") % {
        "part": view.number(figure.numerator),
        "whole": view.number(figure.denominator),
    }


def shown_tally(view: View, tally: Tally, *, closed: bool) -> str:
    """The rate of a closed period; of an open one the range in which it will end."""
    said = headline(tally, closed=closed)
    if said.figure is not None or not said.low.denominator:
        return shown(view, said.low)
    low, high = percent(view, said.low), percent(view, said.high)
    if low is None or high is None:
        return fraction_span(view, said)
    return gettext("%(low)s to %(high)s") % {"low": low, "high": high} + f"{NARROW_SPACE}%"


def fraction_span(view: View, said: Headline) -> str:
    """24 to 29 of 42: both ends of the range of an open period."""
    parts = {"low": said.low.numerator, "high": said.high.numerator, "whole": said.low.denominator}
    return gettext("%(low)s to %(high)s of %(whole)s") % {name: view.number(number) for name, number in parts.items()}


def band(view: View, one: Band, digits: int = 2) -> str:
    """Both ends with the same precision: 1,112.40 to 2,307.20 USD; one number where they are the same."""
    if one.low == one.high:
        return view.money(one.low, one.currency, digits)
    low, high = view.number(one.low, digits), view.money(one.high, one.currency, digits)
    return gettext("%(low)s to %(high)s") % {"low": low, "high": high}


def bands(view: View, cost: Cost, digits: int = 2) -> str:
    """Every currency by itself; a dash where nothing is priced."""
    return ", ".join(band(view, one, digits) for one in cost.bands) or "–"
