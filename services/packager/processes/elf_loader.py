"""The loader is what the system really starts where a program is dynamically linked."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

_INTERPRETER: Final = 3  # PT_INTERP of ELF(5)


def loader_of(program: Path) -> Path | None:
    """The dynamic loader that a 64-bit, little-endian ELF program names."""
    with program.open("rb") as file:
        header = file.read(64)
        if header[:6] != b"\x7fELF\x02\x01":
            return None
        (at,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        for number in range(count):
            file.seek(at + number * size)
            segment = file.read(size)
            if struct.unpack_from("<I", segment)[0] == _INTERPRETER:
                offset, _, _, length = struct.unpack_from("<QQQQ", segment, 8)
                file.seek(offset)
                return Path(file.read(length).rstrip(b"\0").decode()).resolve()
    return None
