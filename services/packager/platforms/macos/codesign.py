"""A bundle is signed by its publisher and notarised by Apple, with programs of the operator's.

A key is a folder with the program ``sign`` and perhaps ``notarize``; each gets the path of the
bundle and changes it in place (``notarize`` staples the ticket).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.desktop.member_files import read_member, write_member
from services.packager.platforms.macos.bundle import folder
from services.packager.signing.keys import HOOK, KeyBrokenError
from services.packager.signing.tool import run_tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.member import Member
    from services.packager.build.context import BuildContext
    from services.packager.desktop.app_identity import AppIdentity
    from services.packager.signing.keys import SigningKey

NOTARIZE: Final = "notarize"


def sign(
    members: Sequence[Member], key: SigningKey, context: BuildContext, *, identity: AppIdentity
) -> list[Member]:
    """The bundle as the operator's programs leave it.

    Raises:
        ToolMissingError, ToolFailedError: One of them could not run, failed, or took too long.
        KeyBrokenError: The key has no program, or it left something that is no plain file.
    """
    for member in members:
        write_member(member, context.scratch / member.path)
    path = context.scratch / folder(identity)
    run_tool([str(key.require(HOOK)), str(path)], context, doing="Signing the application")
    if notarize := key.file(NOTARIZE):
        run_tool([str(notarize), str(path)], context, doing="Waiting for Apple's notary service")
    found = sorted(path.rglob("*"))
    if strange := [entry for entry in found if entry.is_symlink()]:
        raise KeyBrokenError(f"the signing key {key.name!r} has left a link: {strange[0].name}")
    files = (entry for entry in found if entry.is_file())
    named = ((entry.relative_to(context.scratch).as_posix(), entry) for entry in files)
    return [read_member(entry, name) for name, entry in sorted(named)]
