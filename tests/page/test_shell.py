"""Signing in, finding one's way, projects."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.page.conftest import api

if TYPE_CHECKING:
    from playwright.async_api import Page, Request

    from tests.e2e.conftest import Up
    from tests.page.conftest import Window

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def stack_settings() -> dict[str, str]:
    """Nothing but that nobody has made a project yet."""
    return {}


async def press(page: Page, name: str) -> None:
    """Press a button by its name."""
    await page.get_by_role("button", name=name, exact=True).click()


async def test_the_first_run_makes_a_project_of_the_sample(window: Window) -> None:
    """Nothing there: one press pushes the sample, and its page offers to export it."""
    page = window.page
    await expect(page.locator("h1")).to_have_text("Make your first export")
    assert await window.barriers() == []
    await press(page, "Use the sample")
    await expect(page.locator("h1")).to_have_text("Emberlight")
    await expect(page.locator("export-panel")).to_have_count(1)
    await expect(page).to_have_title("Emberlight · Aethel Export")
    assert page.url.endswith("#/projects/emberlight")
    assert await window.focused() == "Emberlight"


async def test_a_reload_keeps_the_session_and_the_token_stays_in_it(window: Window) -> None:
    """The token is in sessionStorage alone: in no address, not in localStorage, asked for once."""
    page = window.page
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    await page.reload()
    await expect(page.locator("h1")).to_be_visible()
    token = await page.evaluate("() => sessionStorage.getItem('aethel.token')")
    assert token.count(".") == 2
    assert not any(url.endswith("/local-session") for url in asked)
    assert not any(token in url for url in asked)
    assert token not in await page.evaluate("() => JSON.stringify(localStorage)")


async def test_a_hostile_name_stays_text(window: Window) -> None:
    """It is shown as typed in the list, the heading, the header, the title and a dialogue."""
    page = window.page
    await press(page, "New project")
    await page.get_by_label("Name").fill(HOSTILE)
    await page.get_by_label("Identifier").fill("hostile")
    await press(page, "Create project")
    await expect(page.locator("h1")).to_have_text(HOSTILE)
    await expect(page.locator("project-switch .current")).to_have_text(HOSTILE)
    await expect(page).to_have_title(f"{HOSTILE} · Aethel Export")
    await press(page, "Delete project")
    await expect(page.locator("delete-project-dialog h2")).to_contain_text(HOSTILE)
    assert await window.barriers() == []
    await page.keyboard.press("Escape")
    await window.go("#/")
    await expect(page.locator("project-card .name").filter(has_text=HOSTILE)).to_be_visible()
    assert await page.locator("img").count() == 0


async def test_a_project_is_deleted_once_its_identifier_is_typed(window: Window, stack: Up) -> None:
    """Another word deletes nothing."""
    api(stack, "POST", "/api/projects", {"id": "doomed", "name": "Doomed"})
    page = window.page
    await window.go("#/projects/doomed")
    await press(page, "Delete project")
    confirm = page.get_by_label("Type doomed to confirm")
    await confirm.fill("dommed")
    await page.keyboard.press("Enter")
    await expect(confirm).to_be_visible()
    await confirm.fill("doomed")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Projects")
    await expect(page.get_by_role("status").filter(has_text="is being deleted")).to_be_visible()
    await window.go("#/projects/doomed")
    await expect(page.locator("h1")).to_have_text("There is no such project")


async def test_wrong_names_and_identifiers_are_told_beside_their_fields(window: Window) -> None:
    """What the page can know is told at once, what the service knows as it says."""
    page = window.page
    await press(page, "New project")
    await press(page, "Create project")
    await expect(page.get_by_text("Give the project a name.")).to_be_visible()
    await page.get_by_label("Name").fill("Zero\u200bwidth")
    await page.get_by_label("Identifier").fill("Not One")
    await press(page, "Create project")
    await expect(page.get_by_text("beginning with a letter or digit")).to_be_visible()
    await page.get_by_label("Identifier").fill("fine")
    await press(page, "Create project")
    await expect(page.get_by_text("U+200B")).to_be_visible()
    await page.get_by_label("Name").fill("Second Emberlight")
    await page.get_by_label("Identifier").fill("emberlight")
    await press(page, "Create project")
    await expect(page.get_by_text("it is taken")).to_be_visible()


async def test_members_are_added_and_removed(window: Window, stack: Up) -> None:
    """By the owner, who sees them."""
    api(stack, "POST", "/api/projects", {"id": "shared", "name": "Shared"})
    page = window.page
    await window.go("#/projects/shared")
    await press(page, "Members")
    await page.get_by_label("User").fill("bea")
    await page.get_by_label("Role").select_option("viewer")
    await press(page, "Add")
    await expect(page.get_by_text("bea now has access.")).to_be_visible()
    assert api(stack, "GET", "/api/projects/shared")["members"]["bea"] == "viewer"
    await press(page, "Remove bea")
    await expect(page.get_by_text("bea no longer has access.")).to_be_visible()
    assert "bea" not in api(stack, "GET", "/api/projects/shared")["members"]


async def test_long_lists_are_searched_and_paged(window: Window, stack: Up) -> None:
    """More of them come when asked for; a search narrows what is shown."""
    for number in range(49):
        api(stack, "POST", "/api/projects", {"id": f"many-{number}", "name": f"Many {number}"})
    page = window.page
    await page.reload()
    cards = page.locator("project-card")
    await expect(cards).to_have_count(48)
    await press(page, "Show more")
    await expect(page.get_by_role("button", name="Show more")).to_have_count(0)
    assert await cards.count() > 48
    await page.get_by_role("searchbox").fill("many 31")
    await expect(cards).to_have_count(1)
    await page.get_by_role("searchbox").fill("no such name")
    await expect(page.get_by_text("No project shown here")).to_be_visible()


async def test_tokens_are_refused_with_what_is_wrong_with_them(window: Window, stack: Up) -> None:
    """Not a token, expired, signed by somebody else, nobody there; a good one signs in its user."""
    page = window.page
    await press(page, "Account")
    await press(page, "Sign out")
    await expect(page.locator("h1")).to_have_text("Sign in")
    assert await window.barriers() == []
    good = stack.cli("token", "--user", "dora").stdout.strip()
    expired = token_with(good, exp=1)
    forged = token_with(good, userId="mallory")
    field = page.get_by_label("Access token")
    for token, told in (
        ("", "Paste a token first."),
        ("secret", "This is no access token."),
        (expired, "This token has expired."),
        (forged, "This token was signed for another service"),
    ):
        await field.fill(token)
        await press(page, "Sign in")
        await expect(page.get_by_role("alert").filter(has_text=told)).to_be_visible()
    await page.context.set_offline(True)
    await field.fill(good)
    await press(page, "Sign in")
    await expect(page.get_by_text("Your token was not checked")).to_be_visible()
    await page.context.set_offline(False)
    await field.fill(f"  Bearer {good}\n")
    await press(page, "Sign in")
    await expect(page.locator("h1")).to_have_text("Make your first export")
    await press(page, "Account")
    await expect(page.locator("app-menu")).to_contain_text("dora")


async def test_a_session_that_ends_is_asked_for_again_where_one_was(
    window: Window, stack: Up
) -> None:
    """The form comes over the page; what had been asked for goes on after it."""
    page = window.page
    await press(page, "Account")
    await press(page, "Sign out")
    good = stack.cli("token", "--user", "edda").stdout.strip()
    await page.get_by_label("Access token").fill(good)
    await press(page, "Sign in")
    await expect(page.locator("h1")).to_have_text("Make your first export")
    refused = json.dumps({"status": 401, "code": "unauthorized", "detail": "Signature has expired"})
    await page.route(
        "**/api/projects", lambda route: route.fulfill(status=401, body=refused), times=1
    )
    await press(page, "New project")
    await page.get_by_label("Name").fill("Kept")
    await press(page, "Create project")
    again = page.locator("sign-in[again]")
    await expect(again).to_contain_text("Your session has ended")
    await again.get_by_label("Access token").fill(good)
    await again.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.locator("h1")).to_have_text("Kept")


async def test_the_local_stack_renews_its_own_session(window: Window) -> None:
    """A token of the local stack that has expired is replaced without a question."""
    page = window.page
    old = await page.evaluate("() => sessionStorage.getItem('aethel.token')")
    refused = json.dumps({"status": 401, "code": "unauthorized", "detail": "Signature has expired"})
    await page.route(
        "**/api/projects?*", lambda route: route.fulfill(status=401, body=refused), times=1
    )
    await asyncio.sleep(1.1)  # tokens tell their time in seconds
    await page.reload()
    await expect(page.locator("project-card").first).to_be_visible()
    assert await page.evaluate("() => sessionStorage.getItem('aethel.token')") != old


async def test_a_service_that_is_away_is_told_and_found_again(window: Window) -> None:
    """The banner comes and goes by itself, and what could not be loaded is loaded."""
    page = window.page
    await page.context.set_offline(True)
    await window.go("#/projects/emberlight")
    await expect(page.locator("service-banner")).to_contain_text("offline")
    await page.context.set_offline(False)
    await expect(page.locator("service-banner .banner")).to_have_count(0)
    await expect(page.locator("h1")).to_have_text("Emberlight")
    await expect(page.locator("load-failure")).to_have_count(0)


async def test_back_and_forward_and_addresses_that_lead_nowhere(window: Window) -> None:
    """The address is the place; the focus is on the heading after each move."""
    page = window.page
    await window.go("#/projects/emberlight")
    await expect(page.locator("h1")).to_have_text("Emberlight")
    await window.go("#/nowhere")
    await expect(page.locator("h1")).to_have_text("There is nothing here")
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Emberlight")
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Projects")
    assert await window.focused() == "Projects"
    await page.go_forward()
    await expect(page.locator("h1")).to_have_text("Emberlight")
    await window.go("#/projects/%")
    await expect(page.locator("h1")).to_have_text("There is nothing here")


async def test_the_keyboard_is_enough(window: Window) -> None:
    """From the address bar to a new project, and to the menu and back, without a pointer."""
    page = window.page
    keys = page.keyboard
    asked = asyncio.Event()
    page.on("filechooser", lambda _: asked.set())
    await keys.press("Tab")
    assert await window.focused() == "Skip to the content"
    await keys.press("Enter")
    while await window.focused() != "New project":
        await keys.press("Tab")
    await keys.press("Enter")
    await keys.type("By hand")
    await keys.press("Enter")
    await expect(page.locator("h1")).to_have_text("By hand")
    while "Folder" not in await window.focused():
        await keys.press("Tab")
    await keys.press("Enter")
    await asked.wait()
    await page.get_by_role("button", name="Account").focus()
    await keys.press("Enter")
    await expect(page.get_by_text("Theme")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_text("Theme")).to_be_hidden()


async def test_language_and_theme_are_remembered(window: Window) -> None:
    """Everything changes at once, and is so after a reload; nothing else is kept."""
    page = window.page
    await press(page, "Account")
    await page.get_by_role("radio", name="Português").check()
    await page.get_by_role("radio", name="Escuro").check()
    await expect(page.locator("h1")).to_have_text("Projetos")
    await page.reload()
    await expect(page.locator("h1")).to_have_text("Projetos")
    html = page.locator("html")
    await expect(html).to_have_attribute("lang", "pt-BR")
    await expect(html).to_have_attribute("theme", "dark")
    kept = await page.evaluate("() => Object.keys(localStorage).sort()")
    assert kept == ["aethel.language", "aethel.theme"]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_stands_in_the_way(window: Window, theme: str) -> None:
    """axe-core finds nothing serious on the list, a project, its dialogues and the menu."""
    page = window.page
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await page.reload()  # colours do not change at once
    await expect(page.locator("project-card").first).to_be_visible()
    found = await window.barriers()
    await press(page, "Account")
    found += await window.barriers()
    await page.keyboard.press("Escape")
    await press(page, "New project")
    await press(page, "Create project")
    found += await window.barriers()
    await page.keyboard.press("Escape")
    await window.go("#/projects/hostile")
    await expect(page.locator("upload-panel")).to_be_visible()
    found += await window.barriers()
    await press(page, "Members")
    found += await window.barriers()
    assert found == []


async def test_a_small_window_is_wide_enough(window: Window) -> None:
    """At 320 px nothing has to be scrolled sideways."""
    page = window.page
    await page.set_viewport_size({"width": 320, "height": 640})
    for route in ("#/", "#/projects/hostile", "#/projects/emberlight", "#/nowhere"):
        await window.go(route)
        await expect(page.locator("h1")).to_be_visible()
        assert await window.overflow() <= 0, route


def token_with(token: str, **claims: Any) -> str:
    """The same signature under other claims."""
    head, body, signature = token.split(".")
    padded = body + "=" * (-len(body) % 4)
    changed = {**json.loads(base64.urlsafe_b64decode(padded)), **claims}
    encoded = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=")
    return f"{head}.{encoded.decode()}.{signature}"
