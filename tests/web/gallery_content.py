"""Invented content for the gallery, and the environment that renders it as the product does."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from spoc.web.pages import environment as product

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "spoc" / "web"
STATIC = WEB / "static"
TEMPLATES = WEB / "templates"
GALLERY = Path(__file__).parent / "gallery"


def environment() -> Environment:
    """The product's own, which also finds the gallery's pages."""
    return product.overlay(loader=ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(GALLERY)]))


def departments(**cells: str) -> list[SimpleNamespace]:
    """Each letter of a department's text is one cell: d done, w in work, o later, l late, y your turn."""
    words = {"d": "done", "w": "in_work", "o": "later", "l": "late", "y": "your_turn"}
    return [SimpleNamespace(title=title, cells=[words[letter] for letter in text]) for title, text in cells.items()]


def actor(**changed: object) -> SimpleNamespace:
    queues = tuple(
        SimpleNamespace(key=key, title=title, open_count=count)
        for key, title, count in (
            ("desk", "Desk", 24),
            ("it", "IT", 63),
            ("facilities", "Facilities", 18),
            ("office", "Office management and supplies", 11),
        )
    )
    person = {
        "name": "Lea Brandt",
        "initials": "LB",
        "mail": "lea.brandt@halden-optics.example",
        "is_agent": True,
        "is_manager": True,
        "is_owner": True,
        "is_administrator": True,
        "queues": queues,
    }
    return SimpleNamespace(**(person | changed))


def row(title: str, **changed: object) -> SimpleNamespace:
    facts = {
        "title": title,
        "service": "Network",
        "reference": "T-004171",
        "requester": "Tomasz Król",
        "state": "ready",
        "reason": None,
        "due_kind": "later",
        "due": "Mon 17 Aug",
        "departments": departments(IT="o"),
        "who": None,
        "initials": "",
        "own": False,
        "cursor": False,
        "changed": False,
        "ticked": False,
    }
    return SimpleNamespace(**(facts | changed))


def groups() -> list[SimpleNamespace]:
    many = departments(HR="doo", IT="wwooo", Facilities="woo", Office="o", You="y")
    late = [
        row(
            "Block all accounts of the leaver at 18:00",
            due_kind="late",
            due="Late 3 h 20",
            state="claimed",
            who="Miguel Fernández-Santos",
            initials="MS",
            departments=departments(HR="d", IT="dwo", Facilities="oo"),
        ),
        row(
            "VPN drops every ten minutes",
            due_kind="late",
            due="Late 40 min",
            cursor=True,
            departments=departments(IT="l"),
        ),
        row(
            "Lab computer does not start before the audit",
            due_kind="late",
            due="Late 5 min",
            changed=True,
            requester="Dr. Aylin Şahin-Roth",
        ),
    ]
    today = [
        row("Reset the second factor, phone lost abroad", due_kind="soon", due="25 min left", ticked=True),
        row(
            "Order laptop, 16-inch developer",
            due_kind="today",
            due="13:00",
            state="claimed",
            who="Lea Brandt",
            initials="LB",
            own=True,
            departments=many,
            service="New starter",
        ),
        row("Scanner sends empty files", due_kind="today", due="16:00", state="on_hold", reason="Vendor"),
    ]
    later = [row("Accounts for the data platform", state="waiting", reason="Waits: contract", departments=many)]
    return [
        SimpleNamespace(title=title, rows=rows)
        for title, rows in (("Late", late), ("Due today", today), ("Later", later))
    ]


def field(kind: str, **changed: object) -> SimpleNamespace:
    facts = {
        "key": f"of_{kind}",
        "label": f"A field of the kind {kind}",
        "kind": kind,
        "help": "",
        "required": False,
        "options": (),
        "minimum": None,
        "maximum": None,
        "max_length": None,
        "pattern": None,
    }
    return SimpleNamespace(**(facts | changed))


def options(number: int = 2) -> tuple[SimpleNamespace, ...]:
    return tuple(
        SimpleNamespace(value=value, label=label)
        for value, label in (("small", "14-inch, standard"), ("big", "16-inch, developer"))
    )[:number]


def context(**changed: object) -> Mapping[str, object]:
    kinds = ("text", "long_text", "number", "date", "datetime", "choice", "choices", "person", "location", "yes_no")
    starter = departments(HR="ddo", IT="dddwl", Facilities="dwo", Office="d", You="dy")
    request = SimpleNamespace(
        title="Maximilian Freiherr von Hohenlohe-Langenburg moves to Lyon on 1 October",
        reference="T-004102",
        next="Next: lease of the flat is checked by Sophie Lindqvist in HR, by Friday 21 August.",
        departments=departments(HR="ddw", IT="dooo", Facilities="oo", Office="wo"),
    )
    licence = SimpleNamespace(
        title="Licence for the optical design software",
        reference="T-004177",
        next="Waiting for your cost centre.",
        departments=departments(You="y", IT="oo"),
    )
    items = [
        SimpleNamespace(href="#", title=title, count=count, current=count is not None)
        for title, count in (("All", 26), ("Messages", None), ("Tasks", None))
    ]
    facts: dict[str, object] = {
        "actor": actor(),
        "organisation": "Halden Optics",
        "theme": "light",
        "path": "/desk/it",
        "flash": None,
        "locale": "en",
        "weeks": [(f"{day} May", 67 + day % 5 + day / 8, 57 + day % 4 + day / 9) for day in range(1, 31, 3)],
        "requests": [request, licence],
        "departments": starter,
        "options": options(),
        "groups": groups(),
        "items": items,
        "fields": [field(kind, options=options()) for kind in kinds],
        "next": "/",
        "mail": "jonas.weber@halden-optics.example",
        "fault": "That did not match. Check both and try again.",
        "token": "t",
        "title": "There is nothing here for you",
        "status": "404",
        "code": "7F3A-91C2",
        "text": "The ticket T-004112 does not exist, or it is not yours to see. Both look the same on purpose.",
        "actions": (("My requests", "/requests"), ("Ask the desk about it", "/")),
    }
    return facts | changed
