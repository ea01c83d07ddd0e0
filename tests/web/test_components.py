from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import (
    PATIENCE_MS,
    browser,  # noqa: F401 - pytest finds it here
)
from tests.web.components_page import AXE, ComponentsPage, Site, running_site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)
HOSTILE = "<img src=x onerror=globalThis.hit=1>"
PAGE = "<!doctype html>\n<title>Tiny</title>\n<p>Tiny</p>\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page and its stack, for all tests of this file."""
    with running_site(tmp_path_factory.mktemp("components")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, site: Site) -> AsyncIterator[ComponentsPage]:  # noqa: F811
    """The page, opened anew; what it complains of by its end is a failure."""
    opened = await browser.new_page(viewport={"width": 900, "height": 1000})
    components = ComponentsPage(opened)
    await components.open(site)
    yield components
    assert components.troubles.seen == []
    assert not await opened.evaluate("globalThis.hit")
    await opened.close()


@pytest.fixture(scope="module")
def tiny(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project that is exported in no time."""
    folder = tmp_path_factory.mktemp("projects") / "tiny"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE)
    return site.push(folder)


@pytest.fixture(scope="module")
def failed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An export that fails by its project, whose texts are hostile."""
    folder = tmp_path_factory.mktemp("projects") / "broken"
    (folder / "scenes").mkdir(parents=True)
    scene = {"objects": [{"id": "box", "type": "mesh", "modelPath": f"{HOSTILE}.glb"}]}
    (folder / "game.json").write_text(
        json.dumps({"name": "Broken", "scenes": ["scenes/main.json"]})
    )
    (folder / "scenes/main.json").write_text(json.dumps(scene))
    project = site.push(folder)
    return site.export(project, platform="web")


async def test_an_export_is_started_followed_and_downloaded(
    page: ComponentsPage, tiny: str
) -> None:
    """One press; the list hears of it, the progress follows, the link gives what the hash says."""
    await page.show(("button", {"projectId": tiny}), ("list", {"projectId": tiny}))
    await expect(page.element("list")).to_contain_text("No exports yet")
    await page.element("button").get_by_role("button", name="Export for Web").dblclick()
    row = page.element("list").locator("[role=option]")
    await expect(row).to_have_count(1)
    (created,) = await page.told()
    assert created["type"] == "export-created"
    button = page.element("button").get_by_role("button")
    await button.dispatch_event("click", {"detail": 2})  # the second one, after the answer
    await row.click()
    shown = {"projectId": tiny, "exportId": created["exportId"]}
    await page.show(("progress", shown), ("log", shown))
    await page.badge("Completed")
    progress = page.element("progress")
    link = await progress.get_by_role("link", name="Download").get_attribute("href")
    await page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await progress.get_by_role("button", name="Copy the SHA-256").click()
    await expect(progress.get_by_text("Copied")).to_be_visible()
    sha256 = await page.page.evaluate("navigator.clipboard.readText()")
    artifact = await page.page.request.get(str(link))
    assert hashlib.sha256(await artifact.body()).hexdigest() == sha256
    await expect(page.element("log").locator(".message").last).to_contain_text(
        "Packed tiny-1.0.0-web.zip"
    )
    assert [told["type"] for told in await page.told()].count("export-created") == 1


async def test_progress_never_falls_and_is_told_politely(
    page: ComponentsPage, site: Site, tiny: str
) -> None:
    """Numbers only rise, a screen reader hears little, and the end is told once."""
    with site.up.frozen("packager"):
        await page.show(("button", {"projectId": tiny, "platform": "source"}))
        await page.element("button").get_by_role("button").click()
        await expect(page.element("button").get_by_role("status")).to_contain_text(
            "number 1 in the queue"
        )
        (created,) = await page.told()
        await page.show(("progress", {"projectId": tiny, "exportId": created["exportId"]}))
        await expect(page.element("progress").locator(".facts")).to_contain_text(
            "Next in the queue"
        )
        await page.page.evaluate("components.record()")
    await page.badge("Completed")
    seen = await page.page.evaluate("components.recorded")
    assert seen["percents"] == sorted(seen["percents"])
    assert seen["said"][-1] == "Export completed. It can be downloaded."
    assert len(seen["said"]) <= 2
    assert [told["type"] for told in await page.told()] == ["export-created", "export-ended"]


async def test_a_cancel_shows_its_receipt_and_a_retry_begins_anew(
    page: ComponentsPage, site: Site, tiny: str
) -> None:
    """By keyboard alone: the focus stays at the buttons while they change."""
    with site.up.frozen("packager"):
        await page.show(("progress", site.export(tiny, appName="Cancel")))
        progress = page.element("progress")
        await progress.get_by_role("button", name="Cancel").focus()
        await page.page.keyboard.press("Enter")
        await page.badge("Canceled")
        await expect(progress.get_by_role("button", name="Retry")).to_be_focused()
        await expect(progress.locator("dl")).to_contain_text("Stopped")
    await page.page.keyboard.press("Enter")
    await page.badge("Completed")
    await expect(progress.get_by_role("link", name="Download")).to_be_focused()
    assert [told["type"] for told in await page.told()] == [
        "export-ended",
        "export-retried",
        "export-ended",
    ]


async def test_a_failure_says_where_why_and_what_to_do(
    page: ComponentsPage, failed: dict[str, str]
) -> None:
    """With the file, its code and why a retry is of no use; hostile names stay text."""
    await page.show(("progress", failed), ("log", failed))
    await page.badge("Failed")
    progress = page.element("progress")
    await expect(progress.locator(".notice")).to_contain_text(HOSTILE)
    await expect(progress.locator(".place")).to_contain_text("scenes/main.json")
    await expect(progress).to_contain_text("project-invalid")
    await expect(progress.get_by_role("button", name="Retry")).to_have_attribute(
        "aria-disabled", "true"
    )
    await expect(progress.get_by_role("button", name="Retry")).to_have_accessible_description(
        "It would fail again: change what the error says, push, and export the project anew."
    )
    await expect(page.element("log").locator(".line[data-level=error]")).to_contain_text(HOSTILE)
    assert await page.page.locator("img").count() == 0
    await page.page.evaluate("document.documentElement.lang = 'pt-BR'")
    await expect(progress.locator(".notice")).to_contain_text("O projeto tem erros")
    await expect(progress.locator(".notice [lang=en]").filter(has_text=HOSTILE)).to_be_visible()


async def test_a_refusal_is_shown_beside_the_button(page: ComponentsPage, tiny: str) -> None:
    """With the value that was wrong; without a project the button says why it does nothing."""
    await page.show(("button", {"projectId": tiny, "options": {"appVersion": HOSTILE}}))
    await page.element("button").get_by_role("button").click()
    await expect(page.element("button").get_by_role("alert")).to_contain_text("options.appVersion")
    page.troubles.seen.clear()  # the refusal
    await page.show(("button", {}))
    button = page.element("button").get_by_role("button")
    await expect(button).to_have_accessible_description("No project is open.")
    await button.press("Enter")
    assert [told["type"] for told in await page.told()] == ["export-error"]


async def test_the_list_is_read_filtered_and_chosen_from_by_keyboard(
    page: ComponentsPage, site: Site, tiny: str
) -> None:
    """Older ones come in pages; a filter that matches nothing says so."""
    for name in ("one", "two", "three"):
        site.export(tiny, appName=name)
    await page.show(("list", {"projectId": tiny, "pageSize": 2}))
    exports = page.element("list")
    rows = exports.locator("[role=option]")
    await expect(rows).to_have_count(2)
    await exports.get_by_role("button", name="Show older exports").click()
    await expect(rows).to_have_count(4)
    await exports.get_by_role("listbox").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await page.page.keyboard.press(key)
    await expect(rows.nth(2)).to_have_attribute("aria-selected", "true")
    assert [told["type"] for told in await page.told()] == ["export-selected"]
    await exports.get_by_label("Platform").select_option("web")
    await expect(rows).to_have_count(1)
    await exports.get_by_label("Status").select_option("failed")
    await expect(exports).to_contain_text("No export matches these filters")
    await exports.get_by_role("button", name="Show all").click()
    await expect(rows).to_have_count(2)


async def test_the_log_is_searched_and_left_at_its_end(
    page: ComponentsPage, site: Site, tiny: str
) -> None:
    """Who scrolls up stays there; the button leads back. A search marks what it finds."""
    await page.show(("log", site.export(tiny, appName="Log")))
    log = page.element("log")
    await log.evaluate("log => log.style.setProperty('--aethel-log-height', '3rem')")
    lines = log.get_by_role("log")
    await expect(log.locator(".line").last).to_be_in_viewport()
    await lines.evaluate("lines => lines.scrollTo(0, 0)")
    await log.get_by_role("button", name="Jump to the newest line").click()
    await expect(log.locator(".line").last).to_be_in_viewport()
    await expect(log.get_by_role("button", name="Jump to the newest line")).to_have_count(0)
    await log.get_by_role("searchbox").fill("PACKED")
    await expect(log.locator("mark")).to_have_text("Packed")
    await log.get_by_role("button", name="Info").click()
    await expect(log).to_contain_text("No line matches")


async def test_polling_takes_over_where_sockets_are_blocked(
    page: ComponentsPage, site: Site, tiny: str
) -> None:
    """The reader is told; the export is followed all the same."""
    await page.page.route_web_socket("**", lambda socket: socket.close())
    await page.open(site)
    with site.up.frozen("packager"):
        await page.show(("progress", site.export(tiny, appName="Blocked")))
        await expect(page.element("progress").locator(".connection")).to_have_text("Polling")
    await page.badge("Completed")


@pytest.mark.parametrize("language", ["en", "pt-BR"])
async def test_nothing_serious_is_found_by_axe(
    page: ComponentsPage, site: Site, tiny: str, failed: dict[str, str], language: str
) -> None:
    """In both languages and both schemes; and nothing is wider than a small phone."""
    done = site.export(tiny, appName=f"{language} done")
    await page.show(("progress", done))
    await page.badge("Completed")
    with site.up.frozen("packager"):
        waits = site.export(tiny, appName=f"{language} waits")
        await page.page.evaluate(
            "language => { document.documentElement.lang = language }", language
        )
        await page.show(
            ("button", done),
            ("progress", done),
            ("progress", failed),
            ("progress", waits),
            ("log", done),
            ("list", done),
            ("list", {"projectId": "empty-project"}),
        )
        await expect(page.page.locator(".badge").nth(2)).to_be_visible()
        await expect(page.page.locator(".badge").nth(3)).to_be_visible()
        await page.page.evaluate(AXE.read_text())
        for scheme in ("light", "dark"):
            await page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await page.page.evaluate(SERIOUS) == []
        await page.page.set_viewport_size({"width": 320, "height": 1000})
        assert await page.page.evaluate("document.documentElement.scrollWidth") == 320
    page.troubles.seen.clear()  # the project that is not there: its list shows the refusal


SERIOUS = """
async () => {
  const { violations } = await axe.run();
  const bad = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = ({ id, nodes }) => nodes.map((node) => [id, node.target, node.failureSummary]);
  return bad.flatMap(told);
}
"""


async def test_both_languages_say_the_same_things(page: ComponentsPage) -> None:
    """Each text of one is in the other, takes as many values, and says something."""
    english, portuguese = [
        await page.page.evaluate("tag => components.shape(tag)", tag) for tag in ("en", "pt-BR")
    ]
    assert english.keys() == portuguese.keys()
    assert english == portuguese
    assert all(text != "" for text in english.values())
