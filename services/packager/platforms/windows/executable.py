"""Windows programs (PE32+) get a section of resources, and are looked at when they are finished.

Source: Microsoft's PE format.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.integrity import SelfCheckError
from services.packager.platforms.windows.resources import section
from shared.templates import TemplateError

if TYPE_CHECKING:
    from services.packager.platforms.windows.resources import Resources

_PE32_PLUS: Final = 0x20B
_COFF_BYTES: Final = 24  # with the signature before it
_SECTION: Final = struct.Struct("<8sIIIIIIHHI")
_RESOURCES, _CERTIFICATES = 2, 4  # data directories
_READABLE_DATA: Final = 0x4000_0040


class Section(msgspec.Struct, frozen=True):
    """Where a part of the file is loaded; bytes."""

    name: bytes
    virtual_size: int
    address: int
    raw_size: int
    raw_at: int


class Headers(msgspec.Struct, frozen=True):
    """What matters of a program's headers; ``at`` are byte offsets in the file."""

    coff_at: int
    optional_at: int
    sections_at: int
    sections: tuple[Section, ...]
    section_alignment: int
    file_alignment: int
    headers_bytes: int
    resources: tuple[int, int]  # address, size
    certificates: tuple[int, int]  # offset in the file, size

    @classmethod
    def read(cls, program: bytes) -> Headers:
        """The headers of a 64-bit program.

        Raises:
            ValueError: It is none.
        """
        try:
            return cls._read(program)
        except struct.error as error:
            raise ValueError("it ends within its headers") from error

    @classmethod
    def _read(cls, program: bytes) -> Headers:
        (coff_at,) = struct.unpack_from("<I", program, 0x3C)
        optional_at = coff_at + _COFF_BYTES
        (magic,) = struct.unpack_from("<H", program, optional_at)
        if (program[:2], program[coff_at : coff_at + 4], magic) != (b"MZ", b"PE\0\0", _PE32_PLUS):
            raise ValueError("it is no 64-bit Windows program")
        count, optional_bytes = struct.unpack_from("<H12xH", program, coff_at + 6)
        section_alignment, file_alignment = struct.unpack_from("<II", program, optional_at + 32)
        sections_at = optional_at + optional_bytes
        return cls(
            coff_at=coff_at,
            optional_at=optional_at,
            sections_at=sections_at,
            sections=tuple(
                Section(*_SECTION.unpack_from(program, sections_at + number * _SECTION.size)[:5])
                for number in range(count)
            ),
            section_alignment=section_alignment,
            file_alignment=file_alignment,
            headers_bytes=struct.unpack_from("<I", program, optional_at + 60)[0],
            resources=struct.unpack_from("<II", program, _directory_at(optional_at, _RESOURCES)),
            certificates=struct.unpack_from(
                "<II", program, _directory_at(optional_at, _CERTIFICATES)
            ),
        )


def branded(program: bytes, resources: Resources) -> bytes:
    """The program with one more section that holds the resources.

    Raises:
        TemplateError: It is no program, has resources already, or has no room for one more section.
    """
    try:
        headers = Headers.read(program)
    except ValueError as error:
        raise TemplateError(f"the shell for Windows cannot be branded: {error}") from error
    entry_at = headers.sections_at + len(headers.sections) * _SECTION.size
    if headers.resources != (0, 0) or entry_at + _SECTION.size > headers.headers_bytes:
        message = "the shell for Windows cannot be branded: it has resources, or no room for them"
        raise TemplateError(message)
    address = _aligned(
        max(part.address + part.virtual_size for part in headers.sections),
        headers.section_alignment,
    )
    data = section(resources, address)
    raw_at = _aligned(len(program), headers.file_alignment)
    raw_size = _aligned(len(data), headers.file_alignment)
    made = bytearray(program.ljust(raw_at, b"\0") + data.ljust(raw_size, b"\0"))
    _SECTION.pack_into(
        made,
        entry_at,
        *(b".rsrc", len(data), address, raw_size, raw_at, 0, 0, 0, 0, _READABLE_DATA),
    )
    _enter(made, headers, address=address, size=len(data), raw_size=raw_size)
    return bytes(made)


def _enter(program: bytearray, headers: Headers, *, address: int, size: int, raw_size: int) -> None:
    """Enter the new section into the headers."""
    struct.pack_into("<H", program, headers.coff_at + 6, len(headers.sections) + 1)
    initialized_at = headers.optional_at + 8
    (initialized,) = struct.unpack_from("<I", program, initialized_at)
    struct.pack_into("<I", program, initialized_at, initialized + raw_size)
    image_bytes = _aligned(address + size, headers.section_alignment)
    struct.pack_into("<I", program, headers.optional_at + 56, image_bytes)
    directory_at = _directory_at(headers.optional_at, _RESOURCES)
    struct.pack_into("<II", program, directory_at, address, size)


def check(program: bytes, *, file_bytes: int, signed: bool) -> None:
    """Look at a finished program's headers; ``program`` is its beginning, sections included.

    Raises:
        SelfCheckError: What is wrong.
    """
    try:
        headers = Headers.read(program)
    except ValueError as error:
        raise SelfCheckError(f"the Windows program is broken: {error}") from error
    ends = [part.raw_at + part.raw_size for part in headers.sections]
    starts = [part.raw_at for part in headers.sections if part.raw_size]
    if max(ends) > len(program) or starts != sorted(starts):
        raise SelfCheckError("the sections of the Windows program do not fit its file")
    found = [part for part in headers.sections if part.address == headers.resources[0]]
    if [part.name.rstrip(b"\0") for part in found] != [b".rsrc"]:
        raise SelfCheckError("the Windows program does not find its resources")
    at, size = headers.certificates
    if bool(size) is not signed or (signed and at + size != file_bytes):
        raise SelfCheckError("the signature of the Windows program is not where it should be")


def _directory_at(optional_at: int, number: int) -> int:
    return optional_at + 112 + 8 * number


def _aligned(size: int, to: int) -> int:
    return size + -size % to
