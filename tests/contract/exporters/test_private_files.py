"""What is no part of a game is in no artifact, whatever a project holds and however it came in."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from services.packager.platforms import exporters
from shared.domain.ignore_patterns import IgnoreFileError
from shared.errors import ProjectError
from tests.projects import build, request

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.build.plan import Note
    from shared.domain.options import Platform
    from tests.projects import Built

KEY = b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgMARKED0\n-----END PRIVATE KEY-----\n"
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PAGE = b"<!doctype html><title>g</title><p>g<script src=main.js></script>"
GAME = {"index.html": PAGE, "main.js": b"let lives = 3", "keys.json": b'{"red": "door"}'}
MARK = b"MARKED0"
SECRETS = [
    *(".env", ".Env.local", ".git/config", ".GIT/HEAD", "a/.git", ".svn/entries", ".npmrc"),
    *(".netrc", ".aws/credentials", "id_rsa", "keys/ID_ED25519", "a.p12", "b.KEYSTORE", "c.jks"),
    *(".DS_Store", "art/Thumbs.db", "__MACOSX/._a.png", "._index.html", "desktop.ini"),
]

each_platform = pytest.mark.parametrize("platform", sorted(exporters()))


def _told(built: Built) -> dict[str, Note]:
    return {note.file: note for note in built.plan.notes if note.code == "left-out-secret"}


@each_platform
def test_no_artifact_holds_a_secret(platform: Platform, tmp_path: Path) -> None:
    """Random names and places, by name and by what a file holds; another program looks for them."""
    rng = random.Random(platform)
    by_name = {rng.choice(["", "x/", "assets/"]) + path: MARK for path in SECRETS}
    by_content = {"config.js": b"k = `" + KEY, "a/notes.txt": b"x" * 5_000 + KEY, "s.pem": KEY}
    built = build({**GAME, "ca.pem": CERTIFICATE, **by_name, **by_content}, request(platform))
    assert {*GAME, "ca.pem"} <= {*built.files}
    for path, data in built.files.items():
        assert MARK not in data, path
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    found = subprocess.run(["grep", "-rla", MARK, str(tmp_path)], capture_output=True, check=False)
    assert (found.returncode, found.stdout) == (1, b"")
    told = _told(built)
    assert {*by_content} <= {*told}
    assert told["config.js"].message.startswith("holds what looks like a private key")
    clutter = [str(note) for note in built.plan.notes if note.code == "left-out-clutter"]
    assert len(clutter) == 1, clutter


@pytest.mark.parametrize("platform", ["web", "source"])
def test_what_was_asked_for_is_shipped(platform: Platform) -> None:
    """By a line in ``.aethelignore``, which keeps the rest out and is no part of a game itself."""
    files = {
        **GAME,
        ".aethelignore": b"\xef\xbb\xbf*.psd\r\n!demo.key\r\n!config.js\r\n!.env.production\r\n",
        "hero.psd": b"layers",
        "demo.key": KEY,
        "other.key": KEY,
        "config.js": KEY,
        ".env.production": b"VITE_A=1",
        "node_modules/three/three.js": b"wanted",
    }
    built = build(files, request(platform))
    shipped = built.files.keys() - {"export-manifest.json"}
    assert {"demo.key", "config.js", "node_modules/three/three.js"} <= shipped
    assert not shipped & {"hero.psd", "other.key"}
    kept = {".aethelignore", ".env.production"}
    assert shipped & kept == (kept if platform == "source" else set())
    assert "hero.psd" in "".join(map(str, built.plan.notes))


def test_variables_of_a_build_are_read_and_not_shipped() -> None:
    """A page that is built sees what begins with ``VITE_``, as before."""
    files = {
        "package.json": b'{"devDependencies": {"vite": "8"}}',
        "index.html": b'<!doctype html><p>x<script type="module" src="/main.ts"></script>',
        "main.ts": b"console.log(import.meta.env.VITE_A, import.meta.env.B)",
        ".env.production": b"VITE_A=forEverybody\nB=MARKED0\n",
        "public/.env": MARK,
    }
    built = build(files, request())
    texts = b"".join(built.files.values())
    assert b"forEverybody" in texts
    assert MARK not in texts
    assert not [path for path in built.files if ".env" in path]
    assert "is not shipped: only builds read it" in _told(built)["public/.env"].message


def test_a_game_that_needs_what_was_left_out_says_so() -> None:
    """Else its maker would look for a file that is there."""
    with pytest.raises(ProjectError, match=r"(?s)index\.html.*before that:\n- index\.html: holds"):
        build({**GAME, "index.html": PAGE + b"<!--" + KEY}, request())


def test_an_ignore_file_that_cannot_be_read_ends_the_export() -> None:
    """What it was to keep at home would be published."""
    with pytest.raises(IgnoreFileError, match="save it as UTF-8"):
        build({**GAME, ".aethelignore": "ä.txt".encode("latin-1")}, request())
