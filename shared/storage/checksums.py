"""CRC32C as S3 writes it; builds need it, too, and no connection."""

from __future__ import annotations

import base64
from typing import Final

import google_crc32c

PIECE_BYTES: Final = 256 << 10
_POLYNOMIAL: Final = 0x82F63B78  # Castagnoli's, the lowest power in the highest bit
_ONE: Final = 1 << 31
_X_8: Final = 1 << 23


def crc32c_base64(data: bytes | bytearray | memoryview) -> str:
    """CRC32C as S3 writes it: four bytes, big endian, base64."""
    return encode_crc32c(crc32c_of(data))


def crc32c_of(data: bytes | bytearray | memoryview) -> int:
    """The 32-bit value; the library takes bytes alone, so others pass through the CPU's cache."""
    if isinstance(data, bytes):
        whole: int = google_crc32c.value(data)
        return whole
    crc32c: int = 0
    with memoryview(data) as view:
        for at in range(0, len(view), PIECE_BYTES):
            crc32c = google_crc32c.extend(crc32c, bytes(view[at : at + PIECE_BYTES]))
    return crc32c


def encode_crc32c(value: int) -> str:
    """The 32-bit value in S3's form."""
    return base64.b64encode(value.to_bytes(4, "big")).decode()


def combined_crc32c(first: int, second: int, second_bytes: int) -> int:
    """The CRC32C of two pieces of data, one after the other, by those of each.

    Source:
        zlib's ``crc32_combine``: the first one's is multiplied by x^8 for each byte that follows.
    """
    power, factor = _X_8, _ONE
    while second_bytes:
        if second_bytes & 1:
            factor = _multiplied(factor, power)
        power = _multiplied(power, power)
        second_bytes >>= 1
    return _multiplied(factor, first) ^ second


def _multiplied(a: int, b: int) -> int:
    """Two polynomials, modulo Castagnoli's."""
    product = 0
    while a:
        if a & _ONE:
            product ^= b
        a = (a << 1) & 0xFFFFFFFF
        b = (b >> 1) ^ (_POLYNOMIAL if b & 1 else 0)
    return product
