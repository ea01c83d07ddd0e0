"""The stages of a build: their names, their order, and how long each will probably take."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated, Final, Literal, get_args

import msgspec

from shared.domain.entry_page import PACKAGE, is_engine_project
from shared.domain.video.spec import spec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from services.packager.request import Request
    from shared.domain.project import StoredFile
    from shared.domain.video.film_spec import FilmSpec

# In the order in which they come; a build passes over those that it does not need.
Planning = Literal[
    "installing", "scripting", "building", "bundling", "optimizing", "baking", "joining"
]
StageName = Literal["reading", Planning, "assembling", "signing", "packing", "filming", "finishing"]
ORDER: Final[tuple[StageName, ...]] = get_args(StageName)
TITLES: Final[dict[StageName, str]] = {
    "reading": "Checking the project",
    "installing": "Installing packages",
    "scripting": "Running the build script",
    "building": "Building with Vite",
    "bundling": "Bundling scripts",
    "optimizing": "Optimising assets",
    "baking": "Baking navigation meshes",
    "joining": "Putting everything into one file",
    "assembling": "Assembling the game",
    "signing": "Signing",
    "packing": "Packing",
    "filming": "Filming",
    "finishing": "Finishing the film",
}
UPLOAD_S: Final = 0.3  # the uploader's: check the parts, make them one object, note the expiry

# Seconds, and bytes a second, on two idle cores; how quick a machine is shows while it builds.
# Fetching, packing and Vite were measured with a store and a registry on the same machine, the rest
# with ``python -m tests.bench.stages``. Installing waits for the network, signing for a time stamp.
FETCH_RATE: Final = 130e6
CHECK_RATE: Final = 300e6
PACK_RATE: Final = 45e6
ASSEMBLE_RATE: Final = 350e6
LEAST_S: Final = 0.1  # of any stage
MOST_S: Final = 300.0  # that a stage is believed to take, whatever its project says of its size
SECONDS: Final[dict[StageName, float]] = {
    "installing": 1.0,
    "scripting": 10.0,
    "building": 0.8,
    "bundling": 0.2,
    "baking": 0.5,
    "joining": 0.3,
    "signing": 2.0,
}
OPTIMIZE_RATES: Final[dict[str, float]] = {  # of source bytes, by the end of a file's name
    ".png": 6e6,
    ".jpg": 1.4e6,
    ".jpeg": 1.4e6,
    ".wav": 35e6,
    ".glb": 10e6,  # 34e6 without pictures inside
    ".gltf": 34e6,
    ".bin": 34e6,
}

# Measured with `python -m tests.bench --only filming` and `--only film_encoding`.
FILM_RATE: Final = 4.4e6  # pixels of a heavy scene a second, by two browsers on two cores
FRAME_RATE: Final = 50.0  # frames a second, however small
JOIN_RATE: Final = 100e6  # pixels a second, where slices are joined as they are
ENCODE_RATE: Final = 10e6  # where they are encoded once all are there: 95 ms of 720p to a size

_Count = Annotated[int, msgspec.Meta(ge=0)]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """The stage that a build is planned in, and how much of it is done.

    Where nobody can count what is to be done, it is 0 of 0, and ``seconds`` may say for how long it
    has been running. Items differ in size: ``done_ms`` of ``of_ms`` is what they probably take.
    """

    name: Planning
    done: _Count = 0
    of: _Count = 0
    done_ms: _Count = 0
    of_ms: _Count = 0
    seconds: _Count = 0

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        done, of = (self.done_ms, self.of_ms) if self.of_ms else (self.done, self.of)
        return min(done / of, 1.0) if of else 0.0

    def __str__(self) -> str:
        title = TITLES[self.name]
        if self.seconds:
            return f"{title}: {self.seconds:,} s"
        return f"{title}: {min(self.done, self.of):,} of {self.of:,}" if self.of else title


class Tally:
    """Counts the items of a stage as they get done, in any order and from any thread."""

    def __init__(
        self,
        tell: Callable[[Stage], object],
        name: Planning,
        of: int,
        takes_s: Iterable[float] = (),
    ) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._stage = Stage(name=name, of=of, of_ms=sum(map(_milliseconds, takes_s)))
        tell(self._stage)

    def add(self, took_s: float = 0.0) -> None:
        """One more is done; ``took_s`` is what it was said to take."""
        with self._lock:
            stage = self._stage
            self._stage = msgspec.structs.replace(
                stage, done=stage.done + 1, done_ms=stage.done_ms + _milliseconds(took_s)
            )
            self._tell(self._stage)


def forecast(
    files: Collection[StoredFile], request: Request, *, fetch_bytes: int, signed: bool
) -> dict[StageName, float]:
    """The stages that a build will probably go through, in their order, and their seconds.

    The files' names alone are looked at. Where they mislead, the build passes over a stage, or
    takes one that nobody had foreseen.
    """
    size_bytes = sum(file.size for file in files)
    costs: dict[StageName, float] = {
        "reading": fetch_bytes / FETCH_RATE,
        "packing": size_bytes / PACK_RATE,
    }
    if request.platform != "source":
        costs["reading"] += size_bytes / CHECK_RATE
        costs |= _planned(files, request)
        if request.platform not in ("web", "video"):
            costs["assembling"] = size_bytes / ASSEMBLE_RATE
    if request.platform == "video":
        costs |= film_costs(spec_of(request.options))
    if signed:
        costs["signing"] = SECONDS["signing"]
    return {name: bounded(costs[name]) for name in ORDER if name in costs}


def film_costs(spec: FilmSpec) -> dict[StageName, float]:
    """What filming and finishing will probably take, seconds."""
    pixels = spec.frames * spec.width * spec.height
    drawn = pixels * spec.supersample**2 * spec.subframes
    return {
        "filming": bounded(spec.frames / FRAME_RATE + drawn / FILM_RATE),
        "finishing": bounded(pixels / (ENCODE_RATE if spec.lossless_slices else JOIN_RATE)),
    }


def _planned(files: Collection[StoredFile], request: Request) -> dict[StageName, float]:
    paths = {file.path for file in files}
    stages: dict[StageName, float] = {}
    if is_engine_project(paths):
        stages["bundling"] = SECONDS["bundling"]
        if request.options.optimize != "off" and request.configuration != "debug":
            stages["optimizing"] = sum(optimizing_s(file.path, file.size) for file in files)
    elif PACKAGE in paths:
        stages["installing"], stages["building"] = SECONDS["installing"], SECONDS["building"]
    if request.options.format == "single-file":
        stages["joining"] = SECONDS["joining"]
    return stages


def optimizing_s(path: str, size_bytes: int) -> float:
    """What the smaller form of a file probably takes, with two threads at work; 0 for none."""
    suffix = path[path.rfind(".") :].lower() if "." in path else ""
    return size_bytes / rate if (rate := OPTIMIZE_RATES.get(suffix)) else 0.0


def bounded(seconds: float) -> float:
    """What a stage is believed to take."""
    return min(max(seconds, LEAST_S), MOST_S)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1e3) + 1
