"""`spoc user` and `spoc token`: let people and programs in."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from routing.phrase import Phrase, marked
from routing.visibility import Role
from spoc.cli.options import AsJson, Data, read_settings
from spoc.cli.say import print_json, print_plain, tell

if TYPE_CHECKING:
    from spoc.settings import Settings

users = typer.Typer(help=marked("People who may sign in."), no_args_is_help=True)
tokens = typer.Typer(help=marked("Tokens for programs, with their owner's rights."), no_args_is_help=True)

LINK_LIVES = timedelta(hours=24)
MAY_SIGN_IN = marked("%(mail)s may sign in.")
SETS_PASSWORD = marked("%(mail)s sets a password here, once, within a day:")
HERE = "http://127.0.0.1:8000"
LOCK = "up.lock"
"""In the data folder: held by the running `spoc up`, and says at which address it is served, or was last."""


@users.command(
    help=marked("Add somebody to the directory and print a link, good for one use and one day, to set a password.")
)
def add(
    mail: Annotated[str, typer.Option(help=marked("Mail address, which they sign in with."))],
    name: Annotated[str, typer.Option(help=marked("Full name."))],
    data: Data = None,
    role: Annotated[
        list[Role] | None,
        typer.Option(
            help=marked(
                "manager, owner or administrator; may be repeated. Agents and leads follow from --queue and --lead."
            ),
            show_default=False,
            metavar="ROLE",
        ),
    ] = None,
    queue: Annotated[
        list[str] | None, typer.Option(help=marked("Key of a queue they serve; may be repeated."), show_default=False)
    ] = None,
    lead: Annotated[
        list[str] | None, typer.Option(help=marked("Key of a queue they lead; may be repeated."), show_default=False)
    ] = None,
    *,
    password_from_stdin: Annotated[
        bool, typer.Option("--password-from-stdin", help=marked("Read the password from standard input."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.people.accounts import add_person, give_password
    from spoc.people.grants import grant_roles, join_queues
    from spoc.people.links import make_link

    settings = read_settings(data)
    now = clock.now()
    password = sys.stdin.readline().rstrip("\r\n") if password_from_stdin else None
    with opened(settings) as sessions, transaction(sessions) as session:
        person = add_person(session, mail, name, now)
        grant_roles(session, person.id, frozenset(role or ()), now)
        join_queues(session, person.id, dict.fromkeys(queue or (), False) | dict.fromkeys(lead or (), True), now)
        if password is None:
            link = set_password_link(settings, make_link(session, person.id, now, LINK_LIVES))
        else:
            link = None
            give_password(session, person.id, password, now)
    if as_json:
        print_json({"mail": mail, "link": link})
    else:
        tell(Phrase(MAY_SIGN_IN if link is None else SETS_PASSWORD, {"mail": mail}))
        if link is not None:
            print_plain(link)


def set_password_link(settings: "Settings", secret: str) -> str:
    """The address at which a one-time secret sets a password."""
    return f"{(settings.base_url or _served_at(settings)).rstrip('/')}/set-password?token={secret}"


def _served_at(settings: "Settings") -> str:
    try:
        return (settings.data / LOCK).read_text("utf-8") or HERE
    except (OSError, UnicodeDecodeError):
        return HERE


@tokens.command(help=marked("Print a new token, and nothing else. It cannot be shown again."))
def create(
    user: Annotated[str, typer.Option(help=marked("Mail address of the token's owner."))],
    data: Data = None,
    name: Annotated[str, typer.Option(help=marked("What the token is for."))] = "command line",
    *,
    raise_for_others: Annotated[
        bool, typer.Option("--raise-for-others", help=marked("May open tickets for other people."))
    ] = False,
) -> None:
    from spoc import clock
    from spoc.cli.database import opened
    from spoc.db.session import transaction
    from spoc.people.directory import person_by_mail
    from spoc.people.tokens import create_token

    with opened(read_settings(data)) as sessions, transaction(sessions) as session:
        owner = person_by_mail(session, user)
        token = create_token(session, owner.id, name, clock.now(), may_raise_for_others=raise_for_others)
    print_plain(token)
