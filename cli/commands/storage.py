"""Commands for those who run the storage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.local.storage_doors import secure
from shared.storage.permissions import ROLES
from shared.storage.policies import BUCKET, aws_policy, placeholders, seaweedfs_identities

if TYPE_CHECKING:
    from shared.storage.policies import Document

bucket_option = click.option(
    "--bucket", default=BUCKET, show_default=True, help="The name of the bucket."
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def storage_certificate(folder: Path) -> None:
    """Make, or renew in time, what SeaweedFS's own parts know each other by, in FOLDER.

    SeaweedFS is then started in that folder. Without it everybody who reaches its ports reads and
    deletes everything. Repeatable: a certificate that lasts for years is kept.
    """
    secure(folder)
    click.echo(f"{folder} holds the storage's certificate, its key and security.toml")


@click.group()
def storage() -> None:
    """The bucket, and who may do what in it."""


@storage.command()
@click.argument("role", type=click.Choice(list(ROLES)))
@bucket_option
def policy(role: str, bucket: str) -> None:
    """Print what a service may do, as a policy of AWS IAM."""
    _print(aws_policy(role, bucket))


@storage.command()
@bucket_option
def identities(bucket: str) -> None:
    """Print the services' identities for SeaweedFS (``weed -s3.config``).

    It takes their keys from its environment: GATEWAY_ACCESS_KEY_ID, GATEWAY_SECRET_ACCESS_KEY, …
    """
    _print(seaweedfs_identities(bucket, placeholders()))


def _print(document: Document) -> None:
    click.echo(json.dumps(document, indent=2))
