"""A reader of macOS signatures that shares nothing with their writer.

Written from Apple's cs_blobs.h and the ``otool``-like view of LIEF: it finds the signature by LIEF,
hashes with OpenSSL, and reads fields by their documented offsets.
"""

from __future__ import annotations

import subprocess
from typing import Any

import msgspec


class Signature(msgspec.Struct):
    """What one slice says, and what its bytes are."""

    cpu: str
    identifier: str
    flags: int
    hashes: dict[int, str]  # slot -> as it is written
    pages: list[str]  # as they are
    limit: int
    signature_at: int
    requirements: bytes
    executable_bytes: int

    @property
    def pages_hold(self) -> bool:
        """Whether every page is what was signed, and none is missing."""
        written = [self.hashes[number] for number in range(len(self.pages))]
        return written == self.pages and len(self.pages) not in self.hashes


def signatures(program: bytes) -> list[Signature]:
    """Of every slice; LIEF's objects are kept until all is read."""
    import lief  # noqa: PLC0415 - else every process of a run would load it

    fat = lief.MachO.parse(list(program))
    assert fat is not None
    found = []
    for number in range(fat.size):
        binary = fat.at(number)
        assert binary is not None
        ok, problem = lief.MachO.check_layout(binary)
        assert ok, problem
        found.append(_signature(binary, program))
    return found


def _signature(binary: Any, program: bytes) -> Signature:
    command = binary.code_signature
    base = binary.fat_offset
    blob = program[base + command.data_offset :][: command.data_size]
    assert base + command.data_offset + command.data_size <= len(program)
    assert _number(blob, 0) == 0xFADE0CC0
    slots = {_number(blob, 12 + 8 * n): _number(blob, 16 + 8 * n) for n in range(_number(blob, 8))}
    directory = blob[slots[0] :]
    assert _number(directory, 0) == 0xFADE0C02
    assert directory[36:38] == bytes((32, 2))  # SHA-256
    hashes_at, name_at, special, count, limit = (_number(directory, 16 + 4 * n) for n in range(5))
    code = program[base : base + limit]
    page = 1 << directory[39]
    return Signature(
        cpu=str(binary.header.cpu_type).rpartition(".")[2],
        identifier=directory[name_at : directory.index(0, name_at)].decode(),
        flags=_number(directory, 12),
        hashes={n: directory[hashes_at + 32 * n :][:32].hex() for n in range(-special, count)},
        pages=[sha256(code[at : at + page]) for at in range(0, limit, page)],
        limit=limit,
        signature_at=command.data_offset,
        requirements=blob[slots[2] :][: _number(blob, slots[2] + 4)],
        executable_bytes=int.from_bytes(directory[72:80], "big"),
    )


def sha256(data: bytes) -> str:
    """By OpenSSL, hexadecimal."""
    command = ["openssl", "dgst", "-sha256", "-r"]
    answer = subprocess.run(command, input=data, capture_output=True, check=True)
    return answer.stdout.decode().split()[0]


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
