"""Exports on the page: asked for, watched, played, canceled, mended, looked into."""

from __future__ import annotations

import base64
import io
import json
import shutil
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import expect

from tests.page.conftest import Window, api
from tests.page.exports_page import ExportsPage
from tests.page.test_exports_rules import asked
from tests.signing import program

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Locator, Page

    from tests.e2e.conftest import Up

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIREFLY: Final = Path(__file__).parents[2] / "samples/firefly"
HOSTILE: Final = "<img src=x onerror=alert(1)>"
MENDED_SCENE: Final = {
    "objects": [{"id": "box", "type": "mesh", "primitive": "box"}],
    "lights": [{"lightType": "directional", "color": "#ffffff", "intensity": 1}],
}
BROKEN_SCENE: Final = {"objects": [{"id": "box", "type": "mesh", "modelPath": "models/gone.glb"}]}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing keys; what is signed with ``slow`` waits until a file ``open`` is there."""
    folder = tmp_path_factory.mktemp("keys")
    script = f'until [ -e {folder}/open ]; do sleep 0.05; done\necho s > "$1.sig"'
    program(folder / "linux/slow/sign", f"#!/bin/sh -e\n{script}\n")
    return folder


@pytest.fixture(scope="module")
def stack_settings(gate: Path) -> dict[str, str]:
    """Builds that last as long as a test wants."""
    return {"PACKAGER_SIGNING_DIR": str(gate)}


@pytest.fixture(scope="module")
def firefly(stack: Up) -> str:
    """A project that is built quickly and can be played."""
    done = stack.cli("push", str(FIREFLY))
    assert done.returncode == 0, done.stderr
    return "firefly"


@pytest_asyncio.fixture(loop_scope="session")
async def exports(window: Window, firefly: str) -> ExportsPage:
    """Its exports on the page."""
    opened = ExportsPage(window, firefly)
    await opened.open()
    return opened


def newest(stack: Up, project: str) -> str:
    """The project's newest finished web export."""
    path = f"/api/projects/{project}/export?platform=web&status=completed"
    return str(api(stack, "GET", path)["exports"][0]["id"])


def state_of(stack: Up, project: str, export_id: str) -> dict[str, Any]:
    """How an export stands."""
    found: dict[str, Any] = api(stack, "GET", f"/api/projects/{project}/export/{export_id}")[
        "export"
    ]
    return found


# The form


async def test_every_option_of_every_platform_has_its_field(
    exports: ExportsPage, stack: Up
) -> None:
    """With the right input; a wrong value is told beside it, refused options with their reason."""
    for view in api(stack, "GET", "/api/platforms")["platforms"]:
        if view["reason"] and "options" not in view:
            continue
        await exports.choose(view["platform"])
        await exports.unfold()
        properties = view["options"]["schema"]["properties"]
        fields = exports.page.locator("option-groups [data-option]")
        names = await fields.evaluate_all("all => all.map(field => field.dataset.option)")
        assert sorted(names) == sorted(properties)
        offered = {"format", "architecture", *(["signingKey"] if view["signingKeys"] else [])}
        for name, schema in properties.items():
            if name == "video":  # a form of its own: test_films.py
                await expect(exports.page.locator("film-form .choices")).to_be_visible()
                continue
            is_choice = name in offered or "enum" in schema
            await check_field(exports.option(name), schema, is_choice=is_choice)
        refused = exports.page.locator("option-groups .refused dt")
        assert await refused.count() == len(view["options"]["refused"])


async def test_a_card_says_by_whose_key_its_platform_is_signed(exports: ExportsPage) -> None:
    """The operators', the project's own where the service keeps one, the maker's, or nobody's."""
    told = {
        "linux": "Set up (slow)",
        "android": "The project's own key",
        "ios": "You sign it in Xcode",
        "windows": "No key set up",
    }
    for platform, words in told.items():
        card = exports.page.locator(f"platform-cards label[data-platform={platform}]")
        assert words in await card.inner_text(), platform


async def check_field(field: Locator, schema: dict[str, Any], *, is_choice: bool) -> None:
    """It is of the right kind, and tells what its schema does not allow."""
    schema = next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
    kind = schema.get("type")
    tag = "select" if is_choice else "textarea" if kind == "array" else "input"
    box = field.locator(tag)
    await expect(box).to_have_count(1)
    if kind == "boolean":
        assert await box.is_checked() == schema.get("default", False)
    wrong = None if is_choice or kind == "boolean" else wrong_value(schema)
    if wrong is None:
        return
    await box.fill(wrong)
    await box.blur()
    await expect(field.get_by_role("alert")).to_be_visible()
    assert await box.get_attribute("aria-invalid") == "true"
    await box.fill("")
    await expect(field.get_by_role("alert")).to_have_count(0)


