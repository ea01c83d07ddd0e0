"""Pages of their own: files that they show and cannot, and files that are not there at all."""

from __future__ import annotations

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from services.packager.web.html5 import broken_files
from tests.media import small
from tests.projects import Built, build, in_memory, request

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a21\nsize 12345\n"
PAGE = b"""<!doctype html><title>t</title><p id=o>loading</p><img src="assets/hero.png">
<audio src="assets/boom.wav"></audio><script src="main.js"></script>
<script type="module">fetch("assets/game.wasm")</script>"""
FILES = {
    "index.html": PAGE,
    "main.js": b"load('assets/torch.glb')",
    **{path: small(path) for path in ("assets/hero.png", "assets/boom.wav", "assets/game.wasm")},
}


def told(**files: bytes) -> str:
    """All warnings, one a line."""
    return "\n".join(map(str, exported(FILES | files).plan.notes))


def exported(files: dict[str, bytes]) -> Built:
    """As a web artifact."""
    return build(files, request("web"))


def test_a_whole_project_is_told_nothing() -> None:
    """Each of its files is what it is called."""
    assert "assets/" not in told()


@pytest.mark.parametrize("path", ["assets/hero.png", "assets/boom.wav", "assets/game.wasm"])
def test_what_the_page_names_is_looked_at(path: str) -> None:
    """A pointer, nothing, a part of it, something else."""
    whole = small(path)
    assert f"{path}: is a Git LFS pointer" in told(**{path: LFS})
    assert "run `git lfs pull`" in told(**{path: LFS})
    assert f"{path}: is empty" in told(**{path: b""})
    assert f"{path}: is cut short" in told(**{path: whole[: len(whole) // 2]})
    assert f"{path}: holds no" in told(**{path: b"<!doctype html><title>404</title>" * 90})


def test_what_only_a_script_asks_for_is_there_at_least() -> None:
    """A model that no page names: it may be a pointer, or empty."""
    assert "assets/torch.glb: is a Git LFS pointer" in told(**{"assets/torch.glb": LFS})
    assert "assets/torch.glb: is empty" in told(**{"assets/torch.glb": b""})
    assert "assets/torch" not in told(**{"assets/torch.txt": LFS, "assets/torch.json": b""})


@pytest.mark.parametrize("path", ["index.html", "main.js"])
def test_a_page_that_is_a_pointer_is_no_page(path: str) -> None:
    """It, and the scripts that it loads, are needed."""
    with pytest.raises(InvalidProjectError, match=f"{path}: is a Git LFS pointer"):
        exported(FILES | {path: LFS})


def test_a_broken_file_ships_all_the_same() -> None:
    """Of a page of its own nothing is changed."""
    assert exported(FILES | {"assets/hero.png": LFS}).files["assets/hero.png"] == LFS


def test_sources_are_there_before_they_are_built() -> None:
    """What is small becomes part of a script; packages and ``public/`` are no sources."""
    folders = ("src/hero.png", "public/hero.png", "node_modules/x/hero.png", "packages/a/src/b.glb")
    project = in_memory(dict.fromkeys(folders, LFS) | {"src/c.png": small("c.png")})
    notes = broken_files.absent(project, below="public")
    assert [note.file for note in notes] == ["packages/a/src/b.glb", "src/hero.png"]
