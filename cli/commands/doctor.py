"""The command that checks an installation."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click
import msgspec

from cli.commands.options import json_option
from cli.doctor import examine
from cli.exit_codes import UnreachableError
from cli.installation import environment, names_servers

if TYPE_CHECKING:
    from cli.findings import Finding


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Check settings, NATS, storage, templates and tools; say what to fix."""
    findings = asyncio.run(examine(environment(), local=not names_servers()))
    for finding in findings:
        if as_json:
            click.echo(msgspec.json.encode(finding))
        else:
            click.echo(f"{_mark(finding)} {finding.name}: {finding.detail}")
    if not all(finding.well for finding in findings):
        raise UnreachableError("something is to be fixed")


def _mark(finding: Finding) -> str:
    if not finding.well:
        return click.style("FIX ", fg="red")
    if not finding.here:
        return "-   "
    return click.style("warn", fg="yellow") if finding.warns else click.style("ok  ", fg="green")
