from __future__ import annotations

import io
import zipfile

import pytest

from services.packager.archive.concatenated import ConcatenatedFile
from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.stored_zip import stored_zip

FILES = {
    "empty.txt": b"",
    "text.txt": b"text " * 9_000,
    "über/lang.bin": bytes(range(256)) * 9_000,
}


def _members() -> list[Member]:
    return [Member.of_bytes(path, data) for path, data in sorted(FILES.items())]


def test_other_readers_find_every_file_in_place() -> None:
    """Nothing is compressed, so a file's bytes are the archive's, and a member stays a member."""
    counted: list[None] = []
    pieces = stored_zip(_members(), on_member=lambda: counted.append(None))
    data = ConcatenatedFile(pieces).read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {0}
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert all(content in data for content in FILES.values())
    assert len(counted) == len(FILES)
    assert sum(isinstance(piece, Member) for piece in pieces) == len(FILES)


def test_no_files() -> None:
    """Still an archive."""
    assert zipfile.ZipFile(io.BytesIO(ConcatenatedFile(stored_zip([])).read())).namelist() == []


def test_what_must_not_stand_in_an_archive_is_refused() -> None:
    """Twice the same path, a path out of it, a file that has changed."""
    member = Member.of_bytes("a", b"1")
    shorter = Member(path="b", size_bytes=2, open=lambda: io.BytesIO(b"1"))
    for members in ([member, member], [Member.of_bytes("../a", b"")], [shorter]):
        with pytest.raises(ArchiveError):
            stored_zip(members)
