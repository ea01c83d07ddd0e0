"""Drives the exports of a project on the export page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.page.conftest import Window


class ExportsPage:
    """The exports of one project, in one window."""

    def __init__(self, window: Window, project: str) -> None:
        self.window = window
        self.page = window.page
        self.project = project

    async def open(self, export_id: str | None = None) -> None:
        """Show the form and the live cards, or the details of one export."""
        rest = f"/exports/{export_id}" if export_id else ""
        await self.window.open(f"#/projects/{self.project}{rest}")
        awaited = "export-detail aethel-export-progress" if export_id else "platform-cards label"
        await self.page.locator(awaited).first.wait_for()

    async def reload(self) -> None:
        """Load the page anew where it is."""
        await self.page.reload()
        await self.page.locator("platform-cards label").first.wait_for()

    async def choose(self, *platforms: str) -> None:
        """Choose these platforms, and no other."""
        for box in await self.page.locator("platform-cards label").all():
            name = await box.get_attribute("data-platform")
            await box.locator("input").set_checked(name in platforms)

    async def unfold(self) -> None:
        """Show all options."""
        for group in await self.page.locator("option-groups fieldset details").all():
            if await group.get_attribute("open") is None:
                await group.locator("summary").click()

    def option(self, name: str) -> Locator:
        """The field of an option."""
        return self.page.locator(f'option-groups .field[data-option="{name}"]')

    async def export(self) -> None:
        """Press the button."""
        await self.page.locator("new-export [data-action=export]").click()

    def card(self, platform: str) -> Locator:
        """The newest live card of a platform."""
        return self.page.locator(f"export-card article[aria-label^='{platform},']").first

    async def id_of(self, platform: str) -> str:
        """The export that the card shows."""
        return str(await self.card(platform).get_attribute("data-export"))

    async def percents(self, *platforms: str) -> dict[str, list[int]]:
        """Watch cards until all have ended; what their bars have shown."""
        shown: dict[str, list[int]] = {name: [] for name in platforms}
        left = list(platforms)
        while left:
            left = [name for name in left if not await self._note(name, shown[name])]
        return shown

    async def _note(self, platform: str, shown: list[int]) -> bool:
        """Whether it has ended; if not, its percent is noted."""
        seen: list[Any] = await self.card(platform).evaluate(
            """card => {
              const root = card.querySelector("aethel-export-progress").shadowRoot;
              const bar = root.querySelector("[role=progressbar]");
              const ended = root.querySelector("[data-status=completed], [data-status=failed]");
              return [bar?.getAttribute("aria-valuenow") ?? null, ended !== null];
            }"""
        )
        if seen[0] is not None:
            shown.append(int(seen[0]))
        return bool(seen[1])
