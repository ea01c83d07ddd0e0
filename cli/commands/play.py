"""The command that makes play links."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cli.commands.options import json_option, user_option
from cli.exit_codes import UsageError
from cli.session import find_export, with_client

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient


@click.command()
@click.argument("target", metavar="EXPORT|PROJECT")
@click.option("--password", is_flag=True, help="Ask for a password that players need.")
@click.option("--revoke", is_flag=True, help="End the link.")
@user_option
@json_option
def play(target: str, user: str | None, *, password: bool, revoke: bool, as_json: bool) -> None:
    """Print a link on which a finished web export is played.

    That of a PROJECT follows its newest web export.
    """
    body: dict[str, Any] = {}
    if password and not revoke:
        body["password"] = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    def run(client: BlockingClient) -> None:
        path = f"{_path(client, target)}/play"
        if revoke:
            client.delete(path)
            return
        link = client.send("POST", path, body)
        click.echo(json.dumps(link) if as_json else link["url"])

    with_client(run, user)


def _path(client: BlockingClient, target: str) -> str:
    """Of an export where it is the id of one, else of a project."""
    try:
        return find_export(client, target)
    except UsageError:
        return f"/api/projects/{target}"
