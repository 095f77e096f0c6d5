"""What Halden Optics lends its people: laptops, badges, screens, keys, telephones, parking spaces, and stock."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy.orm import Session

from catalog.document import shipped
from spoc.demo.staff import Member
from spoc.register.importing import apply

HEAD: Final = "kind,tag,model,location,holder,until,quantity,state"
_MODELS: Final = {
    "laptop-windows": ("ThinkPad T14", "ThinkPad X1 Carbon", "EliteBook 840"),
    "laptop-mac": ("MacBook Air 13", "MacBook Pro 14"),
    "laptop-linux": ("ThinkPad P14s", "Framework 13"),
}
_DEPARTMENTS: Final = {
    "Optics R&D": ("laptop-linux", "laptop-windows"),
    "Data Platform": ("laptop-linux",),
    "Marketing": ("laptop-mac",),
}
_WITH_PHONES: Final = frozenset({"Management", "Sales", "Facilities", "IT"})
_STOCK: Final = (
    ("laptop-windows", "berlin", 6),
    ("laptop-windows", "lyon", 2),
    ("laptop-mac", "berlin", 2),
    ("laptop-linux", "lyon", 1),
)
_COUNTED: Final = (("screen", 14, 3), ("headset", 22, 9), ("dock", 4, 0), ("licence-design", 3, 0))
_SPACES: Final = (("berlin", "B", 24), ("lyon", "L", 6))


def fill_register(session: Session, staff: Sequence[Member], dice: Random, begins_at: datetime, today: date) -> None:
    """The register as it was before the history began, through the same door as any file."""
    kinds = {kind.key: kind for kind in shipped().items}
    lines = [HEAD, *_held(staff, dice), *_stock(dice, today), *_places(staff, dice, today)]
    apply(session, None, kinds, "\n".join(lines) + "\n", begins_at)


def _held(staff: Sequence[Member], dice: Random) -> Iterator[str]:
    for number, member in enumerate(staff):
        place, mail = member.location, member.mail
        kind = dice.choice(_DEPARTMENTS.get(member.department, ("laptop-windows",)))
        yield f"{kind},HO-{2000 + number},{dice.choice(_MODELS[kind])},{place},{mail},,,"
        yield f"badge,{place[0].upper()}-{400 + number},,{place},{mail},,,"
        yield f"screen,,,{place},{mail},,{dice.choice((1, 1, 2))},"
        if member.department in _WITH_PHONES:
            yield f"phone,TEL-{700 + number},Galaxy A54,{place},{mail},,,"


def _stock(dice: Random, today: date) -> Iterator[str]:
    for kind, place, number in _STOCK:
        for one in range(number):
            tag = f"HO-{2200 + 10 * _STOCK.index((kind, place, number)) + one}"
            yield f"{kind},{tag},{dice.choice(_MODELS[kind])},{place},,,,"
    yield f"laptop-linux,HO-2290,Framework 13,berlin,Trade fair stand,{today + timedelta(days=23)},,"
    yield "laptop-windows,HO-2295,EliteBook 840,berlin,,,,out of use"
    for kind, in_berlin, in_lyon in _COUNTED:
        yield f"{kind},,,berlin,,,{in_berlin},"
        yield f"{kind},,,lyon,,,{in_lyon},"
    for number in range(12):
        yield f"badge,{'BL'[number % 2]}-{900 + number},,{('berlin', 'lyon')[number % 2]},,,,"


def _places(staff: Sequence[Member], dice: Random, today: date) -> Iterator[str]:
    """Keys of rooms, and parking spaces: all of Berlin's are taken, one of them until next month."""
    spaces: Mapping[str, Sequence[Member]] = {
        place: [member for member in staff if member.location == place] for place, _, _ in _SPACES
    }
    for place, letter, number in _SPACES:
        drivers = dice.sample(spaces[place], number)
        for one, driver in enumerate(drivers):
            until = today + timedelta(days=34) if (place, one) == ("berlin", 7) else ""
            free = place == "lyon" and one > 3  # noqa: PLR2004 - two are left in Lyon
            yield f"parking-space,{letter}{one + 1},,{place},{'' if free else driver.mail},{until},,"
    for number, member in enumerate(one for one in staff if one.department in {"Facilities", "Management", "IT"}):
        yield f"key,K-{100 + number},{dice.choice(('Office', 'Store', 'Workshop'))},{member.location},{member.mail},,,"
