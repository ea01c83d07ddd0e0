"""The headers of a Linux program (64-bit ELF) are read, enough to put something behind it.

Source: System V ABI, chapter 4; AppImage specification, type 2.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from services.packager.build.integrity import SelfCheckError
from shared.templates import TemplateError

if TYPE_CHECKING:
    from services.packager.desktop.shell_binary import Machine

_HEADER: Final = struct.Struct("<4sBB10xHH12xQQ6xHHHH2x")
_SEGMENT: Final = struct.Struct("<IIQQQQQQ")
_IDENTITY: Final = (b"\x7fELF", 2, 1)  # 64 bits, little endian
_MACHINES: Final[dict[Machine, int]] = {"x64": 62, "arm64": 183}
_APPIMAGE_AT: Final = 8
_APPIMAGE_TYPE_2: Final = b"AI\x02"


def as_appimage(program: bytes) -> bytes:
    """The program marked as an AppImage, ending where tools look for the image behind it.

    Raises:
        TemplateError: It does not end with its table of sections, where they look.
    """
    *_, sections_at, _, _, section_bytes, section_count = _HEADER.unpack_from(program)
    if sections_at + section_bytes * section_count != len(program):
        raise TemplateError("the shell for Linux does not end with its section headers")
    marked = bytearray(program)
    marked[_APPIMAGE_AT : _APPIMAGE_AT + 3] = _APPIMAGE_TYPE_2
    return bytes(marked)


def check(program: bytes, machine: Machine) -> None:
    """Look at a program's headers; all that it loads must be in ``program``.

    Raises:
        SelfCheckError: What is wrong.
    """
    try:
        *identity, _, kind, segments_at, _, segment_bytes, count, _, _ = _HEADER.unpack_from(
            program
        )
        segments = [
            _SEGMENT.unpack_from(program, segments_at + number * segment_bytes)
            for number in range(count)
        ]
    except struct.error as error:
        raise SelfCheckError("the Linux program ends within its headers") from error
    if tuple(identity) != _IDENTITY or kind != _MACHINES[machine]:
        raise SelfCheckError(f"it is no Linux program for {machine}")
    ends = [offset + size for _, _, offset, _, _, size, *_ in segments]
    if not ends or max(ends) > len(program):
        raise SelfCheckError("the segments of the Linux program do not fit its file")
