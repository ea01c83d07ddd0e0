"""The small samples: how soon they show something, and how much a player loads until then.

Lanterns stands beside its own ``vite build``, which is served the same way, turn by turn. Cairns
has nothing beside it but what it weighed when it was made. Sizes are what the page asks for, in
brotli.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

import brotli
from playwright.async_api import async_playwright

from tests.bench.first_frame import PLAYER
from tests.bench.measurement import Measurement
from tests.browser.conftest import launch, served
from tests.browser.test_small_samples import SAMPLES, exported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser

ROUNDS: Final = 11
CAIRNS_KB: Final = 1_100.0  # player, HUD and scripts, and Rapier, which is 886
LANTERNS: Final = """
async () => {
  while (!document.querySelector("#lake")?.dataset.x)
    await new Promise((resolve) => setTimeout(resolve, 2));
  return performance.now();
}
"""
COMMANDS: Final = (
    ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"),
    ("node_modules/.bin/vite", "build", "--base", "./"),
)


class Seen(NamedTuple):
    """One visit with an empty cache."""

    first_frame_ms: float
    loaded_kb: float


def measure(cache: Path) -> Iterator[Measurement]:
    """Milliseconds to the first frame, kilobytes, and for Lanterns the ratios."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copytree(own_build(cache), folder / "own")
        for name in ("lanterns", "cairns"):
            _write(folder / name, exported(name).files)
        lanterns, cairns = asyncio.run(_measure(folder))
    ours, own = zip(*lanterns, strict=True)
    time = statistics.median(a.first_frame_ms / b.first_frame_ms for a, b in lanterns)
    size = ours[0].loaded_kb / own[0].loaded_kb
    yield _first_frame("lanterns.first_frame", ours)
    yield _first_frame("lanterns.own_build", own)
    yield Measurement(name="lanterns.over_own_build", value=time, unit="×", target=1.2)
    yield Measurement(name="lanterns.loaded_over_own", value=size, unit="×", target=1.1)
    yield _first_frame("cairns.first_frame", cairns)
    loaded = cairns[0].loaded_kb
    yield Measurement(name="cairns.loaded_brotli", value=loaded, unit="kB", target=CAIRNS_KB)


def own_build(cache: Path) -> Path:
    """What Lanterns' own tools make of it, for a host that has it in some folder."""
    site = cache.absolute() / "lanterns"
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(SAMPLES / "lanterns", site)
    for command in COMMANDS:
        subprocess.run(command, cwd=site, check=True, capture_output=True)
    return site / "dist"


def _first_frame(name: str, visits: tuple[Seen, ...] | list[Seen]) -> Measurement:
    value = statistics.median(visit.first_frame_ms for visit in visits)
    return Measurement(name=name, value=value, unit="ms")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


async def _measure(folder: Path) -> tuple[list[tuple[Seen, Seen]], list[Seen]]:
    """Pairs of Lanterns, ours first; and Cairns."""
    with served(folder) as url:
        async with async_playwright() as playwright:
            browser = await launch(playwright)

            async def visit(name: str, when: str) -> Seen:
                return await _visit(browser, folder, f"{url}{name}/", when)

            lanterns, cairns = [], []
            for _ in range(ROUNDS + 1):
                ours = await visit("lanterns", LANTERNS)
                lanterns.append((ours, await visit("own", LANTERNS)))
                cairns.append(await visit("cairns", PLAYER))
            await browser.close()
    return lanterns[1:], cairns[1:]  # the first ones warm the browser


async def _visit(browser: Browser, folder: Path, url: str, when: str) -> Seen:
    context = await browser.new_context(viewport={"width": 640, "height": 360})
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(url, wait_until="commit")
    first_frame_ms = float(await page.evaluate(when))
    await context.close()
    return Seen(first_frame_ms, sum(_size(folder, one) for one in dict.fromkeys(asked)) / 1000)


def _size(folder: Path, url: str) -> int:
    """Of what an address of the host gives, as a host would send it."""
    parts = urlsplit(url)
    path = folder / unquote(parts.path).lstrip("/")
    file = path / "index.html" if path.is_dir() else path
    if parts.scheme != "http" or not file.is_file():
        return 0
    return len(brotli.compress(file.read_bytes()))
