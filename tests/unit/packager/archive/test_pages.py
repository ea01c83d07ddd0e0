"""Deflated members of earlier archives: the same bytes, sooner, and only where they belong."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.archive.compress_jobs import pack_page
from services.packager.archive.compression import CompressionLevel
from services.packager.archive.groups import WHOLE_BYTES, groups
from services.packager.archive.member import Member, MemberDamagedError
from services.packager.archive.pages import PAGE_BYTES, Kept, Page
from services.packager.archive.part_digest import DigestedParts
from services.packager.archive.unread import DamagedError, read
from services.packager.archive.zip import ZipStream
from services.packager.build.packing import pages_of
from services.packager.storage.derived_files import ProjectDerivedFiles
from services.packager.storage.disk_cache import DiskCache
from tests.unit.packager.archive.reading import noise_of, text_of, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from services.packager.archive.pages import PageStore

CACHE_BYTES: Final = 1 << 30
CONTENTS: Final = (
    *(text_of(size, seed) for seed, size in enumerate([200, 900, 5_000, 17_000] * 4)),
    *(noise_of(size, seed) for seed, size in enumerate([0, 900, 17_000, 30_000])),
)
SMALLEST_PAGE: Final = 1_000  # bytes; what is smaller tells of one
LEVELS: Final = (CompressionLevel.FAST, CompressionLevel.BALANCED)
FILES: Final = st.dictionaries(
    st.integers(0, 99), st.integers(0, len(CONTENTS) - 1), min_size=4, max_size=40
)


@pytest.fixture(autouse=True, scope="module")
def _small_pages() -> Iterator[None]:
    """A few files fill several pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.packager.archive.groups.PAGE_GROUP_BYTES", 64 << 10)
        patch.setattr("services.packager.archive.zip.PAGE_FROM_BYTES", 1_000)
        yield


class Project:
    """Files as members, and which of them were read."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.read: list[str] = []

    def members(self) -> list[Member]:
        """In order of their paths."""
        return [self._member(path, data) for path, data in sorted(self.files.items())]

    def packed(self, pages: PageStore | None, **options: object) -> bytes:
        """Their archive."""
        self.read.clear()
        return b"".join(ZipStream(self.members(), pages=pages, **options))  # type: ignore[arg-type]

    def _member(self, path: str, data: bytes) -> Member:
        def opened() -> BinaryIO:
            self.read.append(path)
            return io.BytesIO(data)

        digest = hashlib.sha256(data).hexdigest()
        return Member(path=path, size_bytes=len(data), open=opened, sha256=digest)


class InMemory:
    """A page that lies in no file."""

    def __init__(self, data: bytes) -> None:
        self.size_bytes = len(data)
        self._data = data

    def read_into(self, place: memoryview, at: int) -> int:
        """As a file is read."""
        data = self._data[at : at + len(place)]
        place[: len(data)] = data
        return len(data)


def pages_in(
    folder: Path | str, project: str = "p1", level: CompressionLevel = CompressionLevel.BALANCED
) -> PageStore:
    """The pages of a project in a disk cache, as a packager that starts anew finds them."""
    return pages_of(ProjectDerivedFiles(DiskCache(Path(folder), CACHE_BYTES), project), level)


def game(seed: int = 0, *, scripts: int = 120) -> Project:
    """Scripts that shrink, pictures that do not."""
    texts = {f"{n:03}.js": text_of(1_000 + 90 * n, 1_000 * seed + n) for n in range(scripts)}
    return Project({**texts, **{f"{n:03}.png": noise_of(9_000, n) for n in range(0, scripts, 9)}})


@settings(max_examples=25, deadline=None)
@given(
    first=FILES,
    second=FILES,
    threads=st.integers(1, 4),
    level=st.sampled_from(LEVELS),
)
def test_pages_change_no_byte(
    first: dict[int, int], second: dict[int, int], threads: int, level: CompressionLevel
) -> None:
    """Whatever was exported before, an archive is that of its members and the level alone."""
    with TemporaryDirectory() as folder:
        for files in (first, second, first, {**second, **first}):
            project = Project({f"{path:02}": CONTENTS[which] for path, which in files.items()})
            packed = project.packed(pages_in(folder, level=level), threads=threads, level=level)
            assert packed == write(project.members(), level=level)


def test_only_what_changed_is_deflated(tmp_path: Path) -> None:
    """Of what shrinks, the changed, new and moved file; what is stored is read all the same."""
    project = game()
    project.packed(pages_in(tmp_path))
    stored = {path for path in project.files if path.endswith(".png")}
    project.packed(pages_in(tmp_path))
    assert set(project.read) == stored

    changed = sorted(project.files)[50]
    project.files[changed] = text_of(3_100, 77_777)
    project.packed(pages_in(tmp_path))
    assert changed in project.read
    assert len(set(project.read) - stored) <= 1 + len(project.files) // 4  # its page, at the worst
    project.packed(pages_in(tmp_path))
    assert set(project.read) == stored


def test_a_renamed_folder_is_found_by_content(tmp_path: Path) -> None:
    """Another platform has the same files below another name."""
    project = game()
    project.packed(pages_in(tmp_path))
    moved = Project({f"site/{path}": data for path, data in project.files.items()})
    moved.packed(pages_in(tmp_path))
    assert all(path.endswith(".png") for path in moved.read)


def test_two_platforms_keep_each_others_members(tmp_path: Path) -> None:
    """One has files that the other one lacks; in turns, both find all of theirs."""
    whole, part = game(), game()
    for path in [*part.files][::3]:
        if path.endswith(".js"):
            del part.files[path]
    for project in (whole, part) * 2:
        project.packed(pages_in(tmp_path))
    for project in (whole, part):
        project.packed(pages_in(tmp_path))
        assert all(path.endswith(".png") for path in project.read)


@pytest.mark.parametrize(
    ("project", "level"), [("p2", CompressionLevel.BALANCED), ("p1", CompressionLevel.FAST)]
)
def test_nothing_is_shared_beyond_the_project_and_the_level(
    tmp_path: Path, project: str, level: CompressionLevel
) -> None:
    """What one project's build has left might be anything; another level has other bytes."""
    first = game(scripts=30)
    first.packed(pages_in(tmp_path))
    other = game(scripts=30)
    packed = other.packed(pages_in(tmp_path, project, level), level=level)
    assert set(other.read) == set(other.files)
    assert packed == write(other.members(), level=level)


