"""An appointment as an iCalendar file (RFC 5545), which calendars take in, move and lose again by its name."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//SPOC//Appointments//EN"


@dataclass(frozen=True)
class Entry:
    """`uid` stays for good, and `sequence` grows with each change. Instants are UTC; `to` is the reader's address."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    link: str
    sender: str
    to: tuple[str, str]
    written_at: datetime
    cancelled: bool = False

    @property
    def method(self) -> str:
        return "CANCEL" if self.cancelled else "REQUEST"


def calendar_file(entry: Entry) -> str:
    """The file's text; the same entry gives the same text."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", entry.method)
    made.add_component(_event(entry))
    text: bytes = made.to_ical()
    return text.decode()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.written_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("url", entry.link)
    if entry.place:
        event.add("location", entry.place)
    event.add("organizer", vCalAddress(f"mailto:{parseaddr(entry.sender)[1]}"))
    event.add("attendee", _attendee(entry), encode=False)
    return event


def _attendee(entry: Entry) -> vCalAddress:
    """They have said yes by choosing: no calendar asks them again."""
    name, address = entry.to
    made = vCalAddress(f"mailto:{address}")
    made.params["CN"] = vText(name)
    made.params["PARTSTAT"] = vText("ACCEPTED")
    made.params["RSVP"] = vText("FALSE")
    return made
