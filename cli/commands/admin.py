"""Commands of an operator: sweeping, checks, tokens."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click
import msgspec

from cli.commands.options import json_option
from cli.doctor import examine
from cli.exit_codes import UnreachableError
from cli.installation import environment, names_servers
from cli.operator_connection import operator_connection
from services.uploader.gc.sweeper import Sweeper
from services.uploader.settings import SweepSettings
from shared.domain.events import now as clock
from shared.identity.signing_secrets import SigningSecrets
from shared.settings import NatsSettings, S3Settings, load
from shared.storage.bucket import open_storage
from shared.stores.sweep_hold import SweepHold
from shared.tokens import Tokens, User

if TYPE_CHECKING:
    from cli.findings import Finding


@click.command()
@click.option("--now", is_flag=True, help="Sweep once, at once.")
@click.option("--hold", type=float, metavar="HOURS", help="Erase nothing for so long.")
@click.option("--resume", is_flag=True, help="Erase what is due again, after --hold or a backup.")
@click.option("--grace", type=float, help="Seconds that what is unreferenced is left alone.")
@json_option
def sweep(
    *, now: bool, hold: float | None, resume: bool, grace: float | None, as_json: bool
) -> None:
    """Run expiry and collection once (--now), or keep them from running."""
    if (now, hold is not None, resume).count(True) != 1:
        raise click.UsageError("choose one of --now, --hold and --resume")
    if not now:
        until = None if hold is None else clock() + timedelta(hours=hold)
        asyncio.run(_hold(until))
        click.echo(f"nothing is erased until {until:%Y-%m-%d %H:%M} UTC" if until else "resumed")
        return

    async def run() -> dict[str, int]:
        environ = environment()
        settings = load(SweepSettings, environ)
        async with (
            operator_connection(load(NatsSettings, environ)) as nc,
            open_storage(load(S3Settings, environ)) as storage,
        ):
            seconds = settings.grace_s if grace is None else grace
            sweeper = await Sweeper.bind(
                nc.jetstream(),
                storage,
                grace=timedelta(seconds=seconds),
                history=timedelta(days=settings.history_days),
            )
            return dict(await sweeper.sweep())

    swept = asyncio.run(run())
    if as_json:
        click.echo(json.dumps(swept))
    else:
        click.echo(", ".join(f"{kind}: {count}" for kind, count in sorted(swept.items())))


async def _hold(until: datetime | None) -> None:
    async with operator_connection(load(NatsSettings, environment())) as nc:
        await SweepHold(nc.jetstream()).hold(until)


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


@click.command()
@click.option("--user", required=True, help="The user's id.")
@click.option("--role", default="user", show_default=True, help="user, admin or service.")
@click.option("--plan", help="The user's plan.")
@click.option("--days", default=1.0, show_default=True, help="How long it lives.")
def token(user: str, role: str, plan: str | None, days: float) -> None:
    """Print a development token, signed with JWT_SECRET or the local stack's secret."""
    secrets = SigningSecrets.of(_signing_environment())
    claims = User(user_id=user, role=role, plan=plan)
    click.echo(Tokens(secrets).bearer(claims, lives_s=int(days * 86_400)))


def _signing_environment() -> dict[str, str]:
    """Our own where it says what to sign with, else that of the local stack that runs."""
    is_set = os.environ.get("JWT_SECRET") or os.environ.get("JWT_SECRET_FILE")
    return dict(os.environ) if is_set else environment()