def wrong_value(schema: dict[str, Any]) -> str | None:
    """Something that a schema does not allow; None where it allows everything."""
    if schema["type"] == "integer":
        return "0.5"
    limits = schema.get("items", schema)
    if "maxLength" in limits:
        return "x" * (int(limits["maxLength"]) + 1)
    return "not a version" if "pattern" in schema else None


async def test_what_the_service_refuses_is_told_at_its_option(exports: ExportsPage) -> None:
    """Of two platforms one is accepted; only the other one stays chosen, with its options."""
    page = exports.page
    await exports.choose("source", "linux")
    await exports.unfold()
    linux = page.locator("option-groups fieldset").filter(has_text="For Linux")
    await linux.locator("[data-option=format] select").select_option("appimage")
    await linux.locator("[data-option=signingKey] select").select_option("slow")
    await exports.export()
    await expect(page.locator("[data-outcome=accepted]")).to_have_text("Source: accepted Show")
    await expect(page.locator("[data-outcome=refused]")).to_contain_text("Linux: not accepted")
    told = exports.option("format").get_by_role("alert")
    await expect(told).to_contain_text("has no place for the signature")
    await expect(page.locator("platform-cards input:checked")).to_have_count(1)


async def test_presets_are_kept_for_the_project(exports: ExportsPage, stack: Up) -> None:
    """Saved, applied after a reload, deleted; a hostile name and value stay text."""
    page = exports.page
    await exports.choose("windows", "linux")
    await exports.option("appName").locator("input").fill(HOSTILE)
    await page.get_by_text("The same on the command line").click()
    await expect(page.locator("new-export pre")).to_contain_text(f"--option 'appName={HOSTILE}'")
    await page.get_by_role("button", name="Save as preset").click()
    await page.get_by_label("Name of the preset").fill(HOSTILE)
    await page.get_by_role("button", name="Save", exact=True).click()
    await exports.reload()
    await expect(exports.option("appName").locator("input")).to_have_value("")
    await page.get_by_role("button", name=f"Apply preset {HOSTILE}").click()
    await expect(exports.option("appName").locator("input")).to_have_value(HOSTILE)
    await expect(page.locator("platform-cards input:checked")).to_have_count(2)
    kept = await page.evaluate("() => JSON.stringify(localStorage)")
    assert stack.ready().token not in kept
    await page.get_by_role("button", name=f"Delete preset {HOSTILE}").click()
    await exports.reload()
    await expect(page.get_by_text("None yet.")).to_be_visible()


# From the button to the game


async def test_two_platforms_at_once_are_watched_to_the_end(
    exports: ExportsPage, stack: Up
) -> None:
    """Percents never fall; what can be downloaded is what the page says of it."""
    await exports.choose("web", "linux")
    await exports.export()
    await expect(exports.page.locator("[data-outcome=accepted]")).to_have_count(2)
    for shown in (await exports.percents("Web", "Linux")).values():
        assert shown == sorted(shown)
    for name in ("Web", "Linux"):
        card = exports.card(name)
        state = state_of(stack, exports.project, await exports.id_of(name))
        assert (state["status"], state["progress"]) == ("completed", 100)
        await expect(card).to_contain_text(state["fileName"])
        await expect(card).to_contain_text(state["sha256"])
        async with exports.page.expect_download() as download:
            await card.get_by_role("link", name="Download").click()
        data = await (await download.value).path()
        assert data.stat().st_size == state["fileSize"]


async def test_a_web_build_is_played_in_the_page(exports: ExportsPage, stack: Up) -> None:
    """The picture is the game's, a key moves its player, closing ends it."""
    page = exports.page
    await exports.open(newest(stack, exports.project))
    await page.get_by_role("button", name="Play", exact=True).click()
    frame = page.frame_locator("game-player iframe")
    stage = frame.locator("#stage[data-x]")
    await expect(stage).to_be_visible()
    while await frame.locator("#card").is_visible():  # a frame that has just come misses clicks
        await frame.locator("#play").click(force=True)
        await page.wait_for_timeout(300)
    before = await stage.get_attribute("data-x")
    await page.keyboard.down("ArrowRight")
    while float(await stage.get_attribute("data-x") or 0) < float(before or 0) + 40:
        await page.wait_for_timeout(50)
    await page.keyboard.up("ArrowRight")
    shown = picture(await page.locator("game-player iframe").screenshot())
    assert len(shown.getcolors(shown.width * shown.height) or []) > 500
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("game-player")).to_have_count(0)
    forget_the_game(exports.window)


