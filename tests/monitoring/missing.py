"""There is no room, no sweep, no certificate that is good for much longer."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import TYPE_CHECKING

from shared.jetstream import topology
from tests.monitoring.watched import DISK_BYTES
from tests.signing import certificate

if TYPE_CHECKING:
    from tests.monitoring.watched import Watched


async def no_room(stack: Watched) -> None:
    """Two streams are full and one of chatter is gone, until all are applied again."""
    js = stack.load.nc.jetstream()
    for name, share in ((topology.DEAD_LETTERS, 1), (topology.AUDIT, 1.1)):
        found = await js.stream_info(name)
        await js.update_stream(found.config.evolve(max_bytes=int(found.state.bytes * share)))
    await js.delete_stream(topology.LOGS)
    await stack.load.users.lose("lost-again")
    await stack.exports(1, "lost-again", "source")
    names = (
        "ExportDeadLettersOwed",
        "ExportStreamFilling",
        "ExportStreamFull",
        "ExportChatterLost",
    )
    await stack.fires(*names)
    await stack.types("streams", "apply")
    await stack.exports(3, "good0", "web")  # whose lines are delivered again
    stack.mended(*names)


async def sweeps_held(stack: Watched) -> None:
    """By somebody who forgot it."""
    await stack.types("sweep", "--hold", "1")
    await stack.fires("ExportSweepLate")
    await stack.types("sweep", "--resume")
    stack.mended("ExportSweepLate")


async def certificate_ends(stack: Watched) -> None:
    """Tomorrow; then a new one is put in its place."""
    keys = stack.load.world.folder / "signing"
    made = {days: keys / f"linux/days-{days}" for days in (1, 400)}
    for days, folder in made.items():
        await asyncio.to_thread(certificate, keys / f"made/{days}", days=days)
        folder.mkdir()
        shutil.copy(keys / f"made/{days}/chain.pem", folder / "certificate.pem")
    names = ("ExportCertificateExpires", "ExportCertificateExpired")
    await stack.fires(*names)
    shutil.copy(made[400] / "certificate.pem", made[1] / "certificate.pem")
    stack.mended(*names)


async def disk_full(stack: Watched) -> None:
    """By what somebody has left where builds lie."""
    left = stack.load.world.cache("packager-1") / "work/left-over"
    with left.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, int(0.95 * DISK_BYTES))
    await stack.fires("ExportDiskFull")
    left.unlink()
    stack.mended("ExportDiskFull")
