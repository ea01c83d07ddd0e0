"""``game.json`` is read in one way, whoever asks: for names, for windows, for the player."""

from __future__ import annotations

import codecs

import msgspec
import pytest

from services.packager.desktop.shell_binary import CONFIG
from tests import engine
from tests.projects import build, request

GAME = {"name": "Dune", "version": "2.1.0", "resolution": {"width": 800, "height": 600}}


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("page", [{}, {"index.html": b"<p>"}], ids=["engine", "own page"])
def test_everybody_reads_the_same(mark: bytes, page: dict[str, bytes]) -> None:
    """Some editors write a byte order mark: then the game has its name and its window still."""
    files = engine.project(game=GAME) | page
    files["game.json"] = mark + files["game.json"]
    built = build(files, request("windows"))
    config = msgspec.json.decode(built.files[CONFIG])
    assert built.name == "dune-2.1.0-windows-x64.zip"
    assert (config["title"], config["width"], config["height"]) == ("Dune", 800, 600)
    assert not [note for note in built.plan.notes if note.file == "game.json"]


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"a":' + b"[" * 500_000, b'{"name": 7}'])
def test_another_program_s_file_of_that_name_does_no_harm(data: bytes) -> None:
    """A page of its own needs no such file; whatever it is, it is shipped as it is."""
    built = build({"index.html": b"<p>", "game.json": data}, request("web"))
    assert built.name == "p1-1.0.0-web.zip"
    assert built.files["game.json"] == data
