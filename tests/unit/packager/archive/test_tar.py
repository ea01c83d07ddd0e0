from __future__ import annotations

import io
import subprocess
import tarfile
import zlib
from typing import TYPE_CHECKING

import pytest

from services.packager.archive import tar
from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.tar import TarStream

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "folder/program": (b"\x7fELF" + bytes(3_000_000), 0o755),
    "folder/text.txt": (b"text " * 9_000, 0o644),
    f"folder/{'é' * 90}": (b"a long name", 0o644),
    "folder/empty": (b"", 0o644),
}


def _members() -> list[Member]:
    return [Member.of_bytes(path, data, mode=mode) for path, (data, mode) in FILES.items()]


@pytest.mark.parametrize("level", list(CompressionLevel))
def test_other_readers_find_every_file(level: CompressionLevel, tmp_path: Path) -> None:
    """With its mode; whoever unpacks it owns it."""
    stream = TarStream(_members(), level=level)
    data = b"".join(stream)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        found = {
            member.name: (file.read(), member.mode)
            for member in archive
            if (file := archive.extractfile(member))
        }
        assert {member.uid for member in archive} == {0}
    assert found == FILES
    assert stream.read_back(b"", len(data)) == [(p, len(d)) for p, (d, _) in FILES.items()]
    (tmp_path / "a.tar.gz").write_bytes(data)
    listed = subprocess.run(
        ["tar", "-tzf", tmp_path / "a.tar.gz", "--quoting-style=literal"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stdout.splitlines() == list(FILES)


def test_the_same_input_gives_the_same_bytes() -> None:
    """No time and no user's name is in it."""
    assert b"".join(TarStream(_members())) == b"".join(TarStream(_members()))


def test_levels_differ() -> None:
    """None, fast, and well; which of the last two is smaller depends on the content."""
    sizes = [
        len(b"".join(TarStream(_members(), level=level)))
        for level in (CompressionLevel.STORE, CompressionLevel.FAST, CompressionLevel.BALANCED)
    ]
    assert sizes[0] > 3_000_000 > max(sizes[1:])
    assert sizes[1] != sizes[2]


def test_what_must_not_stand_in_an_archive_is_refused() -> None:
    """Twice the same path, a path out of it, a file that has changed."""
    member = Member.of_bytes("a", b"1")
    shorter = Member(path="b", size_bytes=2, open=lambda: io.BytesIO(b"1"))
    for members in ([member, member], [Member.of_bytes("../a", b"")], [shorter]):
        with pytest.raises(ArchiveError):
            b"".join(TarStream(members))


class _Lossy:
    """A compressor that loses what it was given last."""

    def __init__(self) -> None:
        self._real = zlib.compressobj(1, zlib.DEFLATED, 31)

    def compress(self, data: bytes) -> bytes:
        return self._real.compress(data[:-1])

    def flush(self) -> bytes:
        return self._real.flush()


def test_bytes_that_do_not_read_back_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reader, not the writer, says whether the archive is whole."""
    monkeypatch.setattr(tar, "_compressor", lambda _: _Lossy())
    with pytest.raises(ArchiveError, match="whole"):
        b"".join(TarStream(_members()))
    monkeypatch.setattr(tar, "_compressor", lambda _: zlib.compressobj(6, zlib.DEFLATED, -15))
    with pytest.raises(ArchiveError, match="read back"):
        b"".join(TarStream(_members()))
