"""The image, read by unsquashfs and 7z."""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from services.packager.archive.concatenated import ConcatenatedFile
from services.packager.archive.member import Member
from services.packager.archive.squashfs import File, Link, image_of

if TYPE_CHECKING:
    from pathlib import Path

NOISE = random.Random(5)
# Larger than a block with a zero block inside, of exactly one block, empty, small; and so many that
# inodes and names fill several blocks of metadata.
LARGE = NOISE.randbytes(1_300_000) + bytes(2_100_000) + b"end"
FILES: dict[str, File | Link] = {
    "AppRun": File((b"head", Member.of_bytes("", LARGE)), 0o755),
    "block": File((NOISE.randbytes(1 << 20),)),
    "empty": File((b"",)),
    "über": File((b"name",)),
    ".DirIcon": Link("block"),
    **{f"many-{number:04}-{'x' * 200}": File((b"%d" % number,)) for number in range(400)},
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """On the disk."""
    path = tmp_path_factory.mktemp("image") / "image.squashfs"
    path.write_bytes(ConcatenatedFile(image_of(FILES).pieces).read())
    return path


def test_unsquashfs_unpacks_it(image: Path, tmp_path: Path) -> None:
    """Every byte, every mode, the link."""
    out = tmp_path / "out"
    subprocess.run(["unsquashfs", "-quiet", "-no-progress", "-dest", out, image], check=True)
    assert {path.name for path in out.iterdir()} == FILES.keys()
    for name, entry in FILES.items():
        path = out / name
        if isinstance(entry, Link):
            assert str(path.readlink()) == entry.target
        else:
            assert path.read_bytes() == ConcatenatedFile(entry.pieces).read()
            assert path.stat().st_mode & 0o777 == entry.mode


def test_unsquashfs_and_7z_list_it(image: Path) -> None:
    """Nothing is odd to either."""
    listed = subprocess.run(["unsquashfs", "-l", image], check=True, capture_output=True, text=True)
    assert listed.stderr == ""
    assert len(listed.stdout.splitlines()) == len(FILES) + 1
    seven = subprocess.run(["7z", "l", image], check=True, capture_output=True, text=True)
    assert f"{len(FILES)} files" in seven.stdout


def test_a_file_lies_in_one_piece_where_it_is_said() -> None:
    """So that a program may read it without knowing the format."""
    image = image_of(FILES)
    data = ConcatenatedFile(image.pieces).read()
    assert data[image.offsets["AppRun"] :].startswith(b"head" + LARGE)
    assert image.offsets.keys() == {name for name, e in FILES.items() if isinstance(e, File)}


def test_order_does_not_matter() -> None:
    """The same entries, the same bytes."""
    shuffled = dict(reversed(FILES.items()))
    assert (
        ConcatenatedFile(image_of(shuffled).pieces).read()
        == ConcatenatedFile(image_of(FILES).pieces).read()
    )


@pytest.mark.parametrize("name", ["", "a/b", "x" * 257])
def test_names_that_cannot_be(name: str) -> None:
    """One folder, names of one byte's length."""
    with pytest.raises(ValueError, match="cannot stand"):
        image_of({name: File((b"",))})
