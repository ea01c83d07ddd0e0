"""``game.json`` is read in one way, whoever asks: for names, for windows, for the player."""

from __future__ import annotations

import codecs

import msgspec
import pytest

from services.packager.desktop.shell_binary import CONFIG, window_of
from tests import engine
from tests.projects import build, in_memory, request

GAME = {"name": "Dune", "version": "2.1.0", "resolution": {"width": 800, "height": 600}}


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("page", [{}, {"index.html": b"<p>hi"}], ids=["engine", "own page"])
def test_everybody_reads_the_same(mark: bytes, page: dict[str, bytes]) -> None:
    """Some editors write a byte order mark: then the game has its name and its window still."""
    files = engine.project(game=GAME) | page
    files["game.json"] = mark + files["game.json"]
    built = build(files, request("windows"))
    config = msgspec.json.decode(built.files[CONFIG])
    assert built.name == "dune-2.1.0-windows-x64.zip"
    assert (config["title"], config["width"], config["height"]) == ("Dune", 800, 600)
    assert not [note for note in built.plan.notes if note.file == "game.json"]


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"a":' + b"[" * 500_000, b'{"name": []}'])
def test_another_program_s_file_of_that_name_does_no_harm(data: bytes) -> None:
    """A page of its own needs no such file; whatever it is, it is shipped as it is."""
    built = build({"index.html": b"<p>hi", "game.json": data}, request("web"))
    assert built.name == "p1-1.0.0-web.zip"
    assert built.files["game.json"] == data
    assert any(note.file == "game.json" for note in built.plan.notes)


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        ('{"name": "My Shooter", "version": null}', "my-shooter-1.0.0", ""),
        ('\ufeff{"name": "Bom Game", "version": "4.5.6"}', "bom-game-4.5.6", ""),
        ('{"name": "Cool Game", "version": 1}', "cool-game-1", "$.version: is a number, taken"),
        ('{"name": "Cool Game", "version": 1.5}', "cool-game-1.5", "$.version: is a number"),
        ('{"name": 2048, "version": "1.2"}', "2048-1.2", "$.name: is a number"),
        ('{"name": "A", "version": ["1"]}', "a-1.0.0", "$.version: is no text"),
        ('{"name": "A", "version": true}', "a-1.0.0", "$.version: is no text"),
        ('{"name": "A", "version": "v1"}', "a-1.0.0", "'v1' is no version like 1.2.0"),
        ('{"name": null, "version": "2.0"}', "p1-2.0", ""),
    ],
)
def test_one_odd_field_costs_no_other(data: str, name: str, told: str) -> None:
    """Each field is read by itself; what is not taken as it stands there is told."""
    built = build({"index.html": b"<p>hi", "game.json": data.encode()}, request("web"))
    assert built.name == f"{name}-web.zip"
    notes = [str(note) for note in built.plan.notes if note.file == "game.json"]
    assert len(notes) == bool(told)
    assert all(told in note for note in notes)


@pytest.mark.parametrize(
    ("window", "size", "told"),
    [
        ('"resolution": {"width": 800, "height": 600}, "fullscreen": null', (800, 600), 0),
        ('"resolution": {"width": 800, "height": null}', (800, 720), 0),
        ('"resolution": {"width": "800", "height": 600}', (1280, 600), 1),
        ('"resolution": "800x600", "fullscreen": "yes"', (1280, 720), 2),
        ('"resolution": {"width": 800, "height": 600}, "version": 2', (800, 600), 0),
        ('"resolution": null', (1280, 720), 0),
    ],
)
def test_the_window_is_read_field_by_field(window: str, size: tuple[int, int], told: int) -> None:
    """``null`` means "as by default"; what is no size is told, and the rest counts."""
    project = in_memory({"game.json": f'{{"name": "A", {window}}}'.encode()})
    found, notes = window_of(project)
    assert (found.width, found.height, found.fullscreen) == (*size, False)
    assert len(notes) == told