async def test_links_are_made_scanned_and_revoked(
    exports: ExportsPage, context: BrowserContext, stack: Up
) -> None:
    """The QR code says the address, the address plays the game, and then no longer."""
    await exports.open(newest(stack, exports.project))
    page = exports.page
    link = page.locator("play-link").nth(1)
    await link.get_by_role("button", name="Make a link").click()
    url = await link.locator("input.url").input_value()
    assert url == api(stack, "GET", f"/api/projects/{exports.project}/play")["url"]
    await link.get_by_role("button", name="QR code").click()
    assert scanned(await link.locator("svg.qr").screenshot()) == url
    async with context.expect_page() as opened:
        await link.get_by_role("link", name="Play in a new tab").click()
    game: Page = await opened.value
    await expect(game.locator("#stage[data-x]")).to_be_visible()
    await link.get_by_role("button", name="Revoke").click()
    await link.get_by_role("button", name="Yes, revoke").click()
    await expect(link.get_by_role("button", name="Make a link")).to_be_visible()
    answer = await game.goto(url)
    assert answer
    assert answer.status == 404
    await game.close()


async def test_a_link_with_a_password_and_an_expiry(exports: ExportsPage, stack: Up) -> None:
    """It says so, and its password is nowhere on the page."""
    await exports.open(newest(stack, exports.project))
    page = exports.page
    link = page.locator("play-link").nth(1)
    await link.get_by_text("Password, expiry, isolation").click()
    await link.get_by_label("Password").fill("open sesame")
    await link.get_by_label("Valid").select_option("24")
    await link.get_by_role("button", name="Make a link").click()
    await expect(link).to_contain_text("Asks for a password")
    await expect(link).to_contain_text("Valid until")
    assert "open sesame" not in await page.content()


def picture(png: bytes) -> Image.Image:
    """A screenshot."""
    return Image.open(io.BytesIO(png)).convert("RGBA")


def scanned(png: bytes) -> str:
    """What a decoder that is not the encoder's reads in a picture."""
    image = picture(png)
    pixels = base64.b64encode(image.tobytes()).decode()
    return str(asked("scan", [pixels, image.width, image.height]))


def forget_the_game(window: Window) -> None:
    """Browsers tell in the page's console what they refuse to a game in its frame."""
    window.complaints[:] = [one for one in window.complaints if "autofocusing" not in one]


# On the way


async def begin_slowly(exports: ExportsPage) -> Locator:
    """An export that waits in the middle; its card."""
    await exports.choose("linux")
    await exports.unfold()
    await exports.option("signingKey").locator("select").select_option("slow")
    await exports.export()
    await expect(exports.page.locator("[data-outcome=accepted]")).to_have_count(1)
    card = exports.card("Linux")
    await expect(card).to_contain_text("Signing the program")
    return card


async def test_a_cancel_shows_its_receipt(exports: ExportsPage) -> None:
    """When it was asked for, when all had stopped, what has become of the parts."""
    card = await begin_slowly(exports)
    await card.get_by_role("button", name="Cancel").click()
    await expect(card.locator("[data-status=canceled]")).to_be_visible()
    await expect(card).to_contain_text("All removed")
    await expect(card.get_by_role("button", name="Retry")).to_be_visible()


async def test_a_reload_and_a_second_tab_see_the_same_build(
    exports: ExportsPage, context: BrowserContext, stack: Up, gate: Path
) -> None:
    """Both go on where it stands, with the whole log, and see its end."""
    card = await begin_slowly(exports)
    before = int(await card.locator("[role=progressbar]").get_attribute("aria-valuenow") or 0)
    await exports.reload()
    other = ExportsPage(
        Window(await context.new_page(), stack.ready().gateway_url), exports.project
    )
    await other.open()
    tabs = (exports, other)
    for tab in tabs:
        bar = tab.card("Linux").locator("[role=progressbar]")
        await expect(bar).to_be_visible()
        assert int(await bar.get_attribute("aria-valuenow") or 0) >= before > 0
    (gate / "open").touch()
    for tab in tabs:
        await expect(tab.card("Linux").locator("[data-status=completed]")).to_be_visible()
        await tab.card("Linux").get_by_role("button", name="Log").click()
        await expect(tab.card("Linux")).to_contain_text("Signing the program")
    assert other.window.complaints == []
    await other.page.close()


