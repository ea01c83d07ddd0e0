"""Small files of each type that players decode, whole."""

from __future__ import annotations

import io
import math
import posixpath
import struct
from functools import cache
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from PIL import Image

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

PICTURES = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF", ".bmp": "BMP",
    ".avif": "AVIF",
}  # fmt: skip
SOUNDS = {
    ".wav": ("wav", "pcm_s16le"), ".ogg": ("ogg", "libopus"), ".opus": ("ogg", "libopus"),
    ".mp3": ("mp3", "libmp3lame"), ".m4a": ("ipod", "aac"), ".flac": ("flac", "flac"),
    ".aac": ("adts", "aac"), ".webm": ("webm", "libopus"), ".mp4": ("mp4", "aac"),
}  # fmt: skip
KTX2 = b"\xabKTX 20\xbb\r\n\x1a\n"
SIDE = 48


def small(path: str) -> bytes:
    """A file that is what its name says; of other types some text."""
    return of_suffix(posixpath.splitext(path)[1].lower())


@cache
def of_suffix(suffix: str) -> bytes:
    """A whole file; the same bytes at each call."""
    if suffix in PICTURES:
        return _picture(PICTURES[suffix])
    if suffix in SOUNDS:
        return _sound(*SOUNDS[suffix])
    return OTHERS.get(suffix, b"x")


def _picture(form: str) -> bytes:
    """Colours that no encoder makes a handful of bytes of."""
    steps = np.arange(SIDE * SIDE * 3, dtype=np.uint32)
    pixels = (steps * 2_654_435_761 >> 24).astype(np.uint8).reshape(SIDE, SIDE, 3)
    out = io.BytesIO()
    Image.fromarray(pixels, "RGB").save(out, form)
    return out.getvalue()


def _sound(container: str, codec: str) -> bytes:
    """Half a second of a tone."""
    rate = 48_000
    out = io.BytesIO()
    with av.open(out, "w", format=container) as target:
        stream = cast("AudioStream", target.add_stream(codec, rate=rate, layout="mono"))
        wave = [round(9_000 * math.sin(n / 9)) for n in range(rate // 2)]
        frame = AudioFrame.from_ndarray(np.array([wave], np.int16), format="s16", layout="mono")
        frame.sample_rate = rate
        width = getattr(stream.codec_context, "frame_size", 0) or 1_024
        resampler = av.AudioResampler(stream.format.name, "mono", rate, width)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


def _ktx2() -> bytes:
    pixels = bytes(range(64))
    head = struct.pack("<9I", 43, 1, 4, 4, 0, 0, 1, 1, 0)
    index = struct.pack("<4I2Q", 0, 0, 0, 0, 0, 0)
    levels = struct.pack("<3Q", 104, len(pixels), len(pixels))
    return KTX2 + head + index + levels + pixels


OTHERS = {
    ".svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4"><path d="M0 0h9"/></svg>\n',
    ".hdr": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 8\n" + bytes(range(128, 192)) * 4,
    ".ktx2": _ktx2(),
    ".wasm": b"\0asm\1\0\0\0" + b"\0\x2d\4name" + bytes(40),
    ".woff2": b"wOF2\0\1\0\0" + struct.pack(">I", 64) + bytes(52),
    ".woff": b"wOFF\0\1\0\0" + struct.pack(">I", 64) + bytes(52),
}
