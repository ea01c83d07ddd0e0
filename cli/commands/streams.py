"""Commands about the streams, consumers and buckets of NATS."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import click

from cli.commands.table import print_table
from cli.consumer_wake import wake
from cli.exit_codes import UsageError
from cli.installation import environment
from cli.operator_connection import operator_connection
from cli.stream_backup import restore_backup, write_backup
from cli.stream_room import consumer_rows, give_room, size_bytes, stream_rows
from shared.domain.events import now
from shared.jetstream import topology
from shared.jetstream.permissions import render
from shared.jetstream.room import room_for
from shared.settings import NatsSettings, load
from shared.stores.sweep_hold import SweepHold

backup_folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def streams() -> None:
    """Streams, consumers and buckets of NATS."""


@streams.command()
def apply() -> None:
    """Create or update all of them; repeatable."""

    async def run() -> None:
        settings = load(NatsSettings, environment())
        async with operator_connection(settings) as nc:
            for line in await topology.apply(
                nc.jetstream(),
                replicas=settings.stream_replicas,
                room=room_for(settings.exports_per_day),
            ):
                click.echo(line)

    asyncio.run(run())


@streams.command()
def ls() -> None:
    """What each stream holds, for how many exports a day it has room, and what waits where."""

    async def run() -> None:
        async with operator_connection(load(NatsSettings, environment())) as nc:
            held = await stream_rows(nc.jetstream())
            waiting = await consumer_rows(nc.jetstream())
        print_table(list(held[0]), held)
        click.echo()
        print_table(list(waiting[0]), waiting)

    asyncio.run(run())


@streams.command()
@click.argument("stream")
@click.argument("size")
def resize(stream: str, size: str) -> None:
    """Give a STREAM room for SIZE (4GiB); `streams apply` keeps it, the disks have to have it."""
    try:
        room_bytes = size_bytes(size)
    except ValueError as error:
        raise UsageError(str(error)) from error

    async def run() -> None:
        async with operator_connection(load(NatsSettings, environment())) as nc:
            click.echo(await give_room(nc.jetstream(), stream, room_bytes))

    asyncio.run(run())


@streams.command(name="wake")
@click.argument("consumer")
@click.option(
    "--recreate", is_flag=True, help="Make it anew, behind what is acknowledged without a gap."
)
def wake_consumer(consumer: str, *, recreate: bool) -> None:
    """Let a CONSUMER go on that gives nothing although messages and workers wait."""

    async def run() -> None:
        async with operator_connection(load(NatsSettings, environment())) as nc:
            async for line in wake(nc, consumer, recreate=recreate):
                click.echo(line)

    asyncio.run(run())


@streams.command()
@backup_folder
@click.option(
    "--hold",
    type=float,
    default=24.0,
    metavar="HOURS",
    show_default=True,
    help="Nothing is erased for so long, while the storage is copied.",
)
def backup(folder: Path, hold: float) -> None:
    """Copy all of them into FOLDER, which must not exist; exports may go on meanwhile.

    The storage's bucket is copied afterwards, with tools of its own: docs/operations.md.
    """

    async def run() -> None:
        until = now() + timedelta(hours=hold)
        async with operator_connection(load(NatsSettings, environment())) as nc:
            await SweepHold(nc.jetstream()).hold(until)
            manifest = await write_backup(nc, folder, click.echo)
        size = sum(stream.size_bytes for stream in manifest.streams)
        click.echo(f"{folder} is whole: {len(manifest.streams)} streams, {size:,} bytes")
        click.echo(
            f"Copy the storage's bucket now. Nothing in it is erased until {until:%Y-%m-%d %H:%M} "
            "UTC, or `aethel-export sweep --resume`."
        )

    asyncio.run(run())


@streams.command()
@backup_folder
@click.option("--only", multiple=True, metavar="STREAM", help="Only this one; repeatable.")
@click.option("--replace", is_flag=True, help="Delete those that are there, and restore them.")
def restore(folder: Path, *, only: tuple[str, ...], replace: bool) -> None:
    """Make them of the backup in FOLDER, checked before; stop the services first.

    Then does what `streams apply` does. Refuses where one of them exists.
    """

    async def run() -> None:
        settings = load(NatsSettings, environment())
        async with operator_connection(settings) as nc:
            restored = await restore_backup(
                nc,
                folder,
                only=only,
                replace=replace,
                replicas=settings.stream_replicas,
                tell=click.echo,
            )
        click.echo(f"{len(restored)} streams are restored")

    asyncio.run(run())


@click.command()
def nats_users() -> None:
    """Print the users of NATS with their permissions, as nats-server includes them."""
    click.echo(render(), nl=False)
