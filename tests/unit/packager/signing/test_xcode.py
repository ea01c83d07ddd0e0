"""What a build hands over to be built on a Mac: it is not trusted, and its archive is looked at."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from services.packager.archive.concatenated import concatenated_member
from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.stored_zip import stored_zip
from services.packager.sandbox.launcher import COMMAND
from services.packager.signing import xcode
from services.packager.signing.keys import KeyBrokenError, SigningKey
from services.packager.signing.tool import SigningToolFailedError, ToolBench
from tests.signing import program

if TYPE_CHECKING:
    from pathlib import Path


def bench(folder: Path) -> ToolBench:
    """An empty one."""
    folder.mkdir()
    return ToolBench(launcher=COMMAND, folder=folder, timeout_s=60)


def project(**files: str) -> Member:
    """An archive as the exporter makes it."""
    members = [Member.of_bytes(path, text.encode()) for path, text in files.items()]
    return concatenated_member("game.zip", stored_zip(members))


def zipped(*names: str, compression: int = zipfile.ZIP_STORED) -> Member:
    """An archive as somebody else makes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name in names:
            archive.writestr(name, b"x" * 100)
    return Member.of_bytes("game.zip", out.getvalue())


def test_the_program_gets_the_folder_and_says_where_it_has_built(tmp_path: Path) -> None:
    """Whatever the letters of its files; nothing else lies beside it."""
    script = '#!/bin/sh -e\ntest "$(ls "$1"/..)" = game\ncat "$1/www/été & co.txt" > "$2"\n'
    program(tmp_path / "key/build", script)
    key = SigningKey("studio", tmp_path / "key")
    files = {"game/www/été & co.txt": "naïve", "game/README.md": "#"}
    built = xcode.build(project(**files), key, bench(tmp_path / "bench"))
    with built.open() as file:
        assert (built.path, file.read()) == ("game.ipa", "naïve".encode())


HOSTILE = {
    "leaves its folder": zipped("game/../../etc/x"),
    "is absolute": zipped("/etc/x"),
    "has no folder": zipped("x"),
    "has two folders": zipped("game/x", "other/x"),
    "is compressed": zipped("game/x", compression=zipfile.ZIP_DEFLATED),
    "is a folder alone": zipped("game/"),
    "is a file and a folder": zipped("game/x", "game/x/y"),
    "is empty": zipped(),
    "is no archive": Member.of_bytes("game.zip", b"no"),
}


@pytest.mark.parametrize("archive", HOSTILE.values(), ids=HOSTILE)
def test_an_archive_that_no_exporter_makes_is_refused(archive: Member, tmp_path: Path) -> None:
    """Before the operator's program is started."""
    program(tmp_path / "key/build", f"#!/bin/sh\ntouch {tmp_path}/started\n")
    with pytest.raises(ArchiveError):
        xcode.build(archive, SigningKey("studio", tmp_path / "key"), bench(tmp_path / "bench"))
    assert not (tmp_path / "started").exists()
    assert not (tmp_path / "etc").exists()


def test_a_program_that_fails_or_is_not_there_is_told(tmp_path: Path) -> None:
    """The first may be the network, and another attempt follows; the second is for operators."""
    program(tmp_path / "key/build", "#!/bin/sh\nexit 3\n")
    key = SigningKey("studio", tmp_path / "key")
    with pytest.raises(SigningToolFailedError, match="code 3"):
        xcode.build(project(**{"game/x": ""}), key, bench(tmp_path / "bench"))
    with pytest.raises(KeyBrokenError, match="no file 'build'"):
        xcode.build(
            project(**{"game/x": ""}), SigningKey("empty", tmp_path), bench(tmp_path / "other")
        )
