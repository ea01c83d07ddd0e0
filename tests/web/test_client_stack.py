"""The client package against a running stack: from Node, as it is installed, and in Chromium."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import threading
import zipfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from cli.local.credentials import open_credentials
from services.packager.runtimes.build import node
from tests.browser.conftest import Troubles, launch, served
from tests.browser.firefox.window import firefox
from tests.e2e.conftest import PAGE, Up
from tests.web.conftest import CLIENT, NODE_TESTS, ROOT, WEB, run_node_tests
from tests.web.engine_server import EXAMPLES, Engine, built_editor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from playwright.async_api import Browser, Page

pytestmark = pytest.mark.usefixtures("client_dist")
DOCUMENT = ROOT / "docs/web-client.md"
QUOTED = ("useExport.ts", "ExportDialog.tsx", "editor.tsx")
# What a page has to allow, and no more.
POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
    "worker-src 'self'; connect-src http://127.0.0.1:* ws://127.0.0.1:*"
}
HTML = """<!doctype html>
<div id="drop">Drop</div><output></output><script type="module" src="page.js"></script>
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running stack that pages of every origin may use."""
    folder = tmp_path_factory.mktemp("stack")
    started = Up(folder / "data", folder / "log", EXPORT_CORS_ORIGINS="*")
    started.ready()
    yield started
    started.stop()


def access_of(stack: Up) -> dict[str, str]:
    """What leads the command line to the stack's own secrets."""
    return {"AETHEL_EXPORT_DATA": str(stack.data)}


@pytest.fixture(scope="module")
def access(stack: Up) -> dict[str, str]:
    """Where the stack is, and a token for it."""
    ready = stack.ready()
    token = stack.cli("token", "--user", "ann", **access_of(stack)).stdout.strip()
    return {
        "AETHEL_EXPORT_URL": ready.gateway_url,
        "AETHEL_EXPORT_TOKEN": token,
        "STATUS_URL": ready.status_url.replace("http:", "ws:"),
    }


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A tiny project, whose folder's name is its id."""
    folder = tmp_path / f"game-{tmp_path.name[-12:].lower().replace('_', '-')}"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "big.bin").write_bytes(os.urandom(2 << 20))
    return folder


