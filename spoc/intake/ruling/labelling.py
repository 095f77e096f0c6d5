"""Changing the labels of texts: a title, and the words and phrases by which each is found."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from routing.labels import Label, words_of
from routing.phrase import Phrase
from routing.visibility import Actor
from spoc.db.catalog import RoutingRuleRow, TextLabelRow
from spoc.errors import Fault, NotFound
from spoc.intake.errors import InvalidLabel, LabelInUse
from spoc.intake.ruling.editing import note, take
from spoc.intake.ruling.stored import read_labels

LONGEST_TITLE: Final = 80
MOST_PHRASES: Final = 60
LONGEST_PHRASE: Final = 100


def set_label(session: Session, actor: Actor, version: int, wanted: Label, now: datetime) -> None:
    """Add the label, or give the one with this key another title and phrases.

    Raises:
        RulesMovedOn: somebody changed rules or labels since `version`.
        InvalidLabel: no title, or no phrase that could be found.
    """
    take(session, version)
    phrases = tuple(dict.fromkeys(" ".join(phrase.split()) for phrase in wanted.phrases if phrase.strip()))
    tidy = Label(wanted.key.strip(), " ".join(wanted.title.split()), phrases)
    _check(tidy)
    before = next((one for one in read_labels(session) if one.key == tidy.key), None)
    values = {"title": tidy.title, "phrases": list(tidy.phrases)}
    row = upsert(TextLabelRow).values(key=tidy.key, **values)
    session.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))
    if before is None:
        note(session, "label_added", actor, now, after=_told(tidy))
    elif before != tidy:
        note(session, "label_changed", actor, now, before=_told(before), after=_told(tidy))


def remove_label(session: Session, actor: Actor, version: int, key: str, now: datetime) -> None:
    """Take a label away that no rule looks at.

    Raises:
        RulesMovedOn: somebody changed rules or labels since `version`.
        NotFound: there is no such label.
        LabelInUse: a rule looks at it.
    """
    take(session, version)
    before = next((one for one in read_labels(session) if one.key == key), None)
    if before is None:
        raise NotFound
    if session.scalar(select(RoutingRuleRow.id).where(RoutingRuleRow.label_key == key).limit(1)):
        raise LabelInUse
    session.execute(delete(TextLabelRow).where(TextLabelRow.key == key))
    note(session, "label_removed", actor, now, after=_told(before))


def key_from(title: str) -> str:
    """A key made from a title: its words in small letters."""
    return "-".join(words_of(title, stars=False))[:60]


def _check(label: Label) -> None:
    faults = []
    if not 0 < len(label.title) <= LONGEST_TITLE or not label.key:
        faults.append(Fault("title", "title", Phrase("A label has a title of letters or digits.")))
    if not any(words_of(phrase, stars=False) for phrase in label.phrases):
        faults.append(Fault("phrases", "missing", Phrase("Give at least one word or phrase, one a line.")))
    if len(label.phrases) > MOST_PHRASES or any(len(phrase) > LONGEST_PHRASE for phrase in label.phrases):
        most = {"most": MOST_PHRASES, "longest": LONGEST_PHRASE}
        said = Phrase("At most %(most)s phrases of at most %(longest)s characters.", most)
        faults.append(Fault("phrases", "too_many", said))
    if faults:
        raise InvalidLabel(*faults)


def _told(label: Label) -> dict[str, object]:
    return {"label": label.title, "phrases": list(label.phrases)}
