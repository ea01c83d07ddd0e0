"""Commands for those who run the storage server that comes along."""

from __future__ import annotations

from pathlib import Path

import click

from cli.local.storage_doors import secure


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def storage_certificate(folder: Path) -> None:
    """Make, or renew in time, what SeaweedFS's own parts know each other by, in FOLDER.

    SeaweedFS is then started in that folder. Without it everybody who reaches its ports reads and
    deletes everything. Repeatable: a certificate that lasts for years is kept.
    """
    secure(folder)
    click.echo(f"{folder} holds the storage's certificate, its key and security.toml")
