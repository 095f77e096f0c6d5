"""The words of mails: short, plain, and neutral where the matter is nobody else's business."""

import gettext as catalogues
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str


@dataclass(frozen=True)
class News:
    """What a letter tells. `neutral`: neither title nor what happened may stand in it, only the link."""

    kind: str
    reference: str
    title: str
    link: str
    name: str
    neutral: bool


def letter(news: News, language: str) -> Letter:
    """The letter in the reader's language; in English where we have none."""
    texts = catalogues.translation("spoc", str(files("spoc") / "locale"), languages=[language], fallback=True)
    _ = texts.gettext
    subject, said = _words(texts, neutral=news.neutral)[news.kind]
    title = " ".join(news.title.split())
    paragraphs = (_("Hello {name},"), said, _("See where it stands: {link}"))
    return Letter(
        subject.format(reference=news.reference, title=title),
        "\n\n".join(paragraphs).format(name=news.name, reference=news.reference, title=title, link=news.link) + "\n",
    )


def _words(texts: catalogues.NullTranslations, *, neutral: bool) -> Mapping[str, tuple[str, str]]:
    """Subject and sentence by kind of job."""
    _ = texts.gettext
    news = _("Request {reference} has news"), _("There is news about your request {reference}.")
    if neutral:
        return dict.fromkeys(KINDS, news)
    return {
        "mail.ticket_opened": (
            _("{reference} {title}: we have it"),
            _("Your request “{title}” is with us. Its number is {reference}."),
        ),
        "mail.ticket_resolved": (
            _("{reference} {title}: done"),
            _("Everything for “{title}” is done. If something is missing, say so on its page and it is open again."),
        ),
        "mail.ticket_reopened": (
            _("{reference} {title}: open again"),
            _("“{title}” is open again, and we are at it."),
        ),
        "mail.message": (
            _("{reference} {title}: a message for you"),
            _("There is a message for you about “{title}”."),
        ),
    }


KINDS = ("mail.ticket_opened", "mail.ticket_resolved", "mail.ticket_reopened", "mail.message")
