"""The command that downloads an artifact."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.commands.options import export_argument
from cli.download import download
from cli.session import find_export, with_client

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient


@click.command(name="download")
@export_argument
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=Path(), help="Into this folder."
)
def download_command(export: str, user: str | None, out: Path) -> None:
    """Download an export's artifact and check it."""

    def run(client: BlockingClient) -> None:
        state = client.get(find_export(client, export))["export"]
        click.echo(download(client, state, out))

    with_client(run, user)
