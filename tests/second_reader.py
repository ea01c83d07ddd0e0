"""Films read by Debian's ffmpeg, which has nothing in common with the one that made them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.films import number_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_SUMMARY = re.compile(r"I:\s+(-?[\d.]+) LUFS.*Peak:\s+(-?[\d.]+) dBFS", re.DOTALL)


def probed(path: Path) -> dict[str, Any]:
    """What ffprobe says of the file: its format, and its streams by their kind."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format"]
    done = subprocess.run([*command, "-of", "json", path], check=True, capture_output=True)
    said = json.loads(done.stdout)
    return {"format": said["format"], **{one["codec_type"]: one for one in said["streams"]}}


def shown(path: Path, size: tuple[int, int], *, decoder: str = "") -> NDArray[np.uint8]:
    """All frames in RGBA; array of frames, rows, columns, 4."""
    chosen = ["-c:v", decoder] if decoder else []
    command: list[str | Path] = [
        "ffmpeg",
        "-v",
        "error",
        *chosen,
        "-i",
        path,
        "-map",
        "v",
        "-fps_mode",
        "passthrough",
    ]
    done = subprocess.run(
        [*command, "-f", "rawvideo", "-pix_fmt", "rgba", "-"], check=True, capture_output=True
    )
    assert not done.stderr
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, size[1], size[0], 4)


def shown_numbers(path: Path, size: tuple[int, int]) -> list[int]:
    """The numbers that the frames show."""
    return [number_of(picture) for picture in shown(path, size)]


def heard(path: Path) -> NDArray[np.float32]:
    """The sound as it is played, one channel at 48 kHz."""
    command: list[str | Path] = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        path,
        "-map",
        "a",
        "-ac",
        "1",
        "-ar",
        "48000",
    ]
    done = subprocess.run([*command, "-f", "f32le", "-"], check=True, capture_output=True)
    return np.frombuffer(done.stdout, "<f4")


def loudness(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS, and the true peak in dB."""
    command: list[str | Path] = [
        "ffmpeg",
        "-i",
        path,
        "-map",
        "a",
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = _SUMMARY.search(done.stderr.split("Summary:")[1])
    assert found
    return float(found[1]), float(found[2])


def structural_similarity(film: Path, number: int, picture: Path) -> float:
    """How alike a film's frame and a picture are, of brightness and colours together; 1 is equal.

    Source: FFmpeg's filter ``ssim``, "All", both in BT.709, limited range, 4:2:0.
    """
    frame = f"[0:v]select=eq(n\\,{number}),setpts=0[film]"
    still = "[1:v]scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setpts=0[still]"
    command: list[str | Path] = ["ffmpeg", "-nostats", "-i", film, "-i", picture]
    done = subprocess.run(
        [*command, "-lavfi", f"{frame};{still};[film][still]ssim", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    (likeness,) = re.findall(r"SSIM .*All:([\d.]+)", done.stderr)
    return float(likeness)