def documented(what: str) -> str:
    """The code of the page that holds something."""
    blocks = re.findall(r"```js\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    (block,) = [str(block) for block in blocks if what in block]
    return block


def test_push_watch_cancel_and_download(access: dict[str, str]) -> None:
    """Through connections that are cut at random moments, too."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("game/index.html", PAGE)
    run_node_tests("stack", ZIP=base64.b64encode(archive.getvalue()).decode(), **access)


def test_what_is_missing_goes_while_more_is_hashed(access: dict[str, str]) -> None:
    """Where it is refused, cut or called off meanwhile, too."""
    run_node_tests("early", **access)


@asynccontextmanager
async def in_chromium(_: Path, url: str) -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
    """What expressions of a page are."""
    async with async_playwright() as playwright:
        running = await launch(playwright)
        page = await running.new_page()
        await page.goto(url)
        yield page.evaluate
        await running.close()


@asynccontextmanager
async def in_firefox(folder: Path, url: str) -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
    """What expressions of a page are."""
    async with firefox(folder) as window:
        await window.open(url)
        yield window.value


@pytest.mark.parametrize("opened", [in_chromium, in_firefox])
async def test_a_page_sends_before_all_is_hashed(
    access: dict[str, str], opened: Any, tmp_path: Path
) -> None:
    """Its last file waits until others have arrived; each content goes once."""
    site = tmp_path / "site"
    shutil.copytree(CLIENT / "dist", site / "dist")
    for name in ("early-page.mjs", "early-project.mjs"):
        shutil.copy(NODE_TESTS / name, site)
    (site / "index.html").write_text('<script type="module" src="early-page.mjs"></script>')
    name = opened.__name__.replace("_", "-")
    given = json.dumps((access["AETHEL_EXPORT_URL"], access["AETHEL_EXPORT_TOKEN"], name))
    with served(site) as url:
        async with opened(tmp_path, url) as value:
            told = await value(f"pushed(...{given})")
    assert told["got"] == told["wanted"]
    assert told["phases"] == ["reading", "hashing", "uploading", "done"]
    assert told["sentAgain"] == 0


def npm(folder: Path, *arguments: str) -> str:
    """What npm prints; it asks no registry."""
    program = Path(node()).resolve()
    own = program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    command = [str(program), str(own)] if own.exists() else ["npm"]
    environ = {**os.environ, "npm_config_cache": str(folder / ".npm"), "npm_config_offline": "true"}
    done = subprocess.run(
        [*command, *arguments, "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_packed_package_runs_the_documented_program_in_a_new_folder(
    access: dict[str, str], game: Path, tmp_path: Path
) -> None:
    """Packed as it is published, installed with its one dependency, and the artifact is whole."""
    folder = tmp_path / "consumer"
    folder.mkdir()
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    packages = [
        json.loads(npm(folder, "pack", str(source), "--json", "--ignore-scripts"))[0]
        for source in (CLIENT, WEB / "node_modules/ws")
    ]
    files = {file["path"] for file in packages[0]["files"]}
    assert {"LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "package.json"} <= files
    assert not [path for path in files if path.startswith(("src/", "build"))]
    npm(folder, "install", "--ignore-scripts", *(f"./{one['filename']}" for one in packages))
    (folder / "export.mjs").write_text(documented("// export.mjs"))
    (game / ".env").write_text("SECRET=1")
    done = subprocess.run(
        [node(), "export.mjs", str(game), "web"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **access},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.startswith(".env looks like a secret by its name: if everybody may read it")
    assert "100 % Ready to download" in done.stdout
    sha256, name = done.stdout.splitlines()[-1].split()
    assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with async_playwright() as playwright:
        running = await launch(playwright)
        yield running
        await running.close()


async def drop(page: Page, selector: str, *paths: Path) -> None:
    """Drop files and folders of the disk, as a hand does it."""
    box = await page.locator(selector).bounding_box()
    assert box is not None
    session = await page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        dragged = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        where = {"x": box["x"] + 5, "y": box["y"] + 5}
        await session.send("Input.dispatchDragEvent", {"type": kind, **where, "data": dragged})


async def test_a_folder_dropped_into_the_documented_page_becomes_a_game(
    stack: Up, access: dict[str, str], browser: Browser, game: Path, tmp_path: Path
) -> None:
    """Under a strict policy; the snapshot is the one that ``aethel-export push`` makes."""
    for number in range(250):  # more than a browser reads of a folder at a time
        (game / f"part-{number}.txt").write_text(f"{number}")
    (game / "node_modules").mkdir()
    (game / "node_modules/a.js").write_text("a")
    (game / "key.txt").write_text("-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq\n")
    site = tmp_path / "site"
    site.mkdir()
    shutil.copytree(CLIENT / "dist", site / "dist")
    (site / "index.html").write_text(HTML)
    (site / "token").write_text(access["AETHEL_EXPORT_TOKEN"])
    code = documented("filesFromDrop")
    for there, here in {
        '"@aethel/export-client"': '"./dist/index.js"',
        "https://export.example.com": access["AETHEL_EXPORT_URL"],
        "/api/export-token": "/token",
        '"my-game"': f'"{game.name}"',
    }.items():
        assert there in code
        code = code.replace(there, here)
    (site / "page.js").write_text(code)
    with served(site, POLICY) as url:
        page = await browser.new_page()
        troubles = Troubles(page)
        await page.goto(url)
        await drop(page, "#drop", game)
        link = page.get_by_role("link", name="Download")
        href = await link.get_attribute("href")
        said = await page.locator("output").text_content()
        await page.close()
    assert said == "100 % Ready to download"
    assert href
    assert href.startswith(f"{access['AETHEL_EXPORT_URL']}/api/projects/{game.name}/export/")
    assert [trouble for trouble in troubles.seen if not _is_comparing(trouble)] == []
    again = stack.cli("push", str(game), "--json", **access)
    assert again.returncode == 0, again.stderr
    pushed = json.loads(again.stdout)
    assert (pushed["files"], pushed["sentFiles"]) == (252, 0)


def _is_comparing(trouble: str) -> bool:
    """The answer 409 that names what is missing, which a browser's console shows in red."""
    return "409" in trouble


async def test_the_engines_dialog_pushes_exports_and_offers_the_artifact(
    stack: Up, access: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    """The documented hook, dialog, token and push, in place of the mock."""
    rows = tmp_path / "rows.json"
    page_row = {"id": "f1", "path": "/index.html", "content": PAGE}
    project = {"id": "lantern", "name": "Lantern", "template": None, "settings": None}
    rows.write_text(json.dumps({"project": project, "files": [page_row], "assets": []}))
    service = stack.cli("token", "--user", "engine", "--role", "service", **access_of(stack))
    environ = {
        "AETHEL_EXPORT_URL": access["AETHEL_EXPORT_URL"],
        "AETHEL_EXPORT_TOKEN": service.stdout.strip(),
        "JWT_SECRET": open_credentials(stack.data).jwt,
    }
    built_editor(access["AETHEL_EXPORT_URL"], tmp_path / "site")
    engine = Engine(tmp_path / "site", environ, rows)
    serving = threading.Thread(target=engine.server.serve_forever, daemon=True)
    serving.start()
    page = await browser.new_page()
    troubles = Troubles(page)
    await page.goto(f"http://127.0.0.1:{engine.server.server_port}/editor.html?project=lantern")
    await page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog", name="Export")
    await dialog.get_by_label("Platform").select_option("web")
    await dialog.get_by_label("Name of the game").fill("<img src=x onerror=alert(1)>")
    await dialog.get_by_role("button", name="Export").click()
    link = dialog.get_by_role("link", name="Download")
    assert "img-src-x-onerror-alert-1" in (await link.text_content() or "")
    assert await dialog.locator("progress").get_attribute("value") == "100"
    assert await dialog.get_by_role("alert").text_content() == ""
    await dialog.get_by_role("button", name="Close").click()
    assert await page.get_by_role("dialog").count() == 0
    await page.close()
    engine.server.shutdown()
    engine.server.server_close()
    serving.join()
    assert engine.pushes == 1
    assert troubles.seen == []


def test_the_documentation_shows_the_files_as_they_are() -> None:
    """The code of ``docs/migration.md`` is that of the example that is built."""
    blocks = re.findall(
        r"```(?:mjs|tsx?)\n(.*?)```", (ROOT / "docs/migration.md").read_text(), re.DOTALL
    )
    sources = [WEB / "examples/react/src" / name for name in QUOTED]
    assert blocks == [path.read_text() for path in (EXAMPLES / "export-token.mjs", *sources)]