async def test_a_failure_is_mended_and_exported_anew(
    window: Window, stack: Up, tmp_path: Path
) -> None:
    """It says which file, and what to do; a retry is refused, and why; mended it succeeds."""
    folder = tmp_path / "broken"
    (folder / "scenes").mkdir(parents=True)
    game = {"name": HOSTILE, "scenes": ["scenes/main.json"]}
    (folder / "game.json").write_text(json.dumps(game))
    (folder / "scenes/main.json").write_text(json.dumps(BROKEN_SCENE))
    assert stack.cli("push", str(folder)).returncode == 0
    exports = ExportsPage(window, "broken")
    await exports.open()
    await exports.export()
    card = exports.card("Web")
    await expect(card.locator("[data-status=failed]")).to_be_visible()
    state = state_of(stack, "broken", await exports.id_of("Web"))
    await expect(card).to_contain_text(state["errorCode"])
    await expect(card).to_contain_text("models/gone.glb")
    await expect(card.get_by_role("button", name="Retry")).to_have_attribute(
        "aria-disabled", "true"
    )
    await expect(card).to_contain_text(state["retryDisabledReason"])
    (folder / "scenes/main.json").write_text(json.dumps(MENDED_SCENE))
    assert stack.cli("push", str(folder)).returncode == 0
    failed = await exports.id_of("Web")
    await exports.export()
    await expect(exports.card("Web")).not_to_have_attribute("data-export", failed)
    await expect(exports.card("Web").locator("[data-status=completed]")).to_be_visible()


# Looking into it


async def test_the_sizes_are_those_of_the_artifact(
    exports: ExportsPage, stack: Up, tmp_path: Path
) -> None:
    """By type and in all; what is different from the export before it is told."""
    before = newest(stack, exports.project)
    shutil.copytree(FIREFLY, tmp_path / "firefly")
    (tmp_path / "firefly/assets/extra.wav").write_bytes(bytes(5_000))
    assert stack.cli("push", str(tmp_path / "firefly")).returncode == 0
    await exports.choose("web")
    await exports.export()
    await expect(exports.page.locator("[data-outcome=accepted]")).to_have_count(1)
    await expect(exports.card("Web").locator("[data-status=completed]")).to_be_visible()
    export_id = await exports.id_of("Web")
    assert export_id != before
    members = members_of(state_of(stack, exports.project, export_id))
    await exports.open(export_id)
    page = exports.page
    table = page.locator("table[data-table=types]")
    assert await bytes_in(table.locator("tfoot")) == sum(members.values())
    sounds = sum(size for path, size in members.items() if path.endswith(".wav"))
    assert await bytes_in(table.locator("tr[data-type=sounds]")) == sounds
    delta = table.locator("tr[data-type=sounds] [data-delta]")
    await expect(delta).to_have_attribute("data-delta", "5000")
    added = page.locator(".changes li[data-kind=added]")
    await expect(added).to_contain_text("assets/extra.wav")
    await page.locator("size-map [data-type=sounds]").press("Enter")
    listed = page.locator("table[data-table=files] tbody tr")
    await expect(listed).to_have_count(sum(path.endswith(".wav") for path in members))
    await page.keyboard.press("Escape")
    await expect(table).to_be_visible()


def members_of(state: dict[str, Any]) -> dict[str, int]:
    """Path to size in bytes, read from the artifact itself."""
    with urllib.request.urlopen(state["downloadUrl"]) as answer:  # noqa: S310 - our own stack
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    return {info.filename: info.file_size for info in archive.infolist()}


async def bytes_in(row: Locator) -> int:
    """The bytes that a row of the table of sizes stands for."""
    return int(await row.locator("[data-bytes]").first.get_attribute("data-bytes") or -1)


# Everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_stands_in_anybody_s_way(
    exports: ExportsPage, stack: Up, scheme: Any
) -> None:
    """axe-core finds nothing serious, and nothing is wider than a small telephone."""
    page = exports.page
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.set_viewport_size({"width": 320, "height": 800})
    await exports.choose("web", "linux")
    await exports.unfold()
    await exports.option("appVersion").locator("input").fill("wrong")
    await exports.option("appVersion").locator("input").blur()
    await expect(exports.option("appVersion").get_by_role("alert")).to_be_visible()
    assert await exports.window.barriers() == []
    assert await exports.window.overflow() == 0
    await exports.open(newest(stack, exports.project))
    await expect(page.locator("table[data-table=types]")).to_be_visible()
    assert await exports.window.barriers() == []
    assert await exports.window.overflow() == 0


async def test_the_keyboard_is_enough(exports: ExportsPage) -> None:
    """From the first platform to a running game and back, without a pointer."""
    page = exports.page
    await exports.choose()
    await page.locator("platform-cards input").first.focus()
    await page.keyboard.press("Space")
    while await exports.window.focused() != "Export":
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-outcome=accepted]")).to_have_count(1)
    await expect(exports.card("Web").get_by_role("button", name="Play")).to_be_visible()
    while await exports.window.focused() != "Running and recent":
        await page.wait_for_timeout(50)
    while await exports.window.focused() != "Play":
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    frame = page.frame_locator("game-player iframe")
    await expect(frame.locator("#stage[data-x]")).to_be_visible()
    await page.keyboard.press("Enter")
    forget_the_game(exports.window)
