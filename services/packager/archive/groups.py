"""Members are packed in groups: a hand-over between threads costs some 50 µs, a question more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.archive.paths import ArchivePaths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from services.packager.archive.member import Member

WHOLE_BYTES: Final = 8 << 20  # larger members are streamed, each by itself
GROUP_BYTES: Final = 512 << 10
GROUP_MEMBERS: Final = 64
PAGE_GROUP_BYTES: Final = 3 << 20  # of a group that shares a page, on average
PAGE_GROUP_MEMBERS: Final = 256
MEMBER_BYTES: Final = 4 << 10  # what a member takes besides its content, roughly
_PREFIX: Final = 8  # hexadecimal digits of a hash that decide
_PREFIXES: Final = 16**_PREFIX


def groups(members: Iterable[Member], *, paged: bool = False) -> Iterator[list[Member]]:
    """Runs of small members; every large one alone.

    Args:
        members: In the order of the archive.
        paged: Groups share pages, and begin where the content of a member says so. Whatever changes
            elsewhere, the next group begins at the same member.

    Raises:
        ArchiveError: A duplicate or unsafe path.
    """
    most_bytes, most_members = GROUP_BYTES, GROUP_MEMBERS
    if paged:
        most_bytes, most_members = WHOLE_BYTES, PAGE_GROUP_MEMBERS
    paths = ArchivePaths()
    group: list[Member] = []
    size = 0
    for member in members:
        paths.add(member.path)
        full = size + member.size_bytes > most_bytes or len(group) == most_members
        if group and (full or (paged and _begins(member))):
            yield group
            group, size = [], 0
        group.append(member)
        size += member.size_bytes
    if group:
        yield group


def is_large(group: list[Member]) -> bool:
    """Whether it is a member that has to be streamed."""
    return group[0].size_bytes > WHOLE_BYTES


def group_bytes(group: list[Member]) -> int:
    """What its members take in memory."""
    return sum(member.size_bytes + MEMBER_BYTES for member in group)


def _begins(member: Member) -> bool:
    """By chance, a fair one: the more bytes, the likelier."""
    prefix = int(member.sha256[:_PREFIX] or "f" * _PREFIX, 16)
    return prefix * PAGE_GROUP_BYTES < (member.size_bytes + MEMBER_BYTES) * _PREFIXES
