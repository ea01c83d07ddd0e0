"""The export page: when it is first seen, and how it scrolls, beside pages without any script.

500 exports and a log of 2,000 lines are made on a stack of our own. A frame is the time between two
calls of ``requestAnimationFrame`` while the mouse wheel turns. Where a processor draws the pixels,
most of it goes by without the page: the same rows as plain HTML say how much, and what the page
itself takes are its long tasks.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import uuid_utils
from playwright.async_api import async_playwright

from cli import api_client as api
from cli.local.stack import LOCAL_USER, Stack, local_stack
from shared.domain.events import ExportFailed, now
from shared.domain.options import ExportOptions
from shared.domain.progress import LogLine
from shared.jetstream.event_log import EventLog
from shared.jetstream.topology import log_subject
from tests.bench.environment import environment
from tests.bench.measurement import Measurement
from tests.browser.conftest import launch
from tests.nats_users import connect_as
from tests.unit.sample_events import OOPS, requested

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from nats.aio.client import Client
    from playwright.async_api import Browser, Page

PROJECT: Final = "bench"
PAGE: Final = b"<!doctype html><title>Bench</title><p>Something to show"
PLATFORM: Final = "web"  # nobody builds it here: these exports stay as they are made
OTHERS: Final = "source"
EXPORTS: Final = 500
LINES: Final = 2_000
BATCH: Final = 200  # lines at a time, fewer than the service keeps
LOADS: Final = 5
TURNS: Final = 60  # of the wheel
WHEEL_PX: Final = 300
ROUNDS: Final = 3  # of scrolling; the median counts
ROWS: Final = """() => {
  const lists = (root) => [...root.querySelectorAll("*")].flatMap((each) =>
    each.localName === "aethel-export-list" ? [each]
      : each.shadowRoot ? lists(each.shadowRoot) : []);
  const root = lists(document)[0].shadowRoot;
  const rules = root.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules]);
  const style = rules.map((rule) => rule.cssText.replaceAll(":host", "body")).join("");
  const rows = root.querySelector(".rows").outerHTML;
  return `<!doctype html><title>Rows</title><style>${style}</style>${rows}`;
}"""
FRAMES: Final = """() => {
  globalThis.tasks_ms = [0];
  const note = (seen) => tasks_ms.push(...seen.getEntries().map((each) => each.duration));
  new PerformanceObserver(note).observe({ type: "longtask" });
  globalThis.frames_ms = [];
  let last = performance.now();
  const mine = frames_ms;
  const next = (now) => {
    if (mine !== frames_ms) return;
    mine.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""
PAINT: Final = """async () => {
  const seen = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!seen()) await new Promise((go) => setTimeout(go, 20));
  return seen().startTime;
}"""


def measure(_cache: Path) -> Iterator[Measurement]:
    """First paint in milliseconds, and the longest frames."""
    with (
        tempfile.TemporaryDirectory() as data,
        environment("PACKAGER_PLATFORMS", OTHERS),
        local_stack(Path(data)) as stack,
    ):
        found = asyncio.run(_measure(stack))
    yield Measurement(name="page.first_paint", value=found["paint"], unit="ms", target=500)
    yield Measurement(name="page.plain_longest_frame", value=found["plain"], unit="ms")
    yield Measurement(name="page.log_longest_frame", value=found["log"], unit="ms", target=50)
    yield Measurement(name="page.log_longest_task", value=found["log_task"], unit="ms", target=50)
    yield Measurement(name="page.list_longest_frame", value=found["list"], unit="ms", target=50)
    yield Measurement(name="page.list_longest_task", value=found["list_task"], unit="ms", target=50)
    yield Measurement(name="page.rows_longest_frame", value=found["rows"], unit="ms")


async def _measure(stack: Stack) -> dict[str, float]:
    status = await connect_as("status", stack.state)
    nc = await connect_as("packager", stack.state)
    watched = await _make_exports(stack, status)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        found = {
            "paint": statistics.median([await _paint(browser, stack) for _ in range(LOADS)]),
            "plain": await _plain(browser),
            **await _log(browser, stack, nc, watched),
            **await _list(browser, stack),
        }
        await browser.close()
    await status.close()
    await nc.close()
    return found


async def _make_exports(stack: Stack, nc: Client) -> str:
    """Exports that have failed, and a newer one that waits: its id."""
    async with api.connect(stack.state.gateway_url, stack.state.token) as client:
        path = f"/api/projects/{PROJECT}/files/index.html"  # makes the project, too
        await client.upload("PUT", path, lambda: PAGE, size_bytes=len(PAGE))
    events = EventLog(nc.jetstream())
    for _ in range(EXPORTS):
        identity = await _request(events)
        await events.publish(ExportFailed(**identity, stage="build", error=OOPS))
    return str((await _request(events))["export_id"])


async def _request(events: EventLog) -> dict[str, Any]:
    identity = {
        "export_id": str(uuid_utils.uuid7()),
        "project_id": PROJECT,
        "user_id": LOCAL_USER.user_id,
        "platform": PLATFORM,
        "generation": 1,
        "at": now(),
    }
    request = msgspec.structs.replace(
        requested(), **identity, options=ExportOptions(), created_at=now()
    )
    await events.publish(request)
    return identity


async def _paint(browser: Browser, stack: Stack) -> float:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(stack.state.gateway_url)
    milliseconds = float(await page.evaluate(PAINT))
    await context.close()
    return milliseconds


async def _plain(browser: Browser) -> float:
    page = await browser.new_page()
    lines = "".join(f"<p>{number} {uuid.uuid4()}</p>" for number in range(LINES))
    await page.set_content(f"<!doctype html><title>Plain</title>{lines}")
    longest = (await _scroll(page))["frame"]
    await page.close()
    return longest


async def _log(browser: Browser, stack: Stack, nc: Client, export_id: str) -> dict[str, float]:
    """While it is watched: a service keeps a thousand lines, a page all that it has seen."""
    async with _opened(browser, stack, f"exports/{export_id}") as page:
        count = page.locator("aethel-export-log .side")
        await count.wait_for()
        for number in range(1, LINES + 1):
            text = f"line {number} {uuid.uuid4()}"
            line = LogLine(generation=1, level="info", message=text)
            await nc.publish(log_subject(export_id), msgspec.json.encode(line))
            if number % BATCH == 0:
                await count.get_by_text(f"{number:,} lines").first.wait_for()
        await page.locator("aethel-export-log .lines").hover()
        found = [await _scroll(page, up=number % 2 == 0) for number in range(ROUNDS)]
        return {"log": _median(found, "frame"), "log_task": _median(found, "task")}


async def _list(browser: Browser, stack: Stack) -> dict[str, float]:
    """And the same rows without the page, in turns."""
    async with _opened(browser, stack) as page:
        shown, older = (
            page.locator("aethel-export-list [role=option]"),
            page.locator("button.older"),
        )
        await shown.first.wait_for()
        while await older.count():
            await older.click()
            await page.wait_for_timeout(50)
        assert await shown.count() >= EXPORTS
        bare = await browser.new_page(viewport=page.viewport_size)
        await bare.set_content(await page.evaluate(ROWS))
        rows: list[dict[str, float]] = []
        found: list[dict[str, float]] = []
        for _ in range(ROUNDS):
            for each, taken in ((bare, rows), (page, found)):
                await each.bring_to_front()
                await each.evaluate("scrollTo(0, 0)")
                taken.append(await _scroll(each))
        await bare.close()
        return {
            "rows": _median(rows, "frame"),
            "list": _median(found, "frame"),
            "list_task": _median(found, "task"),
        }


@asynccontextmanager
async def _opened(browser: Browser, stack: Stack, route: str = "") -> AsyncIterator[Page]:
    """The project's page, or a route below it."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(f"{stack.state.gateway_url}/#/projects/{PROJECT}/{route}")
    yield page
    await context.close()


async def _scroll(page: Page, *, up: bool = False) -> dict[str, float]:
    """While the wheel turns down (or up) over what the mouse is on: in ms, longest frame and task.

    Tasks of less than 50 ms count as none.
    """
    await page.evaluate(FRAMES)
    for _ in range(TURNS):
        await page.mouse.wheel(0, -WHEEL_PX if up else WHEEL_PX)
        await page.wait_for_timeout(16)
    return {
        "frame": float(await page.evaluate("Math.max(...frames_ms.slice(2))")),
        "task": float(await page.evaluate("Math.max(...tasks_ms)")),
    }


def _median(found: list[dict[str, float]], name: str) -> float:
    return statistics.median(each[name] for each in found)
