"""A customer's page with the web components, on an origin of its own, and a stack behind it."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from cli.commands.options import project_id_of
from services.packager.runtimes.build import node
from tests.browser.conftest import Troubles, served
from tests.e2e.conftest import Up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.async_api import Locator, Page

ROOT = Path(__file__).parents[2]
VITE = ROOT / "web/node_modules/vite/bin/vite.js"
CONFIG = Path(__file__).with_name("component_page") / "vite.config.mjs"
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"


class Site:
    """The page's address, and the stack that it uses."""

    def __init__(self, url: str, up: Up) -> None:
        self.url = url
        self.up = up
        self.stack = up.ready()

    def push(self, folder: Path) -> str:
        """Push a project; its id."""
        self.up.json("push", str(folder))
        return project_id_of(folder)

    def export(
        self, project_id: str, *, platform: str = "source", **options: str
    ) -> dict[str, str]:
        """Ask for an export; the properties of elements that show it."""
        request = urllib.request.Request(  # noqa: S310 - our own gateway
            f"{self.stack.gateway_url}/api/projects/{project_id}/export",
            data=json.dumps({"platform": platform, "options": options}).encode(),
            headers={
                "Authorization": f"Bearer {self.stack.token}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - likewise
            made = json.load(answer)
        return {"projectId": project_id, "exportId": made["export"]["id"]}


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Build the page, serve it under a strict policy, and start a stack that lets it in."""
    subprocess.run(
        [node(), str(VITE), "build", "-c", str(CONFIG), "--outDir", str(folder / "site")],
        check=True,
    )
    headers = {"Cache-Control": "no-store"}
    with served(folder / "site", headers) as url:
        up = Up(folder / "data", folder / "log", EXPORT_CORS_ORIGINS=url.rstrip("/"))
        try:
            site = Site(url, up)
            headers["Content-Security-Policy"] = policy(site)
            yield site
        finally:
            up.stop()


def policy(site: Site) -> str:
    """What docs/components.md asks of a page, and no more."""
    socket = site.stack.status_url.replace("http", "ws", 1)
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src {site.stack.gateway_url} {socket}; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )


class ComponentsPage:
    """The page in a browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles = Troubles(page)

    async def open(self, site: Site) -> None:
        """Load it, and give it its client."""
        await self.page.goto(site.url)
        await self.page.evaluate(
            "([url, token]) => components.connect(url, token)",
            [site.stack.gateway_url, site.stack.token],
        )

    async def show(self, *elements: tuple[str, dict[str, Any]]) -> None:
        """Show these elements alone: their kinds, and properties."""
        await self.page.evaluate(
            "(elements) => components.show(elements)",
            [{"tag": f"aethel-export-{kind}", "properties": given} for kind, given in elements],
        )

    def element(self, kind: str) -> Locator:
        """The element of a kind."""
        return self.page.locator(f"aethel-export-{kind}")

    async def told(self) -> list[dict[str, Any]]:
        """The events that the elements have sent, in order."""
        return list(await self.page.evaluate("components.told"))

    async def badge(self, text: str) -> None:
        """Wait until the progress shows a status."""
        await expect(self.element("progress").locator(".badge")).to_have_text(text)
