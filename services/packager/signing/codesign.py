"""A bundle is signed by its publisher and notarised by Apple, with programs of the operator's.

A key is a folder with the program ``sign`` and perhaps ``notarize``; each gets the path of the
bundle and changes it in place (``notarize`` staples the ticket).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.signing.keys import HOOK, KeyBrokenError
from services.packager.signing.member_files import read_member, write_member
from services.packager.signing.tool import run_tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.member import Member
    from services.packager.signing.keys import SigningKey
    from services.packager.signing.tool import ToolBench

NOTARIZE: Final = "notarize"


def sign(members: Sequence[Member], key: SigningKey, bench: ToolBench) -> list[Member]:
    """The bundle as the operator's programs leave it.

    Args:
        members: All files of the bundle, below one folder.
        key: An operator's.
        bench: Where the programs work.

    Raises:
        ToolMissingError, ToolFailedError: One of them could not run, failed, or took too long.
        KeyBrokenError: The key has no program, or it left something that is no plain file.
    """
    for member in members:
        write_member(member, bench.folder / member.path)
    (name,) = {member.path.partition("/")[0] for member in members}
    path = bench.folder / name
    run_tool([str(key.require(HOOK)), str(path)], bench, doing="Signing the application")
    if notarize := key.file(NOTARIZE):
        run_tool([str(notarize), str(path)], bench, doing="Waiting for Apple's notary service")
    found = sorted(path.rglob("*"))
    if strange := [entry for entry in found if entry.is_symlink()]:
        raise KeyBrokenError(f"the signing key {key.name!r} has left a link: {strange[0].name}")
    files = (entry for entry in found if entry.is_file())
    named = ((entry.relative_to(bench.folder).as_posix(), entry) for entry in files)
    return [read_member(entry, name) for name, entry in sorted(named)]
