"""A project's own build: its package manager, its lock file, its Vite, as its maker runs them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.browser.vite.third_party.games import Game

PROJECTS: Final = Path(__file__).parent / "projects"
KEPT: Final = Path(__file__).parents[4] / "build" / "third-party"
# No script of a package runs: none of these projects needs one.
INSTALL: Final[Mapping[str, Sequence[str]]] = {
    "package-lock.json": ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),
    "pnpm-lock.yaml": (
        *("npx", "--yes", "pnpm@10.18.0"),
        *("install", "--frozen-lockfile", "--ignore-scripts"),
    ),
}


def own_build(game: Game) -> Path:
    """The folder that the project's own tools write; built once for the same sources."""
    source = PROJECTS / game.name
    made = KEPT / f"{game.name}-{_digest(source, game.build)}"
    KEPT.mkdir(parents=True, exist_ok=True)
    if not made.is_dir():
        with TemporaryDirectory(dir=KEPT) as scratch:
            built = _build(source, Path(scratch) / "project", game)
            with suppress(FileExistsError):  # somebody else has built it meanwhile
                built.rename(made)
    return made


def _build(source: Path, work: Path, game: Game) -> Path:
    shutil.copytree(source, work)
    (lock,) = (name for name in INSTALL if (work / name).exists())
    _run(INSTALL[lock], work)
    _run(("npx", "--no", "vite", "build", *game.build), work / game.folder)
    return work / game.folder / "dist"


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"


def _digest(source: Path, arguments: Sequence[str]) -> str:
    digest = hashlib.sha256(repr(arguments).encode())
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(source).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]
