"""What an operator sets, from the environment (`SPOC_…`) or the command line."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting of the program. A test holds that the README lists each of them."""

    model_config = SettingsConfigDict(env_prefix="SPOC_", extra="ignore", frozen=True)

    data: Path = Field(Path(".spoc"), description="Data folder of the embedded database")
    database_url: str | None = Field(None, description="PostgreSQL to use instead of the embedded one")
    broker_url: str = Field("memory://", description="Celery broker; `memory://` runs jobs inside the process")
    base_url: str | None = Field(None, pattern="^https?://[^/]", description="Address that links in mails begin with")
    trusted_proxies: str = Field("", description="Addresses whose X-Forwarded-* headers count, comma separated")
    smtp_url: str | None = Field(
        None, pattern="^smtps?://[^/]", description="smtp://user:password@host:port; without it mails wait in /outbox"
    )
    mail_from: str = Field(
        "SPOC <desk@localhost>", pattern="^[^\\n]*[^@\\s]@[^@\\s]+$", description="Sender of every mail"
    )
    calls_ca: Path | None = Field(None, description="Certificates to trust, beside the system's, in other systems")
    max_body_bytes: int = Field(1_000_000, ge=1_000, description="Largest JSON or form body accepted")
    session_idle_minutes: int = Field(8 * 60, ge=1, description="A session ends after this long without a request")
    session_days: int = Field(14, ge=1, description="A session ends after this long in any case")
    pool_size: int = Field(10, ge=1, description="Database connections a process keeps open")
    log_format: Literal["text", "json"] = Field("text", description="`text` for people, `json` for machines")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe level written")

    @field_validator("data", "calls_ca")
    @classmethod
    def _at_home(cls, path: Path | None) -> Path | None:
        return path and path.expanduser()

    @property
    def embedded(self) -> bool:
        """Whether the database is the one in the data folder."""
        return self.database_url is None
