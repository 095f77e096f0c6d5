"""What a route asks of whom: the closed set of permissions, the decision, and the check that no route lacks one."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from routing.visibility import Actor, Role


class Permission(StrEnum):
    """Who may use a route at all. What they see there is decided by `routing.visibility`, object by object."""

    SIGNED_IN = "signed_in"
    AGENT = "agent"
    MANAGER_OR_LEAD = "manager_or_lead"
    MANAGER_OR_ADMINISTRATOR = "manager_or_administrator"
    LEAD_OR_ADMINISTRATOR = "lead_or_administrator"
    OWNER = "owner"
    OWNER_OR_ADMINISTRATOR = "owner_or_administrator"
    ADMINISTRATOR = "administrator"


NEEDED: Final[dict[Permission, frozenset[Role]]] = {
    Permission.SIGNED_IN: frozenset(Role),
    Permission.AGENT: frozenset({Role.AGENT, Role.LEAD}),
    Permission.MANAGER_OR_LEAD: frozenset({Role.MANAGER, Role.LEAD}),
    Permission.MANAGER_OR_ADMINISTRATOR: frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    Permission.LEAD_OR_ADMINISTRATOR: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
    Permission.OWNER: frozenset({Role.OWNER}),
    Permission.OWNER_OR_ADMINISTRATOR: frozenset({Role.OWNER, Role.ADMINISTRATOR}),
    Permission.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}
"""The roles of which one is enough."""

PUBLIC: Final = frozenset(
    {
        *("/sign-in", "/sign-out", "/set-password", "/approve", "/theme", "/static", "/health/live", "/health/ready"),
        "/api/catalogue/schema",  # what a text editor fetches, which has no session; it holds nothing of the desk's own
        "/api/calls/{call_id}/callback",  # proves itself by its signature
    }
)
"""The whole of what strangers may reach, by path."""


@dataclass(frozen=True)
class Undeclared(Exception):
    """A route with no permission, with two, or with one although it is public: the program does not start."""

    path: str
    found: tuple[Permission, ...]

    def __str__(self) -> str:
        what = ", ".join(self.found) or "none"
        return f"{self.path} declares these permissions: {what}. It needs exactly one, or its place in PUBLIC."


def permits(permission: Permission, actor: Actor) -> bool:
    return bool(NEEDED[permission] & actor.roles)


def declared(dependant: Dependant) -> Iterator[Permission]:
    """Each permission that a route's dependencies ask for."""
    for inner in dependant.dependencies:
        permission = getattr(inner.call, "permission", None)
        if isinstance(permission, Permission):
            yield permission
        else:
            yield from declared(inner)


def check_routes(app: FastAPI) -> None:
    """Hold that every route and mount declares exactly one permission or is public.

    Raises:
        Undeclared: for the first that does not.
    """
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        dependant = getattr(route, "dependant", None)
        found = tuple(sorted(set(declared(dependant)))) if dependant else ()
        if len(found) != (0 if _is_public(path) else 1):
            raise Undeclared(path, found)


def _is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith("/static/")
