"""Camera paths: from where a film sees the game, as a JSON file of the project says it."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import msgspec

Place = tuple[float, float, float]  # world space, in the game's units


class CameraKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the camera is at a time of the game, and what it looks at."""

    t: Annotated[float, msgspec.Meta(ge=0)]  # s
    position: Place
    target: Place
    fov: Annotated[float, msgspec.Meta(gt=0, lt=180)] | None = None  # degrees, vertical


class CameraPath(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys in order of time; between them the camera moves ``smooth`` or ``linear``."""

    keys: Annotated[tuple[CameraKey, ...], msgspec.Meta(min_length=1, max_length=10_000)]
    ease: Literal["smooth", "linear"] = "smooth"


_decoder = msgspec.json.Decoder(CameraPath)


def read_camera_path(data: bytes) -> CameraPath:
    """Read a file.

    Raises:
        msgspec.ValidationError: Which key is none, and why.
        msgspec.DecodeError: It is no JSON.
    """
    path = _decoder.decode(data)
    for number, key in enumerate(path.keys):
        if key.position == key.target:
            raise msgspec.ValidationError(f"looks at its own place - at `$.keys[{number}]`")
    for number, (key, later) in enumerate(pairwise(path.keys), 1):
        if later.t <= key.t:
            raise msgspec.ValidationError(f"is not after the key before - at `$.keys[{number}].t`")
    return path
