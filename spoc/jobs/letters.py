"""The words of mails: short, plain, and neutral where the matter is nobody else's business."""

import gettext as catalogues
from collections.abc import Mapping
from dataclasses import dataclass, replace

from spoc.db.turns import FORM_READY, MESSAGE_MAIL
from spoc.desk.appointments.telling import BOOKED, BY_PHONE, CALLED_OFF, LOST, MOVED, OFFERED
from spoc.words import translations


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str


@dataclass(frozen=True)
class News:
    """What a letter tells. `neutral`: neither title nor what happened may stand in it, only the link.

    `by` is who asked, or who decided about `step` and said `why`. `text` is what a step of the plan says, or the time
    and place of an appointment, for which `calendar` is the file.
    """

    kind: str
    reference: str
    title: str
    link: str
    name: str
    neutral: bool
    by: str = ""
    step: str = ""
    why: str = ""
    text: str = ""
    calendar: str = ""

    def but(self, *, step: str, by: str, why: str) -> "News":
        return replace(self, step=step, by=by, why=why)


def letter(news: News, language: str) -> Letter:
    """The letter in the reader's language; in English where we have none."""
    texts = translations(language)
    _ = texts.gettext
    words = _approver_words if news.kind in APPROVER_KINDS else _words
    subject, said = words(texts, neutral=news.neutral)[news.kind]
    title = " ".join(news.title.split())
    paragraphs = (_("Hello {name},"), *_why(texts, news, said), _where(texts, news))
    told = {"reference": news.reference, "title": title, "by": news.by, "step": news.step, "why": news.why}
    return Letter(
        subject.format(**told),
        "\n\n".join(paragraphs).format(name=news.name, link=news.link, text=news.text, **told) + "\n",
    )


def _where(texts: catalogues.NullTranslations, news: News) -> str:
    _ = texts.gettext
    asked = news.kind in APPROVER_KINDS and news.kind != "mail.approval_withdrawn"
    return _("Look at it and decide: {link}") if asked else _("See where it stands: {link}")


def _why(texts: catalogues.NullTranslations, news: News, said: str) -> tuple[str, ...]:
    """What is said, and of a rejection who decided so and why."""
    _ = texts.gettext
    if news.kind != "mail.approval_rejected" or news.neutral:
        return (said,)
    who = _("{by} says: “{why}”") if news.by else _("Nobody decided in time, which counts as a no.")
    return said, who, _("What depends on it will not be done; everything else goes on.")


def _words(texts: catalogues.NullTranslations, *, neutral: bool) -> Mapping[str, tuple[str, str]]:
    """Subject and sentence by kind of job."""
    _ = texts.gettext
    news = _("Request {reference} has news"), _("There is news about your request {reference}.")
    escalated = (
        _("{reference}: a deadline needs you"),
        _("A deadline of request {reference} is near or past, and you are told as the next in line."),
    )
    if neutral:
        turn = news[0], _("There is something for you to do in request {reference}.")
        met = news[0], _neutral_time(texts)
        named = {**dict.fromkeys(TIMES, met), **dict.fromkeys(TURNS, turn)}
        return {**dict.fromkeys(KINDS, news), **named, ESCALATED: escalated}
    return {
        ESCALATED: escalated,
        "mail.ticket_opened": (
            _("{reference} {title}: we have it"),
            _("Your request “{title}” is with us. Its number is {reference}."),
        ),
        "mail.ticket_resolved": (
            _("{reference} {title}: done"),
            _("“{title}” is finished. If something is missing, say so on its page and it is open again."),
        ),
        "mail.ticket_reopened": (
            _("{reference} {title}: open again"),
            _("“{title}” is open again, and we are at it."),
        ),
        "mail.ticket_amended": (
            _("{reference} {title}: changed"),
            _("“{title}” was changed. Its page shows what is different now."),
        ),
        "mail.approval_rejected": (
            _("{reference} {title}: not approved"),
            _("“{step}” was not approved, for your request “{title}”."),
        ),
        "mail.message": (
            _("{reference} {title}: a message for you"),
            _("There is a message for you about “{title}”."),
        ),
        MESSAGE_MAIL: (_("{reference} {title}: a message for you"), "{text}"),
        FORM_READY: (
            _("{reference} {title}: your answers are needed"),
            _("“{title}” waits for answers that only you can give. Its page shows you the questions."),
        ),
        **_appointment_words(texts),
    }


def _neutral_time(texts: catalogues.NullTranslations) -> str:
    return texts.gettext("There is news about an appointment of request {reference}. Its page says more.")


def _appointment_words(texts: catalogues.NullTranslations) -> Mapping[str, tuple[str, str]]:
    """To whoever chooses a time and to whom they meet; `{text}` has time and place, or the first free times."""
    _ = texts.gettext
    return {
        OFFERED: (
            _("{reference} {step}: choose a time"),
            _("Please choose a time for “{step}”. Its page shows all that are free; the first ones are:")
            + "\n\n{text}",
        ),
        BOOKED: (_("{reference} {step}: booked"), _("“{step}” is booked: {text}. The file is for your calendar.")),
        MOVED: (
            _("{reference} {step}: moved"),
            _("“{step}” has moved. It is now: {text}. The file is for your calendar."),
        ),
        CALLED_OFF: (
            _("{reference} {step}: called off"),
            _("“{step}” is called off. It was to be: {text}. If another time can be chosen, its page shows which."),
        ),
        LOST: (
            _("{reference} {step}: another time is needed"),
            _("“{step}” cannot take place as booked: {text}. If another time can be chosen, its page shows which."),
        ),
        BY_PHONE: (
            _("{reference} {step}: we will call"),
            _("No time was chosen for “{step}”, or none is free. We will be in touch to arrange one."),
        ),
    }


def _approver_words(texts: catalogues.NullTranslations, *, neutral: bool) -> Mapping[str, tuple[str, str]]:
    """To who is asked to approve something; the title is that of the approval."""
    _ = texts.gettext
    if neutral:
        asked = _("You are asked to decide about something confidential. Sign in to see what it is.")
        over = _("Your decision about {reference} is not needed any more.")
        subject = _("{reference}: a decision")
        return {**dict.fromkeys(APPROVER_KINDS, (subject, asked)), "mail.approval_withdrawn": (subject, over)}
    return {
        "mail.approval_asked": (
            _("{reference} Please decide: {title}"),
            _("{by} asked for something that needs your approval: “{title}”. One button says yes, one says no."),
        ),
        "mail.approval_reminder": (
            _("{reference} Still waiting for you: {title}"),
            _("“{title}” waits for your decision, and so does {by}."),
        ),
        "mail.approval_withdrawn": (
            _("{reference} No decision needed: {title}"),
            _("You were asked to approve “{title}”. Your decision is not needed any more."),
        ),
    }


TURNS = (FORM_READY, OFFERED)
"""Letters to whoever has to do something, which may be somebody else than the requester."""

TIMES = (BOOKED, MOVED, CALLED_OFF, LOST, BY_PHONE)
"""Letters about an appointment to both who meet, of whom one may work for the desk."""

KINDS = (
    "mail.ticket_opened",
    "mail.ticket_resolved",
    "mail.ticket_reopened",
    "mail.ticket_amended",
    "mail.approval_rejected",
    "mail.message",
    MESSAGE_MAIL,
    *TIMES,
    *TURNS,
)
APPROVER_KINDS = ("mail.approval_asked", "mail.approval_reminder", "mail.approval_withdrawn")
ESCALATED = "mail.escalated"
"""It goes beyond those who work on the request, so it says the same whatever the matter is."""
