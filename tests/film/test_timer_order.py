"""Timers run in the order in which Chromium runs them: generated programs, on both clocks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import async_playwright

from tests.browser.conftest import launch, served
from tests.film.filming import crew, shot

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = Path(__file__).parent / "pages"
STEP_MS = 100  # between moments; what the browser does at one moment takes far less
LATEST_MS = 40  # a browser that was later is asked again: its order says nothing
PROGRAMS = 12
TRIES = 10

RUN = """
(program) => {
  const began = performance.now();
  const told = { order: [], latest: 0 };
  const handles = new Map();
  const act = (nodes, due) => nodes.forEach((node) => {
    const run = () => {
      const late = performance.now() - began - (due + node.delay);
      if (node.kind !== "promise") told.latest = Math.max(told.latest, late);
      told.order.push(node.id);
      act(node.then, due + node.delay);
    };
    let left = node.times;
    const again = () => {
      told.order.push(node.id);
      left -= 1;
      if (left === 0) clearInterval(handles.get(node.id));
    };
    if (node.kind === "timeout") handles.set(node.id, setTimeout(run, node.delay));
    else if (node.kind === "interval") handles.set(node.id, setInterval(again, node.delay));
    else if (node.kind === "text") setTimeout(`told.order.push(${node.id})`, node.delay);
    else if (node.kind === "promise") void Promise.resolve().then(() => {}).then(run);
    else if (node.kind === "clear") clearTimeout(handles.get(node.of));
  });
  globalThis.told = told;
  act(program, 0);
}"""


class Maker:
    """Makes programs: trees of timers that set others, tell of themselves, and clear some."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._made = 0
        self._timers: list[int] = []

    def nodes(self, depth: int) -> list[dict[str, Any]]:
        """Some nodes of a tree."""
        return [self._node(depth) for _ in range(self._random.randint(1, 3 + depth))]

    def _node(self, depth: int) -> dict[str, Any]:
        self._made += 1
        kinds = ["timeout"] * 5 + ["interval", "text", "promise", "clear"]
        kind = self._random.choice(kinds)
        node: dict[str, Any] = {"id": self._made, "kind": kind, "delay": 0, "then": []}
        if kind == "clear":
            return node | {"of": self._random.choice(self._timers or [0])}
        if kind == "interval":
            # Never at a moment of the others.
            return node | {"delay": STEP_MS * 2 + 50, "times": self._random.randint(1, 2)}
        if kind != "promise":
            node["delay"] = STEP_MS * self._random.randint(0, 3)
        if kind == "timeout":
            self._timers.append(self._made)
        if kind != "text" and depth > 0 and self._random.random() < 0.6:
            node["then"] = self.nodes(depth - 1)
        return node


async def by_the_browser(browser: Browser, program: list[dict[str, Any]]) -> list[int]:
    """The order of a browser that was not late."""
    page = await browser.new_page()
    for _ in range(TRIES):
        await page.evaluate(RUN, program)
        await page.wait_for_timeout(STEP_MS * 14)
        told: dict[str, Any] = await page.evaluate("told")
        if told["latest"] < LATEST_MS:
            break
    else:
        pytest.skip("this machine is too busy for a browser to keep its own time")
    await page.close()
    order: list[int] = told["order"]
    return order


async def test_generated_timers_run_in_chromiums_order() -> None:
    """Delays, nesting, intervals, texts, promises and clearing, at moments that lie apart."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        with served(PAGES) as url:
            await compare(browser, url)
        await browser.close()


async def compare(browser: Browser, url: str) -> None:
    """Each program in both."""
    async with crew(url + "empty.html") as filming:
        await filming.call("prepare", shot(frames=1000, fpsNum=100))
        for seed in range(PROGRAMS):
            program = Maker(seed).nodes(2)
            wanted = await by_the_browser(browser, program)
            await filming.page.evaluate(RUN, program)
            for _ in range(STEP_MS * 14 // 10):
                await filming.call("step")
            told = await filming.page.evaluate("told")
            assert told["order"] == wanted, seed
            assert told["latest"] == 0


async def test_what_sets_itself_again_does_not_stop_the_clock() -> None:
    """From the sixth one on, 4 ms are between them, as in a browser; time goes on."""
    script = """() => {
      globalThis.times = [];
      const again = () => {
        times.push(performance.now());
        if (times.length < 12) setTimeout(again);
      };
      setTimeout(again);
    }"""
    with served(PAGES) as url:
        async with crew(url + "empty.html") as filming:
            await filming.call("prepare", shot(frames=100, fpsNum=100))
            await filming.page.evaluate(script)
            for _ in range(10):
                await filming.call("step")
            times = await filming.page.evaluate("times")
    assert times == [0, 0, 0, 0, 0, 4, 8, 12, 16, 20, 24, 28]
