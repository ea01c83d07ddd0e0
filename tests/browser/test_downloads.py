"""Scripts of a page download artifacts: through the gateway's redirect, from the storage itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from cli.bucket.rules import allowed_origins
from cli.bucket.settle import settle
from shared.settings import NatsSettings
from tests.browser.conftest import served
from tests.integration.gateway.players import open_arcade
from tests.integration.storage.acting import client_of
from tests.servers import as_role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.integration.gateway.players import Arcade
    from tests.servers import Servers

pytestmark = pytest.mark.asyncio(loop_scope="session")
FETCHED = """async (url) => {
    try {
        const answer = await fetch(url, {headers: {Range: "bytes=2-"}});
        return [answer.status, answer.headers.get("Content-Range"), await answer.text()];
    } catch (error) { return [0, null, "refused"]; }
}"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of an editor that may use the gateway."""
    with served(_folder(tmp_path_factory)) as url:
        yield url


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An origin that nobody has named."""
    with served(_folder(tmp_path_factory)) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def arcade(servers: Servers, editor: str) -> AsyncIterator[Arcade]:
    """A gateway, and a bucket that ``storage apply`` has seen to."""
    async with open_arcade(
        NatsSettings(url=servers.nats_url), servers.s3, cors_origins=editor
    ) as opened:
        allowed = allowed_origins(opened.gateway.url, editor)
        await settle(as_role(servers.s3, "operator"), allowed, dry_run=False)
        yield opened
        with client_of("tests", servers.s3) as client:
            client.delete_bucket_cors(Bucket=servers.s3.bucket)


async def test_pages_that_are_named_read_artifacts_and_no_others(
    arcade: Arcade, editor: str, stranger: str, browser: Browser
) -> None:
    """The gateway's own page and an editor, with ranges; whoever is not named gets nothing."""
    path = await arcade.finished(b"artifact")
    _, found = await arcade.ann.call("GET", path)
    url = found["export"]["downloadUrl"]
    context = await browser.new_context(bypass_csp=True)  # any document of that origin will do
    page = await context.new_page()
    came = {}
    for who, where in {
        "page": f"{arcade.gateway.url}/livez",
        "editor": editor,
        "stranger": stranger,
    }.items():
        await page.goto(where)
        came[who] = await page.evaluate(FETCHED, url)
    await context.close()
    artifact = [206, "bytes 2-7/8", "tifact"]
    assert came == {"page": artifact, "editor": artifact, "stranger": [0, None, "refused"]}


def _folder(factory: pytest.TempPathFactory) -> Path:
    folder = factory.mktemp("origin")
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    return folder
