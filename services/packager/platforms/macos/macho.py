"""Programs for macOS (64-bit Mach-O) get room for a signature, and several go into one file.

Source: Apple's <mach-o/loader.h> and <mach-o/fat.h>.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

from shared.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.packager.desktop.shell_binary import Machine

CPU_TYPES: Final[dict[Machine, int]] = {"x64": 0x0100_0007, "arm64": 0x0100_000C}
_CPU_SUBTYPES: Final[dict[Machine, int]] = {"x64": 3, "arm64": 0}
_HEADER: Final = struct.Struct("<8I")
_SEGMENT: Final = struct.Struct("<II16s4Q4I")
_SECTION: Final = struct.Struct("<16s16sQQIIIIIIII")
_CODE_SIGNATURE: Final = struct.Struct("<4I")
_MAGIC_64, _EXECUTABLE = 0xFEED_FACF, 2
_LC_SEGMENT_64, _LC_CODE_SIGNATURE = 0x19, 0x1D
_FAT_MAGIC: Final = 0xCAFE_BABE
_SLICE_ALIGNMENT: Final = 14  # as a power of two: pages of 16 KiB
_SIGNATURE_ALIGNMENT: Final = 16


class Layout(msgspec.Struct, frozen=True):
    """Where things are in a program, in bytes of its file."""

    cpu_type: int
    commands: int  # how many
    commands_bytes: int
    first_section_at: int
    linkedit_at: int  # the load command of the last segment
    linkedit_file_at: int  # that segment
    text_bytes: int
    signature_command_at: int | None
    signature: tuple[int, int]  # offset and size; zero without one

    @classmethod
    def read(cls, program: bytes) -> Layout:
        """The layout of a 64-bit executable.

        Raises:
            ValueError: It is none, or lacks a segment that every executable has.
        """
        try:
            return cls._read(program)
        except (struct.error, KeyError) as error:
            raise ValueError(f"it lacks a part: {error}") from error

    @classmethod
    def _read(cls, program: bytes) -> Layout:
        magic, cpu_type, _, kind, count, commands_bytes, _, _ = _HEADER.unpack_from(program)
        if (magic, kind) != (_MAGIC_64, _EXECUTABLE):
            raise ValueError("it is no 64-bit program for macOS")
        segments: dict[bytes, int] = {}
        starts: list[int] = []
        command_at: int | None = None
        for command, at in _commands(program, count):
            if command == _LC_SEGMENT_64:
                name, sections = _segment(program, at)
                segments[name] = at
                starts += sections
            elif command == _LC_CODE_SIGNATURE:
                command_at = at
        linkedit_at, text_at = segments[b"__LINKEDIT"], segments[b"__TEXT"]
        return cls(
            cpu_type=cpu_type,
            commands=count,
            commands_bytes=commands_bytes,
            first_section_at=min(starts),
            linkedit_at=linkedit_at,
            linkedit_file_at=_SEGMENT.unpack_from(program, linkedit_at)[5],
            text_bytes=_SEGMENT.unpack_from(program, text_at)[6],
            signature_command_at=command_at,
            signature=_CODE_SIGNATURE.unpack_from(program, command_at)[2:]
            if command_at
            else (0, 0),
        )


def with_room(program: bytes, signature_bytes: int) -> tuple[bytes, int]:
    """A program whose headers announce a signature of so many bytes behind it.

    Returns:
        The program up to where the signature begins, and how much of it counts as code: all.

    Raises:
        TemplateError: It is no program, or has no room for one more load command.
    """
    try:
        layout = Layout.read(program)
    except ValueError as error:
        raise TemplateError(f"the shell for macOS cannot be signed: {error}") from error
    made = bytearray(program)
    command_at = layout.signature_command_at
    if command_at is None:
        command_at = _add_command(made, layout)
    else:
        del made[layout.signature[0] :]  # the linker's own
    made += bytes(-len(made) % _SIGNATURE_ALIGNMENT)
    end = len(made)
    size = signature_bytes + -signature_bytes % _SIGNATURE_ALIGNMENT
    _CODE_SIGNATURE.pack_into(made, command_at, _LC_CODE_SIGNATURE, _CODE_SIGNATURE.size, end, size)
    linkedit_bytes = end + size - layout.linkedit_file_at
    page = 1 << _SLICE_ALIGNMENT
    struct.pack_into(
        "<QQQ",
        made,
        layout.linkedit_at + 32,
        *(linkedit_bytes + -linkedit_bytes % page, layout.linkedit_file_at, linkedit_bytes),
    )
    return bytes(made), size


def fat(slices: Mapping[Machine, bytes]) -> bytes:
    """One file for several machines; a single one needs no such file."""
    if len(slices) == 1:
        return next(iter(slices.values()))
    page = 1 << _SLICE_ALIGNMENT
    head = struct.pack(">II", _FAT_MAGIC, len(slices))
    body = b""
    for machine, program in slices.items():
        at = page + len(body)
        head += struct.pack(
            ">5I",
            *(CPU_TYPES[machine], _CPU_SUBTYPES[machine], at, len(program), _SLICE_ALIGNMENT),
        )
        body += program + bytes(-len(program) % page)
    return head.ljust(page, b"\0") + body


def slices_of(program: bytes) -> Iterator[bytes]:
    """Every program of a fat file, or the one that a plain file is.

    Raises:
        ValueError: A slice lies outside of the file.
    """
    magic, count = struct.unpack_from(">II", program)
    if magic != _FAT_MAGIC:
        yield program
        return
    for number in range(count):
        _, _, at, size, _ = struct.unpack_from(">5I", program, 8 + 20 * number)
        if at + size > len(program):
            raise ValueError("a slice lies outside of the file")
        yield program[at : at + size]


def _commands(program: bytes, count: int) -> Iterator[tuple[int, int]]:
    at = _HEADER.size
    for _ in range(count):
        command, size = struct.unpack_from("<II", program, at)
        yield command, at
        at += size


def _segment(program: bytes, at: int) -> tuple[bytes, list[int]]:
    """Its name, and where its sections begin; those without content begin nowhere."""
    fields = _SEGMENT.unpack_from(program, at)
    offsets = [
        _SECTION.unpack_from(program, at + _SEGMENT.size + number * _SECTION.size)[4]
        for number in range(fields[9])
    ]
    return fields[2].rstrip(b"\0"), [offset for offset in offsets if offset]


def _add_command(program: bytearray, layout: Layout) -> int:
    """Count one more load command; where it stands."""
    at = _HEADER.size + layout.commands_bytes
    if at + _CODE_SIGNATURE.size > layout.first_section_at:
        raise TemplateError("the shell for macOS has no room for the command of its signature")
    struct.pack_into(
        "<II", program, 16, layout.commands + 1, layout.commands_bytes + _CODE_SIGNATURE.size
    )
    return at
