"""Commands for those who run the storage."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from cli.bucket.settings import bucket_settings
from cli.bucket.settle import Outcome, settle
from cli.commands.options import json_option
from cli.exit_codes import NotAllowedError
from cli.installation import environment
from cli.local.storage_doors import secure
from shared.storage.permissions import ROLES
from shared.storage.policies import BUCKET, aws_policy, placeholders, seaweedfs_identities

if TYPE_CHECKING:
    from shared.storage.policies import Document

COLORS: Final = {
    Outcome.DONE: "green",
    Outcome.TO_DO: "yellow",
    Outcome.WARNING: "yellow",
    Outcome.REFUSED: "red",
}
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
@click.option("--dry-run", is_flag=True, help="Change nothing; say what would be changed.")
@json_option
def apply(*, dry_run: bool, as_json: bool) -> None:
    """Make the bucket where it is missing, and see to its own settings; repeatable.

    CORS for downloads, the end of stale uploads, no plain HTTP on AWS, nothing public; versions and
    encryption are told. What others have set stays. For the key of the operator.
    """
    s3, allowed = bucket_settings(environment())
    steps = asyncio.run(settle(s3, allowed, dry_run=dry_run))
    for step in steps:
        if as_json:
            click.echo(msgspec.json.encode(step))
        else:
            outcome = click.style(f"{step.outcome:13}", fg=COLORS.get(step.outcome))
            click.echo(f"{outcome}  {step.setting}: {step.detail}")
    if any(step.outcome is Outcome.REFUSED for step in steps):
        raise NotAllowedError("the storage refused some of it to this key")


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
