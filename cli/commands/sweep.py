"""The command by which an operator erases what has expired, or keeps it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from cli.commands.options import json_option
from cli.installation import environment
from cli.operator_connection import operator_connection
from services.uploader.gc.sweeper import Sweeper
from services.uploader.settings import SweepSettings
from shared.domain.events import now as clock
from shared.settings import NatsSettings, S3Settings, load
from shared.storage.bucket import open_storage
from shared.stores.sweep_hold import SweepHold

if TYPE_CHECKING:
    from datetime import datetime


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
