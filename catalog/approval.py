"""The body of an approval step: who is asked, how many of them must agree, and what happens if nobody answers."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Self

from annotated_types import Len
from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema

from catalog.dates import MOST, Unit
from catalog.part import FieldKey, Part, written
from catalog.remark import Remark


class ApproverExpression(StrEnum):
    REQUESTER_MANAGER = "requester.manager"
    SUBJECT_MANAGER = "subject.manager"
    COST_CENTRE_OWNER = "cost_centre.owner"
    SERVICE_OWNER = "service.owner"


LEAD: Final = ".lead"
"""Ends the expression for whoever leads a queue: `it.lead`."""


class Order(StrEnum):
    AT_ONCE = "at_once"
    IN_TURN = "in_turn"


class OnExpiry(StrEnum):
    """What the silence of an approver means: their manager is asked in their place, or it is a rejection."""

    ESCALATE = "escalate"
    REJECT = "reject"


_COUNT = re.compile(r"(?P<count>[1-9]\d?) of (?P<of>[1-9]\d?)")
_PERCENT = re.compile(r"(?P<percent>[1-9]\d?|100) ?%")
_QUORUMS: Final = Remark('write how many must agree as "one", "all", "2 of 3" or "60 %"')
_SPANS: Final = Remark('write it like "2 working days", "4 hours" or "1 week"')
_SPAN = re.compile(r"(?P<amount>[1-9]\d{0,3}) (?P<working>working )?(?P<unit>minute|hour|day|week)s?")


@dataclass(frozen=True)
class Quorum:
    """How many must agree: a number `of` all approvers, or a share of them; neither means every one."""

    count: int | None = None
    of: int | None = None
    percent: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "one", "all", "2 of 3" or "60 %".

        Raises:
            ValueError: the text is none of these.
        """
        words = " ".join(text.split())
        if words in {"one", "all"}:
            return cls(count=1) if words == "one" else cls()
        if found := _COUNT.fullmatch(words):
            return cls(count=int(found["count"]), of=int(found["of"]))
        if found := _PERCENT.fullmatch(words):
            return cls(percent=int(found["percent"]))
        raise ValueError(_QUORUMS)

    def __str__(self) -> str:
        if self.percent is not None:
            return f"{self.percent} %"
        if self.count is None:
            return "all"
        return f"{self.count} of {self.of}" if self.of is not None else "one"


@dataclass(frozen=True)
class Span:
    """A length of time, such as "2 working days"."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises:
        ValueError: the text is no length of time, or longer than anything is planned.
        """
        found = _SPAN.fullmatch(" ".join(text.split()))
        working = found["working"] if found else None
        name = f"{'working_' if working else ''}{found['unit']}s" if found else ""
        if found is None or name not in set(Unit) or int(found["amount"]) > MOST:
            raise ValueError(_SPANS)
        return cls(int(found["amount"]), Unit(name))

    def __str__(self) -> str:
        name = self.unit.replace("_", " ")
        return f"{self.amount} {name.removesuffix('s') if self.amount == 1 else name}"


def _quorum(value: object) -> object:
    return Quorum.parse(value) if isinstance(value, str) else written(value, Quorum, _QUORUMS)


def _span(value: object) -> object:
    return Span.parse(value) if isinstance(value, str) else written(value, Span, _SPANS)


_TEXT = WithJsonSchema({"type": "string"})
QuorumText = Annotated[Quorum, BeforeValidator(_quorum), PlainSerializer(str), _TEXT]
SpanText = Annotated[Span, BeforeValidator(_span), PlainSerializer(str), _TEXT]
Expression = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}(\.[a-z_]{1,30})?$")]


class Approval(Part):
    """Each of `approvers` has one voice: a person expression, or `QUEUE.lead`, for which any lead of it may speak.

    `shows` names the answers that they decide by; without it they see what the request is called and about. `remind`
    and `expires` count from when somebody is asked; `on_expiry` says what their silence means.
    """

    approvers: Annotated[tuple[Expression, ...], Len(0, 20)] = ()
    order: Order = Order.AT_ONCE
    quorum: QuorumText = Quorum()
    shows: tuple[FieldKey, ...] = ()
    remind: SpanText = Span(2, Unit.WORKING_DAYS)
    expires: SpanText = Span(5, Unit.WORKING_DAYS)
    on_expiry: OnExpiry = OnExpiry.ESCALATE
