"""What a push reads in the browser, beside ``sha256sum`` on the same bytes, turn by turn.

A dry run of the client package reads every file, hashes it and looks for secrets in it. 350 MB: one
file, which only one worker can hash, and as a project has them, large and small.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.async_api import async_playwright

from services.packager.runtimes.build import node
from tests.bench.measurement import Measurement
from tests.browser.conftest import launch, served
from tests.web.conftest import CLIENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Browser

MB: Final = 1_000_000
SIZES: Final = {
    "one_file": [350 * MB],
    "project": [*[1 * MB] * 150, *[10 * MB] * 10, 100 * MB],
}
ROUNDS: Final = 5
PAGE: Final = '<!doctype html><input type="file" multiple>'
READ: Final = """
async () => {
  const { AethelExportClient, filesFromInput } = await import("./dist/index.js");
  const client = new AethelExportClient({ baseUrl: location.origin });
  const files = filesFromInput(document.querySelector("input").files);
  const limits = { projectBytes: 1e9, files: 1e6, fileBytes: 1e9 };
  const begun = performance.now();
  await client.push("game", files, { dryRun: true, limits });
  return (performance.now() - begun) / 1000;
}
"""


def measure(_cache: Path) -> Iterator[Measurement]:
    """Megabytes a second of both, and the browser's share."""
    subprocess.run([node(), str(CLIENT / "build.mjs")], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, sizes in SIZES.items():
            files = _written(Path(scratch), name, sizes)
            pairs = asyncio.run(_seconds(Path(scratch), files))
            total = sum(sizes) / MB
            share = statistics.median(plain / browser for browser, plain in pairs)
            browser, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
            yield Measurement(name=f"hashing.{name}", value=total / browser, unit="MB/s")
            yield Measurement(name=f"hashing.{name}_sha256sum", value=total / plain, unit="MB/s")
            yield Measurement(
                name=f"hashing.{name}_share", value=share, unit="×", target=0.6, limit="≥"
            )


def _written(folder: Path, name: str, sizes: list[int]) -> list[Path]:
    files = [folder / f"{name}-{number}.bin" for number in range(len(sizes))]
    for file, size in zip(files, sizes, strict=True):
        file.write_bytes(os.urandom(size))
    return files


async def _seconds(folder: Path, files: list[Path]) -> list[tuple[float, float]]:
    """What the browser and ``sha256sum`` take, in pairs; the first one warms the disk's cache."""
    site = folder / "site"
    site.mkdir(exist_ok=True)
    (site / "index.html").write_text(PAGE)
    if not (site / "dist").exists():
        (site / "dist").symlink_to(CLIENT / "dist")
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        with served(site) as url:
            pairs = [
                (await _in_browser(browser, url, files), _plainly(files)) for _ in range(ROUNDS)
            ]
        await browser.close()
    return pairs[1:]


async def _in_browser(browser: Browser, url: str, files: list[Path]) -> float:
    page = await browser.new_page()
    await page.goto(url)
    await page.locator("input").set_input_files(files)
    seconds = float(await page.evaluate(READ))
    await page.close()
    return seconds


def _plainly(files: list[Path]) -> float:
    begun = time.perf_counter()
    subprocess.run(["sha256sum", "--", *files], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun
