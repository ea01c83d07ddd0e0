"""Commands of an operator who needs room: who fills what, and away with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from cli.commands.options import json_option
from cli.commands.table import print_table
from cli.session import with_client

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient

USAGE = "/api/admin/usage"
ALL = 10_000  # more projects than a user may have


@click.group()
def admin() -> None:
    """What fills up, by whom, and how to make room."""


@admin.command()
@click.option(
    "--by",
    type=click.Choice(["projects", "files", "storedBytes", "exports"]),
    default="storedBytes",
    show_default=True,
    help="What the users are ordered by.",
)
@click.option("--user", help="List the projects of this user.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@json_option
def usage(*, by: str, user: str | None, limit: int, as_json: bool) -> None:
    """Show how full streams and buckets are, and who has most; or one user's projects."""

    def read(client: BlockingClient) -> dict[str, Any]:
        if user is not None:
            return client.pages(f"{USAGE}/{quote(user, safe='')}", "projects", ALL)
        answer: dict[str, Any] = client.get(USAGE, by=by, page_size=limit)
        return answer

    answer = with_client(read)
    if as_json:
        click.echo(json.dumps(answer))
    elif user is not None:
        print_table(("id", "files", "sizeBytes"), answer["projects"])
    else:
        for stream, share in sorted(answer["streams"].items(), key=lambda item: -item[1]):
            click.echo(f"{share:>6.1%}  {stream}")
        click.echo()
        print_table(("userId", "projects", "files", "storedBytes", "exports"), answer["users"])


@admin.command(name="delete-projects")
@click.argument("projects", nargs=-1)
@click.option("--of", "user", help="All projects of this user.")
@click.option("--why", required=True, help="Stands in the audit.")
def delete_projects(projects: tuple[str, ...], user: str | None, why: str) -> None:
    """Delete projects, whoever owns them: exports are canceled, then everything is erased."""

    def run(client: BlockingClient) -> None:
        names = list(projects)
        if user is not None:
            found = client.pages(f"{USAGE}/{quote(user, safe='')}", "projects", ALL)
            names += [project["id"] for project in found["projects"]]
        for name in names:
            client.delete(f"/api/admin/projects/{name}", reason=why)
            click.echo(f"{name} is being deleted")

    with_client(run)
