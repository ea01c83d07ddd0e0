"""Uploading: folders, ZIPs and files, what stays at home, and what can go wrong on the way."""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.page.conftest import api

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import FilePayload, Locator, Page, Request

    from tests.e2e.conftest import Up
    from tests.page.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

GAME = "<!doctype html>\n<html lang=en><title>Tiny</title><body>Tiny</body></html>\n"
FILE_BYTES = 6_000_000
SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str]:
    """Files have a limit that a test can reach."""
    return {"EXPORT_MAX_FILE_BYTES": str(FILE_BYTES)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with what belongs to a game, and what does not."""
    game = tmp_path / "tiny"
    (game / "assets").mkdir(parents=True)
    (game / "node_modules/left-pad").mkdir(parents=True)
    (game / "index.html").write_text(GAME)
    (game / "assets/a.bin").write_bytes(os.urandom(5_000))
    (game / "node_modules/left-pad/index.js").write_text("module.exports = 1\n")
    (game / ".env").write_text("PASSWORD=1\n")
    (game / "notes.psd").write_bytes(b"8BPS")
    (game / ".aethelignore").write_text("*.psd\n")
    return game


def project(stack: Up, name: str) -> dict[str, Any]:
    """What the service says of a project."""
    found: dict[str, Any] = api(stack, "GET", f"/api/projects/{name}")
    return found


async def new_project(window: Window, name: str) -> Locator:
    """An empty one, opened; its upload panel."""
    page = window.page
    await page.get_by_role("button", name="New project").first.click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Identifier").fill(name)
    await page.get_by_role("button", name="Create project").click()
    await expect(page.locator("h1")).to_have_text(name)
    panel = page.locator("upload-panel")
    await expect(panel).to_be_visible()
    return panel


def archive(files: dict[str, str], *, code_page: str | None = None) -> bytes:
    """A ZIP; with a code page its names do not say what they are in."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for path, text in files.items():
            zipped.writestr(path, text)
    if code_page is None:
        return packed.getvalue()
    stand_in, name = "XXXXXXXX", "日本語データ".encode(code_page)[:8]
    return packed.getvalue().replace(stand_in.encode(), name)


def watch_requests(page: Page) -> list[str]:
    """Methods and paths of what is sent from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(f"{request.method} {request.url}")

    page.on("request", note)
    return sent


async def test_a_folder_becomes_the_project(window: Window, stack: Up, folder: Path) -> None:
    """What belongs to the game is sent, once; what was left out is told with its reason."""
    panel = await new_project(window, "of-a-folder")
    await panel.locator("#folder").set_input_files(folder)
    await expect(panel).to_contain_text("3 files, 3 new")
    await panel.get_by_text("3 left out").click()
    for told in (".env", "Looks like a secret", "node_modules/", "notes.psd", "Named in"):
        await expect(panel).to_contain_text(told)
    assert project(stack, "of-a-folder")["files"] == 3
    await expect(window.page.locator("export-panel")).to_be_visible()
    files = window.page.locator("project-files")
    await files.get_by_text("Files (3)").click()
    await expect(files.locator("li")).to_have_count(3)
    await expect(files.locator("li").nth(1)).to_contain_text("assets/a.bin")
    await expect(files.locator("li").nth(1)).to_contain_text("5 kB")
    assert await window.barriers() == []
    await panel.locator("#folder").set_input_files(folder)
    await expect(panel).to_contain_text("the service had all of it already")


async def test_a_zip_is_imported(window: Window, stack: Up) -> None:
    """As it is; a single folder around everything is no part of it."""
    panel = await new_project(window, "of-a-zip")
    content = archive({"tiny/index.html": GAME, "tiny/.env": "PASSWORD=1", "tiny/a.txt": "a"})
    await panel.locator("#zip").set_input_files(
        {"name": "tiny.zip", "mimeType": "application/zip", "buffer": content}
    )
    await expect(panel).to_contain_text("sent and unpacked")
    await expect(panel).to_contain_text("left-out-secret")
    assert project(stack, "of-a-zip")["files"] == 2


async def test_names_in_an_unknown_encoding_are_asked_about(window: Window, stack: Up) -> None:
    """The service cannot know them: the reader says where the ZIP was packed."""
    panel = await new_project(window, "of-windows")
    content = archive({"index.html": GAME, "XXXXXXXX.txt": "a"}, code_page="cp932")
    await panel.locator("#zip").set_input_files(
        {"name": "old.zip", "mimeType": "application/zip", "buffer": content}
    )
    await expect(panel.locator("form")).to_contain_text("What are the names in this ZIP")
    assert await window.barriers() == []
    await panel.get_by_label("Encoding of names").select_option("cp932")
    await panel.get_by_role("button", name="Import again").click()
    await expect(panel).to_contain_text("sent and unpacked")
    assert project(stack, "of-windows")["files"] == 2


async def test_one_page_alone_opens_first(window: Window) -> None:
    """Whatever it is called, it becomes the project's index.html."""
    panel = await new_project(window, "of-a-page")
    await panel.locator("#files").set_input_files(
        {"name": "My Game (final).html", "mimeType": "text/html", "buffer": GAME.encode()}
    )
    await expect(panel).to_contain_text("1 file, 1 new")
    shown = await window.page.evaluate(
        """async () => {
          const token = sessionStorage.getItem("aethel.token");
          const headers = { Authorization: `Bearer ${token}` };
          return (await fetch("/api/projects/of-a-page/files/index.html", { headers })).text();
        }"""
    )
    assert shown == GAME


async def test_single_files_do_not_replace_a_project_unasked(
    window: Window, stack: Up, folder: Path
) -> None:
    """A question comes first; without a yes the project stays as it is."""
    panel = await new_project(window, "asked")
    await panel.locator("#folder").set_input_files(folder)
    await expect(panel).to_contain_text("3 files, 3 new")
    before = project(stack, "asked")["snapshot"]
    await panel.locator("#files").set_input_files(folder / "index.html")
    await expect(panel).to_contain_text("Now it has 3 files.")
    await panel.get_by_role("button", name="Cancel").click()
    assert project(stack, "asked")["snapshot"] == before
    await panel.locator("#files").set_input_files(folder / "index.html")
    await panel.get_by_role("button", name="Replace").click()
    await expect(panel).to_contain_text("the service had all of it already")
    assert project(stack, "asked")["files"] == 1


async def test_limits_are_told_before_a_byte_is_sent(
    window: Window, stack: Up, folder: Path
) -> None:
    """The file that is too large is named, and nothing has gone."""
    (folder / "assets/huge.bin").write_bytes(bytes(FILE_BYTES + 1))
    panel = await new_project(window, "limited")
    sent = watch_requests(window.page)
    await panel.locator("#folder").set_input_files(folder)
    await expect(panel.get_by_role("alert")).to_contain_text("assets/huge.bin")
    assert not [line for line in sent if "/snapshot" in line or "/blobs" in line]
    assert project(stack, "limited")["snapshot"] is None


async def test_dropped_folders_and_files_are_taken_anywhere_on_the_page(
    window: Window, stack: Up, folder: Path
) -> None:
    """A real drag of a real folder, with what hovers told; and one onto the list of projects."""
    await new_project(window, "dropped")
    page = window.page
    await drag(page, folder, until="dragOver")
    await expect(page.get_by_text("Drop to upload to dropped")).to_be_visible()
    # Nothing comes after it: as if the pointer had left with what it carried.
    await expect(page.get_by_text("Drop to upload to dropped")).to_have_count(0)
    await drag(page, folder, until="drop")
    await expect(page.locator("upload-panel")).to_contain_text("3 files, 3 new")
    assert project(stack, "dropped")["files"] == 3
    await window.go("#/")
    await expect(page.locator("project-card").first).to_be_visible()
    await drag(page, folder, until="drop")
    await expect(page.locator("h1")).to_have_text("tiny")
    await expect(page.locator("upload-panel")).to_contain_text("3 files, 3 new")


async def test_an_upload_is_canceled(window: Window, stack: Up, folder: Path) -> None:
    """The project stays as it was, and the next upload begins anew."""
    (folder / "assets/large.bin").write_bytes(os.urandom(FILE_BYTES))
    panel = await new_project(window, "canceled")
    devtools = await window.page.context.new_cdp_session(window.page)
    await devtools.send("Network.enable")
    await devtools.send("Network.emulateNetworkConditions", SLOW)
    await panel.locator("#folder").set_input_files(folder)
    await expect(panel.get_by_text("assets/large.bin")).to_be_visible()
    assert await window.barriers() == []
    await panel.get_by_role("button", name="Cancel upload").click()
    await expect(panel).to_contain_text("The upload was canceled.")
    assert project(stack, "canceled")["snapshot"] is None


async def test_an_upload_goes_on_after_a_lost_connection(
    window: Window, stack: Up, folder: Path
) -> None:
    """Another view in between does not end it either."""
    (folder / "assets/large.bin").write_bytes(os.urandom(FILE_BYTES))
    panel = await new_project(window, "resumed")
    page = window.page
    await page.context.set_offline(True)
    await panel.locator("#folder").set_input_files(folder)
    await expect(page.locator("service-banner .banner")).to_be_visible()
    await window.go("#/")
    await expect(page.locator("h1")).to_have_text("Projects")
    await page.context.set_offline(False)
    await window.go("#/projects/resumed")
    await expect(panel).to_contain_text("4 files, 4 new")
    assert project(stack, "resumed")["files"] == 4


async def test_hostile_names_of_files_are_refused_and_stay_text(window: Window) -> None:
    """What the service would refuse is told before, letter by letter."""
    panel = await new_project(window, "named")
    files: list[FilePayload] = [
        {"name": "<img src=x onerror=alert(1)>", "mimeType": "", "buffer": b"a"},
        {"name": "index.html", "mimeType": "text/html", "buffer": GAME.encode()},
    ]
    await panel.locator("#files").set_input_files(files)
    await expect(panel.get_by_role("alert")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await window.page.locator("img").count() == 0


async def drag(page: Page, path: Path, *, until: str) -> None:
    """Drag a file or folder of this machine onto the page, as far as hovering or to the drop."""
    devtools = await page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", *(["drop"] if until == "drop" else [])):
        event = {"type": kind, "x": 400, "y": 500, "data": data}
        await devtools.send("Input.dispatchDragEvent", event)
    await devtools.detach()
