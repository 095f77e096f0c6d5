"""Published versions of the catalogue, and the rules that place work."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from spoc.db.base import Base, Instant, Key


class CatalogueVersionRow(Base):
    """A whole catalogue as it was published; never changed. The newest `id` is in force."""

    __tablename__ = "catalogue_version"

    id: Mapped[Key]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    comment: Mapped[str] = mapped_column(server_default="", default="")
    published_at: Mapped[Instant]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class RoutingRuleRow(Base):
    """One rule; the first that matches by `position` places the work. Null matches anything."""

    __tablename__ = "routing_rule"

    id: Mapped[Key]
    position: Mapped[int] = mapped_column(unique=True)
    queue_id: Mapped[int] = mapped_column(ForeignKey("queue.id"))
    service_key: Mapped[str | None]
    step_key: Mapped[str | None]
    location_key: Mapped[str | None]
    department: Mapped[str | None]
    priority: Mapped[str | None]
    why: Mapped[str] = mapped_column(server_default="", default="")
