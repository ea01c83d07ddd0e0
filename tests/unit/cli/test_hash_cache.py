from __future__ import annotations

import hashlib
import os
import shutil
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

from cli import file_digest, hash_cache
from cli.exit_codes import UsageError
from cli.hash_cache import HashCache
from cli.local.state import running_stack
from cli.project_folder import read_folder
from shared.domain.secret_scanner import SecretScanner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = b"k = '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBg'"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, a new one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/aethel-export/hashes"


@pytest.fixture
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that have just been written count as if that were long ago."""
    monkeypatch.setattr(file_digest, "TICK_NS", -(10**12))


@pytest.fixture
def game(tmp_path: Path) -> Path:
    """A page, something in a folder, and a key that stays at home."""
    folder = tmp_path / "game"
    (folder / "a").mkdir(parents=True)
    (folder / "index.html").write_bytes(b"<p>")
    (folder / "a/level.json").write_bytes(b'{"n": 1}')
    (folder / "config.js").write_bytes(KEY)
    return folder


def known(game: Path) -> int:
    """How many files a push need not read; what it finds is what one without a cache finds."""
    found = read_folder(game, HashCache.of(game))
    fresh = read_folder(game)
    assert (found.manifest, found.warnings) == (fresh.manifest, fresh.warnings)
    return found.known


def overwrite(file: Path) -> None:
    """Other bytes, as many."""
    file.write_bytes(b'{"n": 2}')


def overwrite_at_the_same_time(file: Path) -> None:
    """With its old time of change."""
    before = file.stat()
    overwrite(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def put_another_in_its_place(file: Path) -> None:
    """With the time of the first."""
    other = file.with_name("other")
    other.write_bytes(b'{"n": 2}')
    shutil.copystat(file, other)
    other.replace(file)


def make_longer(file: Path) -> None:
    """By a byte."""
    file.write_bytes(b'{"n": 1} ')


@pytest.mark.usefixtures("at_rest")
@pytest.mark.parametrize(
    "change", [overwrite, overwrite_at_the_same_time, put_another_in_its_place, make_longer]
)
def test_only_what_has_changed_is_read_again(game: Path, change: Callable[[Path], None]) -> None:
    """By whatever way it has: tools that set its times back change another time."""
    assert [known(game), known(game)] == [0, 3]
    change(game / "a/level.json")
    assert [known(game), known(game)] == [2, 3]
    (game / "a/level.json").unlink()
    assert known(game) == 2


def test_what_was_changed_a_moment_ago_is_read_again(
    game: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another change in the same tick of the clock would not show."""
    assert [known(game), known(game)] == [0, 0]
    written_ns = (game / "config.js").stat().st_ctime_ns
    later_ns = written_ns + file_digest.TICK_NS + 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later_ns)
    assert [known(game), known(game)] == [0, 3]


@pytest.mark.usefixtures("at_rest")
def test_what_changes_while_it_is_read_is_read_again(
    game: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows which of its bytes have been seen."""

    class Scanner(SecretScanner):
        def feed(self, block: bytes) -> None:
            super().feed(block)
            (game / "index.html").write_bytes(b"<b>")

    monkeypatch.setattr(file_digest, "SecretScanner", Scanner)
    (game / "config.js").unlink()
    (game / "a/level.json").unlink()
    read_folder(game, HashCache.of(game))
    assert read_folder(game, HashCache.of(game)).known == 0


def flipped(data: bytes, random: Random) -> bytes:
    """One bit is another."""
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """The end is missing."""
    return data[: random.randrange(len(data))]


def signed_nonsense(data: bytes, random: Random) -> bytes:
    """Whole, and of something else."""
    nonsense = data[32:50] + random.randbytes(40)
    return hashlib.sha256(nonsense).digest() + nonsense


@pytest.mark.usefixtures("at_rest")
@pytest.mark.parametrize("damage", [flipped, cut, signed_nonsense])
def test_a_damaged_cache_is_none(
    game: Path, cache: Path, damage: Callable[[bytes, Random], bytes]
) -> None:
    """Wherever it is damaged; the next push writes a good one."""
    random = Random(5)
    known(game)
    (place,) = cache.iterdir()
    good = place.read_bytes()
    for _ in range(20):
        place.write_bytes(damage(good, random))
        assert HashCache.of(game).get("index.html", (game / "index.html").stat()) is None
    assert [known(game), known(game)] == [0, 3]


@pytest.mark.usefixtures("at_rest")
def test_what_others_may_have_written_is_not_believed(game: Path, cache: Path) -> None:
    """Neither a file that they may write, nor a link, nor a pipe that never ends."""
    known(game)
    (place,) = cache.iterdir()
    assert (place.stat().st_mode & 0o777, cache.stat().st_mode & 0o777) == (0o600, 0o700)
    place.chmod(0o620)
    assert known(game) == 0
    place.rename(cache.parent / "elsewhere")
    place.symlink_to(cache.parent / "elsewhere")
    assert known(game) == 0
    place.unlink()
    os.mkfifo(place)
    assert [known(game), known(game)] == [0, 3]


@pytest.mark.usefixtures("at_rest")
def test_another_scanner_looks_again(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was no secret to the old one may be one to the new."""
    known(game)
    monkeypatch.setattr(hash_cache, "_rules", lambda: "newer")
    assert [known(game), known(game)] == [0, 3]


@pytest.mark.usefixtures("at_rest")
def test_caches_are_few_and_optional(
    game: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the folders that were pushed last; where none can be written, all is read."""
    known(game)
    for number in range(hash_cache.FOLDERS_KEPT + 5):
        (cache / str(number)).touch()
        os.utime(cache / str(number), (number, number))
    (game / "more.txt").write_text("x")
    known(game)
    assert len([*cache.iterdir()]) == hash_cache.FOLDERS_KEPT
    assert not (cache / "5").exists()
    assert known(game) == 4
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert [known(game), known(game)] == [0, 0]


def test_a_user_without_a_home_has_no_cache(game: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs with a number for its user; a stack is looked for in words."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "AETHEL_EXPORT_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54_321)
    assert [known(game), known(game)] == [0, 0]
    assert HashCache.of(game).place is None
    with pytest.raises(UsageError, match="set XDG_DATA_HOME"):
        running_stack()
