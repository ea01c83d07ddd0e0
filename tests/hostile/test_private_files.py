"""Secrets hide in names and texts, patterns are odd: nothing is published, nothing hangs."""

from __future__ import annotations

import io
import shutil
import string
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cli.project_folder import read_folder
from services.gateway.projects.zip_archive import ZipArchive
from services.packager.build.private_files import public_files
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache
from shared.domain.ignore_patterns import IgnoreFileError, read_patterns
from shared.domain.private_files import HomeRule
from tests.integration.gateway.conftest import LIMITS
from tests.projects import in_memory

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAMES: Final = [
    *(".env", ".env.local", ".npmrc", ".netrc", "id_rsa", "id_ed25519", "a.p12", "b.jks"),
    *(".git", ".DS_Store", "Thumbs.db", "._x", "desktop.ini", ".git-credentials", "server.key"),
]
FOLDERS: Final = [".git", ".svn", "__MACOSX", ".aws", ".ssh"]
KEYS: Final = [
    b"-----BEGIN EC PRIVATE KEY-----\r\nMHcCAQEEIIG\r\n",
    b'"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN',
    b"token: ghp_0123456789abcdefghijABCDEFGHIJ012345\n",
    b"//r/:_authToken=npm_0123456789abcdefghijABCDEFGHIJ012345\n",
    b"AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
]


def _any_case(rng: random.Random, name: str) -> str:
    return "".join(rng.choice([letter.upper(), letter]) for letter in name)


def _folder(rng: random.Random) -> str:
    return "".join(f"{rng.choice('abcdef')}{rng.randrange(9)}/" for _ in range(rng.randrange(4)))


def _secrets(rng: random.Random) -> dict[str, bytes]:
    """Files of which none may be published."""
    names = {f"{_folder(rng)}{number}/{_any_case(rng, rng.choice(NAMES))}" for number in range(5)}
    names |= {f"{_folder(rng)}n{n}/{_any_case(rng, rng.choice(FOLDERS))}/x" for n in range(3)}
    texts = {f"{_folder(rng)}t{number}.{rng.choice(['js', 'txt', 'md'])}" for number in range(3)}
    noise = "".join(rng.choices(string.printable, k=rng.randrange(9_000))).encode()
    return dict.fromkeys(names, b"x") | {
        text: noise + b"\n" + rng.choice(KEYS) + b"\n" + noise for text in texts
    }


def _by_push(files: dict[str, bytes], folder: Path) -> set[str]:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return set(read_folder(folder).manifest.files)


def _by_zip(files: dict[str, bytes], _: Path) -> set[str]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    opened = ZipArchive(buffer, LIMITS)
    return {entry.path for entry in opened._entries if opened._hash(entry)[1] is None}


def _by_export(files: dict[str, bytes], folder: Path) -> set[str]:
    derived = ProjectDerivedFiles(DiskCache(folder / "cache", 1 << 20), "p1")
    return set(public_files(in_memory(files), "web", derived).project.files)


def test_no_way_takes_a_secret(
    rng: random.Random, rounds: Callable[[int], Iterator[int]], tmp_path: Path
) -> None:
    """Random names, places, cases and texts; the same files by each way."""
    public = {"index.html": b"<p>", "keys.json": b"{}", "a/id_rsa.pub": b"ssh-rsa AAAA"}
    for _ in rounds(15):
        files = _secrets(rng) | public
        assert _by_push(files, tmp_path / "game") == public.keys(), sorted(files)
        assert _by_zip(files, tmp_path) == public.keys(), sorted(files)
        left = {path for path in _by_export(files, tmp_path) if ".env" not in path.casefold()}
        assert left == public.keys(), sorted(files)


def test_odd_patterns_are_read_or_refused(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Any bytes: never another error, and matching ends however they look."""
    for _ in rounds(200):
        pieces = [b"*", b"**", b"/", b"[", b"]", b"!", b"\\", b"a", b"?", b"^", b"-", b" ", b"\n"]
        text = b"".join(rng.choices(pieces, k=rng.randrange(60)))
        noise = rng.choice([b"", b"\xff\xfe", b"\xef\xbb\xbf", b"\xfe\xff", rng.randbytes(8)])
        with suppress(IgnoreFileError):
            rule = HomeRule(read_patterns(noise + text))
            for _ in range(5):
                rule.stays_home("/".join(rng.choices(["a", "a*", "[a]", "-", "a" * 200], k=20)))
