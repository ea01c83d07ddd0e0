"""CRC32C as S3 writes it; builds need it, too, and no connection."""

from __future__ import annotations

import base64

import google_crc32c


def crc32c_base64(data: bytes | bytearray | memoryview) -> str:
    """CRC32C as S3 writes it: four bytes, big endian, base64."""
    return encode_crc32c(google_crc32c.value(bytes(data) if isinstance(data, bytearray) else data))


def encode_crc32c(value: int) -> str:
    """The 32-bit value in S3's form."""
    return base64.b64encode(value.to_bytes(4, "big")).decode()
