"""Drives the sample game, from its own folder or out of an artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

ARRIVED = """([x, y]) => {
  const { dataset } = document.querySelector("#stage");
  const card = document.querySelector("#card");
  const scored = document.querySelector("#score").value !== "0";
  return scored || !card.hidden || Math.hypot(dataset.x - x, dataset.y - y) < 30;
}"""


class GamePage:
    """The sample game in a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self, url: str) -> None:
        """Load it up to its title."""
        await self.page.goto(url)
        await self.page.wait_for_selector("#stage[data-x]")

    async def play(self) -> None:
        """Leave the title."""
        await self.page.click("#play")
        await self.page.wait_for_selector("#card", state="hidden")

    async def x(self) -> float:
        """Where the player is, CSS pixels."""
        return float(await self.page.get_attribute("#stage", "data-x") or "nan")

    async def score(self) -> int:
        """What the screen shows."""
        return int(await self.page.inner_text("#score"))

    async def hold_until_moved(self, key: str) -> float:
        """Hold a key until the player has moved well; how far, in CSS pixels."""
        start = await self.x()
        await self.page.keyboard.down(key)
        await self.page.wait_for_function(
            "start => Math.abs(document.querySelector('#stage').dataset.x - start) > 40", arg=start
        )
        await self.page.keyboard.up(key)
        return await self.x() - start

    async def gather(self) -> int:
        """Drag the player all over the stage, line by line, until it has gathered something.

        Returns:
            The score.
        """
        size = self.page.viewport_size or {"width": 0, "height": 0}
        await self.page.mouse.move(size["width"] / 2, size["height"] / 2)
        await self.page.mouse.down()
        for _ in range(5):
            for row in range(1, 8):
                for column in (1, 7) if row % 2 else (7, 1):
                    x, y = size["width"] * column / 8, size["height"] * row / 9
                    await self.page.mouse.move(x, y)
                    await self.page.wait_for_function(ARRIVED, arg=[x, y])
                    if score := await self.score():
                        await self.page.mouse.up()
                        return score
                    if await self.page.is_visible("#card"):
                        await self.page.mouse.up()
                        await self.play()
                        await self.page.mouse.down()
        return 0
