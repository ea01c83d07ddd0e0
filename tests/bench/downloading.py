"""A download by the command line: parallel ranges, hashed while they come, beside one plain GET.

Both write the same artifact of 291 MB to the disk, turn by turn; the plain one checks nothing.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import urllib.request
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cli import api_client as api
from cli.blocking_client import BlockingClient
from cli.download import download
from cli.local.stack import Stack, local_stack
from cli.project_folder import read_folder
from tests.bench.exporting import export_project
from tests.bench.packing import Took, faster, told, took
from tests.bench.project import mixed_project
from tests.pushing import push_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.measurement import Measurement

ROUNDS: Final = 7
MIN_SPEEDUP: Final = 1


def measure(cache: Path) -> Iterator[Measurement]:
    """Seconds of both, and how they compare."""
    project = mixed_project(cache)
    with tempfile.TemporaryDirectory() as data, local_stack(Path(data, "stack")) as stack:
        asyncio.run(_exported(stack, project))
        with BlockingClient(stack.state.gateway_url, stack.state.token) as client:
            ours, plain = _rounds(client, Path(data))
    yield from told("download.command", ours)
    yield from told("download.one_get", plain)
    yield faster("download.over_one_get", plain, ours, MIN_SPEEDUP)


async def _exported(stack: Stack, project: Path) -> None:
    async with api.connect(stack.state.gateway_url, stack.state.token) as client:
        await push_folder(client, "same", read_folder(project))
        await export_project(client, "same", "source")


def _rounds(client: BlockingClient, folder: Path) -> tuple[list[Took], list[Took]]:
    (export,) = client.get("/api/projects/same/export")["exports"]
    path = f"/api/projects/same/export/{export['id']}"
    state = client.get(path)["export"]
    ours, plain = [], []
    for _ in range(ROUNDS):
        url = client.location(f"{path}/download")
        ours.append(took(partial(download, client, state, folder)))
        plain.append(took(partial(_fetch, url, folder / "plain")))
    return ours, plain


def _fetch(url: str, target: Path) -> None:
    with urllib.request.urlopen(url) as answer, target.open("wb") as file:  # noqa: S310 - our own
        shutil.copyfileobj(answer, file, 1 << 20)
