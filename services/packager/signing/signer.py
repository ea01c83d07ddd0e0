"""A signer holds the key of one export and does with it what the platform asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.signing import authenticode, codesign, xcode
from services.packager.signing.keys import HOOK, KeyBrokenError
from services.packager.signing.member_files import read_member, write_member
from services.packager.signing.signed_by import SignedBy
from services.packager.signing.tool import run_tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.archive.member import Member
    from services.packager.signing.keys import SigningKey
    from services.packager.signing.tool import ToolBench
    from shared.domain.options import Platform


class KeySigner:
    """Signs applications of one platform with one key; blocks, so it works in a thread."""

    signed_by: Final = SignedBy()  # the key is the tool's, and its signatures hold the time

    def __init__(self, platform: Platform, key: SigningKey, bench: ToolBench) -> None:
        self._platform = platform
        self._key = key
        self._bench = bench

    def sign(self, files: Sequence[Member], *, title: str) -> list[Member]:
        """What the tools make of an application's files.

        Windows and Linux sign one program: it comes back signed, or its signature alone does. Of
        macOS's bundle all files come back. An Xcode project for iOS comes as one archive, and goes
        as the application that was built of it.

        Raises:
            SigningToolMissingError, SigningToolFailedError: A tool could not do its work.
            KeyBrokenError: The key lacks a part, or its program has not done its work.
        """
        if self._platform == "macos":
            return codesign.sign(files, self._key, self._bench)
        (program,) = files
        if self._platform == "ios":
            return [xcode.build(program, self._key, self._bench)]
        if self._platform == "windows":
            path = self._bench.folder / "program.exe"
            write_member(program, path)
            signed = authenticode.sign(path, self._key, self._bench, title=title)
            return [read_member(signed, program.path)]
        return [self._signature(program)]

    def _signature(self, program: Member) -> Member:
        """What the operator's program leaves beside the file that it is given."""
        path = self._bench.folder / "program"
        write_member(program, path)
        run_tool(
            [str(self._key.require(HOOK)), str(path)], self._bench, doing="Signing the program"
        )
        signature = path.with_suffix(".sig")
        if not signature.is_file():
            raise KeyBrokenError(f"the signing key {self._key.name!r} has left no {signature.name}")
        return read_member(signature, f"{program.path}.sig")
