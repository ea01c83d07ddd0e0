"""The files of an application that is one file, or a compressed stream: no reader finds them there.

What is listed is what its maker knows: the files of the game, and what goes around them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.artifact_files import ListedFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.formats import Container
    from services.packager.archive.member import Member


def listed_files(
    contents: Sequence[Member], members: Sequence[Member], container: Container
) -> tuple[ListedFile, ...]:
    """By path; none for containers that have a directory.

    Args:
        contents: The game's files. They lie in the largest member, uncompressed.
        members: What the container holds; of the largest one what is left without the game counts.
        container: How the members became one file.
    """
    if container in {"zip", "aab"}:
        return ()
    program = max(members, key=lambda member: member.size_bytes)
    game_bytes = sum(content.size_bytes for content in contents)
    sizes = {member.path: member.size_bytes for member in (*members, *contents)}
    sizes[program.path] = program.size_bytes - game_bytes
    is_packed = container == "tar.gz"
    return tuple(
        ListedFile(path, size, None if is_packed else size) for path, size in sorted(sizes.items())
    )
