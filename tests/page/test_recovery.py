"""The page while what it stands on comes and goes: the status service, sockets, its own tabs."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.async_api import expect

from tests.e2e.test_local_stack import process_of
from tests.page.conftest import Window, api
from tests.page.middlebox import Middlebox, middlebox
from tests.signing import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import BrowserContext

    from tests.e2e.conftest import Up

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIREFLY: Final = Path(__file__).parents[2] / "samples/firefly"
# Notes what a card shows, whenever it shows something else.
NOTE: Final = """progress => {
  const root = progress.shadowRoot;
  const seen = { ways: [], percents: [] };
  const add = (list, value) => value != null && list.at(-1) !== value && list.push(value);
  const note = () => {
    add(seen.ways, root.querySelector("[data-via]")?.dataset.via);
    add(seen.percents, root.querySelector("[role=progressbar]")?.ariaValueNow);
  };
  new MutationObserver(note).observe(root, { subtree: true, childList: true, attributes: true });
  note();
  globalThis.seen = seen;
}"""


class Gate:
    """A signing key ``slow``: a build with it waits at its signature until it is let through."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pass = folder / "pass"
        wait = f"until rm {self._pass} 2>/dev/null; do sleep 0.05; done"
        program(folder / "linux/slow/sign", f'#!/bin/sh\n{wait}\necho signed > "$1.sig"\n')

    def open(self) -> None:
        """Let one build through."""
        self._pass.touch()


class Tab:
    """A tab of the page that shows an export, and what its card has shown since it was opened."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.card = window.page.locator("export-card article").first
        self.bar = self.card.locator("[role=progressbar]")

    async def watch(self) -> None:
        """Load the page anew, and begin to take notes."""
        await self.window.open("#/projects/firefly")
        await self.window.page.reload()
        await expect(self.bar).to_be_visible()
        await self.card.locator("aethel-export-progress").evaluate(NOTE)

    async def follows(self, via: str) -> None:
        """Wait until it follows the export in that way."""
        await expect(self.card.locator(f"[data-via={via}]")).to_be_visible()

    async def percent(self) -> int:
        """As it shows it."""
        return int(await self.bar.get_attribute("aria-valuenow") or -1)

    async def ends(self, export_id: str) -> list[str]:
        """Wait for the end of the export; the ways in which it was followed."""
        await expect(self.card.locator("[data-status=completed]")).to_be_visible()
        assert await self.card.get_attribute("data-export") == export_id
        await expect(self.card.get_by_role("link", name="Download")).to_be_visible()
        seen: dict[str, list[str]] = await self.window.page.evaluate("seen")
        percents = [int(percent) for percent in seen["percents"]]
        assert percents == sorted(percents) != []
        return seen["ways"]


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """Lets the builds of this file through."""
    return Gate(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def between() -> Iterator[Middlebox]:
    """What the sockets of this file go through."""
    with middlebox() as running:
        yield running


@pytest.fixture(scope="module")
def stack_settings(gate: Gate, between: Middlebox) -> dict[str, str]:
    """Builds that wait, and sockets that can be refused."""
    return {
        "PACKAGER_SIGNING_DIR": str(gate.folder),
        "AETHEL_WS_URL": f"ws://127.0.0.1:{between.port}",
    }


@pytest.fixture(scope="module")
def running(stack: Up, between: Middlebox) -> Up:
    """The stack, with a project that is built quickly; sockets reach its status service."""
    between.target = int(stack.ready().status_url.rpartition(":")[2])
    done = stack.cli("push", str(FIREFLY))
    assert done.returncode == 0, done.stderr
    return stack


@pytest.fixture
def tab(running: Up, window: Window) -> Tab:
    """A tab of the page."""
    del running  # it is there
    return Tab(window)


def begin(stack: Up) -> str:
    """An export that has come to its signature, where it waits; its id."""
    body = {"platform": "linux", "options": {"signingKey": "slow"}}
    made = api(stack, "POST", "/api/projects/firefly/export", body)
    export_id = str(made["export"]["id"])
    while "Signing" not in state_of(stack, export_id)["currentStep"]:
        time.sleep(0.1)
    return export_id


def state_of(stack: Up, export_id: str) -> dict[str, Any]:
    """How an export stands."""
    path = f"/api/projects/firefly/export/{export_id}"
    found: dict[str, Any] = api(stack, "GET", path)["export"]
    return found


def kill_status(stack: Up) -> None:
    """End the status service like a failing machine, and wait until the stack has a new one."""
    dying = process_of(b"services.status", stack.data)
    os.kill(dying, signal.SIGKILL)
    while process_of(b"services.status", stack.data) == dying:
        time.sleep(0.1)


async def test_the_status_service_dies_in_mid_build(
    running: Up, tab: Tab, context: BrowserContext, gate: Gate
) -> None:
    """Two tabs see it go and come back, one of them after a reload, and both reach the end."""
    export_id = await asyncio.to_thread(begin, running)
    other = Tab(Window(await context.new_page(), tab.window.url))
    for each in (tab, other):
        await each.watch()
        await each.follows("socket")
    before = await tab.percent()
    assert 0 < before <= await other.percent()  # it goes on meanwhile
    await asyncio.to_thread(kill_status, running)
    await other.watch()
    for each in (tab, other):
        await each.follows("socket")
        assert await each.percent() >= before
    gate.open()
    assert {*await tab.ends(export_id)} > {"socket"}
    await other.ends(export_id)
    assert other.window.complaints == []
    state = await asyncio.to_thread(state_of, running, export_id)
    assert state["attempts"] == 1, "the build itself went on"


async def test_where_sockets_are_blocked_polling_takes_over(
    running: Up, tab: Tab, between: Middlebox, gate: Gate
) -> None:
    """State and log come all the same, from the first to the last."""
    export_id = await asyncio.to_thread(begin, running)
    with between.refusing():
        await tab.watch()
        await tab.follows("polling")
        before = await tab.percent()
        await tab.card.get_by_role("button", name="Log").click()
        await expect(tab.card).to_contain_text("Signing the program")
        await tab.watch()
        await tab.follows("polling")
        assert await tab.percent() >= before > 0
        gate.open()
        assert "socket" not in await tab.ends(export_id)


async def test_sockets_that_are_cut_off_and_let_through_again(
    running: Up, tab: Tab, between: Middlebox, gate: Gate
) -> None:
    """It polls meanwhile, and comes back to the socket by itself."""
    export_id = await asyncio.to_thread(begin, running)
    await tab.watch()
    await tab.follows("socket")
    with between.refusing():
        await tab.follows("polling")
    await tab.follows("socket")
    gate.open()
    ways = await tab.ends(export_id)
    assert (ways[0], ways[-1]) == ("socket", "socket")
    assert "polling" in ways
