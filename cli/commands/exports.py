"""Commands of a game maker that may follow an export to its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cli.commands.following import watch_to_end
from cli.commands.options import build_options, export_argument, json_option, out_option
from cli.export_options import parse_options
from cli.price import tell_price
from cli.session import find_export, with_client

if TYPE_CHECKING:
    from pathlib import Path

    from cli.blocking_client import BlockingClient


@click.command()
@click.argument("project")
@build_options
@click.option("--fresh", is_flag=True, help="Build it, even where nothing has changed.")
@click.option("--wait", is_flag=True, help="Follow it to its end.")
@out_option
@json_option
def export(
    project: str,
    platform: str,
    configuration: str,
    options: tuple[str, ...],
    *,
    fresh: bool,
    wait: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Export PROJECT; with --wait or -o follow it to its end."""
    body: dict[str, Any] = {
        "platform": platform,
        "configuration": configuration,
        "options": parse_options(options),
        **({"fresh": True} if fresh else {}),
    }

    def run(client: BlockingClient) -> None:
        tell_price(client, body)
        answer = client.request_export(project, body)
        path = f"/api/projects/{project}/export/{answer['export']['id']}"
        if wait or out:
            watch_to_end(client, path, out, as_json=as_json)
        else:
            click.echo(json.dumps(answer) if as_json else f"{project}/{answer['export']['id']}")

    with_client(run)


@click.command()
@export_argument
@json_option
def watch(export: str, user: str | None, *, as_json: bool) -> None:
    """Follow an export to its end."""

    def run(client: BlockingClient) -> None:
        path = find_export(client, export)
        watch_to_end(client, path, None, as_json=as_json)

    with_client(run, user)


@click.command()
@export_argument
@click.option("--wait", is_flag=True, help="Follow it to its end.")
@out_option
@json_option
def retry(export: str, user: str | None, *, wait: bool, out: Path | None, as_json: bool) -> None:
    """Start an export again that has failed, was canceled or has expired."""

    def run(client: BlockingClient) -> None:
        path = find_export(client, export)
        answer = client.act(f"{path}/retry")
        if wait or out:
            watch_to_end(client, path, out, as_json=as_json)
        else:
            click.echo(json.dumps(answer) if as_json else answer["export"]["status"])

    with_client(run, user)
