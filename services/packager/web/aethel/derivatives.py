"""A derivative is the smaller form of one file: made, or found again by all that shapes it."""

from __future__ import annotations

import hashlib
import threading
from contextlib import nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from services.packager.build.cache_key import tool_versions
from services.packager.optimizing import images, models, sounds
from services.packager.optimizing.meshopt import EncoderProgram

if TYPE_CHECKING:
    from services.packager.storage.derived_files import DerivedFile, DerivedFileCache
    from services.packager.web.aethel.asset_index import AssetIndex

MAX_SOURCE_BYTES: Final = 128 << 20  # held in memory by each thread
LARGE_MODEL_BYTES: Final = 16 << 20
_LARGE_MODEL = threading.Lock()  # its encoder may take 768 MiB: one at a time in a process
Kind = Literal["picture", "sound", "model"]
Derivative = tuple[bytes, str]  # its bytes and its suffix, behind the file's own name
GLB: Final = ".glb"


class Candidate(msgspec.Struct, frozen=True):
    """A file that may be shipped in another form."""

    path: str
    kind: Kind
    exact: bool  # whatever the level


class DerivativeBuilder:
    """Builds the derivatives of a project's files, or finds those of an earlier export."""

    def __init__(self, index: AssetIndex, cache: DerivedFileCache, mesh_encoder: bytes) -> None:
        self._index = index
        self._project = index.project
        self._cache = cache
        self._mesh_encoder = mesh_encoder

    def build(self, candidate: Candidate, *, lossless: bool) -> DerivedFile | None:
        """The derivative; None where there is none, or too much to look at."""
        if self.size(candidate) > MAX_SOURCE_BYTES:
            return None
        inputs: list[Any] = [self._project.files[candidate.path].sha256, candidate.kind]
        inputs += [lossless, tool_versions(encoding=True)]
        if candidate.kind == "model":
            inputs.append(hashlib.sha256(self._mesh_encoder).hexdigest())
            inputs.append({uri: self._project.files[p].sha256 for uri, p in self._parts(candidate)})
        return self._cache.get(inputs, lambda: self._made(candidate, lossless=lossless))

    def size(self, candidate: Candidate) -> int:
        """Bytes of the file, with those that its derivative takes in."""
        paths = {candidate.path, *self.taken_in(candidate)}
        return sum(self._project.files[path].size for path in paths)

    def taken_in(self, candidate: Candidate) -> set[str]:
        """The files beside a model that lie inside it when it is packed."""
        return {path for _, path in self._parts(candidate)}

    def _parts(self, candidate: Candidate) -> list[tuple[str, str]]:
        """(URI, path) of a model's buffers that are there."""
        model = self._index.model(candidate.path) if candidate.kind == "model" else None
        buffers = model.buffers if model else {}
        return [(uri, path) for uri, path in sorted(buffers.items()) if path in self._project]

    def _made(self, candidate: Candidate, *, lossless: bool) -> Derivative | None:
        if candidate.kind == "model":
            large = self.size(candidate) > LARGE_MODEL_BYTES
            with _LARGE_MODEL if large else nullcontext():
                return self._model(candidate, lossless=lossless)
        data = self._read(candidate.path)
        if candidate.kind == "picture":
            picture = images.smaller(data, lossless=lossless)
            return (picture, images.SUFFIX) if picture else None
        sound = sounds.smaller(data, lossless=lossless)
        return (sound.data, sound.suffix) if sound else None

    def _model(self, candidate: Candidate, *, lossless: bool) -> Derivative | None:
        data = self._read(candidate.path)
        parts = {uri: self._read(path) for uri, path in self._parts(candidate)}
        model = models.smaller(data, parts, self._encoders.start(), lossless=lossless)
        suffix = "" if candidate.path.lower().endswith(GLB) else GLB
        return (model, suffix) if model else None

    @cached_property
    def _encoders(self) -> EncoderProgram:
        return EncoderProgram(self._mesh_encoder)

    def _read(self, path: str) -> bytes:
        return self._project.read(path, max_bytes=MAX_SOURCE_BYTES)
