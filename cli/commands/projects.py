"""Commands for the projects that one has: list them, leave them, delete them."""

from __future__ import annotations

import json

import click

from cli.commands.options import json_option
from cli.commands.table import print_table
from cli.session import with_client

PATH = "/api/projects"


@click.group()
def projects() -> None:
    """Your projects, and those that others share with you."""


@projects.command(name="ls")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@json_option
def list_projects(*, limit: int, as_json: bool) -> None:
    """List your own projects, then those that are shared with you."""
    answer = with_client(lambda client: client.pages(PATH, "projects", limit))
    if as_json:
        click.echo(json.dumps(answer))
        return
    print_table(("id", "role", "owner", "files", "sizeBytes", "updatedAt"), answer["projects"])
    if answer["nextPageToken"]:
        click.echo("… and more: --limit", err=True)


@projects.command()
@click.argument("project")
def leave(project: str) -> None:
    """Leave a project that somebody shares with you."""
    with_client(lambda client: client.delete(f"{PATH}/{project}/members/me"))


@projects.command()
@click.argument("project")
def delete(project: str) -> None:
    """Delete a project of yours: its exports are canceled, then everything is erased."""
    with_client(lambda client: client.delete(f"{PATH}/{project}"))