def _flipped(files: Sequence[Path], rng: Random) -> None:
    for file in files:
        data = bytearray(file.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        file.write_bytes(data)


def _truncated(files: Sequence[Path], rng: Random) -> None:
    for file in files:
        with file.open("r+b") as opened:
            opened.truncate(rng.randrange(file.stat().st_size))


def _foreign(files: Sequence[Path], rng: Random) -> None:
    """Each in the place of another one of its kind."""
    del rng
    for small in (True, False):
        those = [file for file in files if (file.stat().st_size < SMALLEST_PAGE) is small]
        contents = [file.read_bytes() for file in those]
        for file, data in zip(those, contents[1:] + contents[:1], strict=True):
            file.write_bytes(data)


@pytest.mark.parametrize("damage", [_flipped, _truncated, _foreign])
@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_page_is_made_again(
    tmp_path: Path, damage: Callable[[Sequence[Path], Random], None], seed: int
) -> None:
    """Flipped bits, lost ends and swapped files cost time, never a byte, and are gone then."""
    project = game(scripts=60)
    good = project.packed(pages_in(tmp_path))
    damage(sorted(tmp_path.glob("??/*")), Random(seed))
    assert project.packed(pages_in(tmp_path)) == good
    assert any(path.endswith(".js") for path in project.read)
    assert project.packed(pages_in(tmp_path)) == good
    assert all(path.endswith(".png") for path in project.read)


@given(noise=st.binary(max_size=200), cut=st.integers(0, 400), at=st.integers(0, 400))
def test_odd_pages_are_empty_or_whole(noise: bytes, cut: int, at: int) -> None:
    """Whatever a page holds, reading it raises nothing and reaches nowhere else."""
    page = Page({"a" * 64: Kept(1, b"abc" * 30), "b" * 64: Kept(2, b"")}).encode()
    for odd in (noise, page[:cut], page[:at] + noise + page[at:]):
        for sha256 in ("a" * 64, "b" * 64):
            found = Page.decode(InMemory(odd)).get(sha256)
            assert found is None or len(found.deflated) <= len(odd)
            if found:
                with suppress(DamagedError):
                    assert bytes(read(found.deflated)) in {b"abc" * 30, b""}
    assert Page.decode(None).get("a" * 64) is None


def test_a_page_is_bounded() -> None:
    """The members at hand stay; those of before go where there is no room."""
    old = Page({str(n): Kept(n, bytes(PAGE_BYTES // 8)) for n in range(8)})
    new = old.renewed({"new": Kept(9, bytes(PAGE_BYTES // 4))})
    assert len(new.encode()) < PAGE_BYTES + 10_000
    assert [name for name in ("new", "0", "5", "6", "7") if new.get(name)] == ["new", "0", "5"]


@settings(max_examples=50)
@given(at=st.integers(0, 999), change=st.sampled_from(["change", "remove", "insert"]))
def test_groups_find_their_step_again(at: int, change: str) -> None:
    """One file more, less or changed moves the groups around it and no others."""
    rng = Random(5)
    members = [_sized(f"{n:04}", rng.randrange(1, 200_000), str(n)) for n in range(1_000)]
    new = [] if change == "remove" else [_sized(f"{at:04}x", 5_000, "new")]
    after = [*members[:at], *new, *members[at + (change != "insert") :]]
    before, now = (
        {tuple(m.sha256 for m in group) for group in groups(some, paged=True)}
        for some in (members, after)
    )
    assert len(before - now) <= 3
    assert len(before) > 20


@pytest.mark.parametrize("part_bytes", [7_000, 10 << 20])  # most blocks are cut, or none
@pytest.mark.parametrize("damage", ["flipped", "short", "long", "fine"])
def test_damage_in_what_is_not_checked_is_found(
    tmp_path: Path, damage: str, part_bytes: int
) -> None:
    """What is stored is read unchecked where its CRC is known; else, and then, it is checked."""
    project = game(scripts=40)
    project.files["050.png"] = noise_of(WHOLE_BYTES + 1, 1)  # streamed
    good = project.packed(pages_in(tmp_path))
    members = [_unchecked(member, damage) for member in project.members()]
    project.read.clear()
    assert _in_parts(ZipStream(members, pages=pages_in(tmp_path)), part_bytes) == good
    stored = {path for path in project.files if path.endswith(".png")}
    assert set(project.read) == (set() if damage == "fine" else stored)


@pytest.mark.parametrize("damaged", ["025.png", "050.png"])
def test_damage_that_a_check_came_too_early_for_is_not_packed(tmp_path: Path, damaged: str) -> None:
    """What was checked before it was damaged is hashed again: it is tried anew, not packed."""
    project = game(scripts=40)
    project.files |= {"025.png": noise_of(9_000, 2), "050.png": noise_of(WHOLE_BYTES + 1, 1)}
    project.packed(pages_in(tmp_path))
    members = [
        _damaged(member) if member.path == damaged else member for member in project.members()
    ]
    with pytest.raises(MemberDamagedError, match=damaged) as caught:
        b"".join(ZipStream(members, pages=pages_in(tmp_path)))
    assert caught.value.retryable


def test_what_a_page_says_wrongly_is_made_anew(tmp_path: Path) -> None:
    """A page is as it was kept, with a wrong CRC: an attempt fails, and the last does not."""
    project = game(scripts=40)
    project.files |= {"025.png": noise_of(9_000, 2)}
    pages = pages_in(tmp_path)
    good = project.packed(pages)
    members = [_unchecked(member, "fine") for member in project.members()]
    for name in {group[0].sha256 for group in groups(members, paged=True)}:
        page = Page.decode(pages.open(name))
        known = {m.sha256: kept for m in members if (kept := page.get(m.sha256))}
        wrong = {sha: Kept(k.crc32 ^ (not k.deflated), k.deflated) for sha, k in known.items()}
        pages.keep(name, Page(wrong).encode())
    with pytest.raises(MemberDamagedError):
        _in_parts(ZipStream(members, pages=pages), 10 << 20)
    for _ in members:
        with suppress(MemberDamagedError):
            assert _in_parts(ZipStream(members, pages=pages), 10 << 20) == good
            break
    else:
        pytest.fail("it is never made anew")


def _in_parts(archive: ZipStream, part_bytes: int) -> bytes:
    """As an export sends it."""
    parts = DigestedParts(archive.unread(), part_bytes=part_bytes)
    data = b"".join(map(bytes, parts))
    assert parts.sha256 == hashlib.sha256(data).hexdigest()
    return data


def _damaged(member: Member) -> Member:
    """One that has flipped however it is opened."""
    flipped = _unchecked(member, "flipped").open_unchecked
    assert flipped is not None
    return msgspec.structs.replace(member, open=flipped, open_unchecked=flipped)


def _unchecked(member: Member, damage: str) -> Member:
    with member.open() as file:
        data = bytearray(file.read())
    if damage == "flipped" and data:
        data[len(data) // 2] ^= 1
    if damage == "short":
        del data[-1:]
    if damage == "long":
        data.insert(0, 0)
    return msgspec.structs.replace(member, open_unchecked=lambda: io.BytesIO(data))


def _sized(path: str, size_bytes: int, content: str) -> Member:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return Member(path=path, size_bytes=size_bytes, open=io.BytesIO, sha256=digest)


def test_what_comes_out_of_a_page_does_not_hold_it(tmp_path: Path) -> None:
    """Members wait to be written for a while; their pages, eight MB each, do not."""
    project = Project({f"{n}.txt": text_of(5_000, n) for n in range(4)})
    level, pages = CompressionLevel.BALANCED, pages_in(tmp_path)
    packed = pack_page(project.members(), level, pages)
    project.read.clear()
    again = pack_page(project.members(), level, pages)
    assert [bytes(read(one.data)) for one in again] == [bytes(read(one.data)) for one in packed]
    assert not project.read
    assert not any(isinstance(one.data, memoryview) for one in again)
