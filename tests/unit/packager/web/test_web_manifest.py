"""The web manifest tells a launcher how a game wants its screen."""

from __future__ import annotations

import msgspec
import pytest

from tests.contract.exporters.test_exporters import ENGINE
from tests.projects import build, request

PAGE = {"index.html": b"<title>Turned</title>Turned"}


@pytest.mark.parametrize("files", [PAGE, ENGINE], ids=["html5", "engine"])
def test_a_game_s_orientation_is_that_of_its_page(files: dict[str, bytes]) -> None:
    """What ``game.json`` says; where it says nothing, the manifest does not either."""
    said = msgspec.json.decode(files.get("game.json", b"{}"))
    for orientation in ("landscape", None):
        game = msgspec.json.encode({**said, "orientation": orientation})
        built = build({**files, "game.json": game}, request("web"))
        manifest = msgspec.json.decode(built.files["manifest.webmanifest"])
        assert manifest.get("orientation") == orientation
