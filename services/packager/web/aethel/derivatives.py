"""A derivative is the smaller form of one file: made, or found again by all that shapes it."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from services.packager.build.cache_key import tool_versions
from services.packager.optimizing import images, models, sounds
from services.packager.optimizing.memory_budget import MemoryBudget
from services.packager.optimizing.meshopt import EncoderProgram
from services.packager.project.unreadable import UnreadableError, decoding, walking

if TYPE_CHECKING:
    from services.packager.storage.derived_files import DerivedFile, DerivedFileCache
    from services.packager.web.aethel.asset_index import AssetIndex

MAX_SOURCE_BYTES: Final = 128 << 20
DECODERS_BYTES: Final = 1 << 30  # of memory, for all that an export decodes at a time
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
        self._budget = MemoryBudget(DECODERS_BYTES)
        self._notes: list[tuple[str, str]] = []

    @property
    def notes(self) -> list[tuple[str, str]]:
        """(file, what its maker should know of it), whatever thread was first."""
        return sorted(self._notes)

    def build(self, candidate: Candidate, *, lossless: bool) -> DerivedFile | None:
        """The derivative; None where there is none, or the file cannot or must not be decoded.

        Raises:
            ProjectTooHeavyError: There is less memory than the budget promises.
        """
        inputs: list[Any] = [self._project.files[candidate.path].sha256, candidate.kind]
        inputs += [lossless, tool_versions(encoding=True)]
        if candidate.kind == "model":
            inputs.append(hashlib.sha256(self._mesh_encoder).hexdigest())
            inputs.append({uri: self._project.files[p].sha256 for uri, p in self._parts(candidate)})
        try:
            return self._cache.get(inputs, lambda: self._made(candidate, lossless=lossless))
        except UnreadableError as error:
            self._notes.append((candidate.path, f"is shipped as it is, not optimised: it {error}"))
            return None

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
        size = self.size(candidate)
        if size > MAX_SOURCE_BYTES:
            message = f"has {size:,} bytes; up to {MAX_SOURCE_BYTES:,} are decoded"
            raise UnreadableError(message)
        make = {"picture": self._picture, "sound": self._sound, "model": self._model}
        return make[candidate.kind](candidate.path, size, lossless=lossless)

    def _picture(self, path: str, size: int, *, lossless: bool) -> Derivative | None:
        with (
            self._project.open(path) as stream,
            self._budget.taking(size),  # a header may be as long as the file
            decoding(path),
        ):
            need = size + images.memory_bytes(stream)
        with self._budget.taking(need):
            data = self._read(path)
            with decoding(path):
                picture = images.smaller(data, lossless=lossless)
        return (picture, images.SUFFIX) if picture else None

    def _sound(self, path: str, size: int, *, lossless: bool) -> Derivative | None:
        with self._budget.taking(sounds.memory_bytes(size)):
            data = self._read(path)
            with decoding(path):
                sound = sounds.smaller(data, lossless=lossless)
        return (sound.data, sound.suffix) if sound else None

    def _model(self, path: str, size: int, *, lossless: bool) -> Derivative | None:
        """Read twice: what it needs is not known before, and nobody may wait while holding it."""
        reading = models.reading_bytes(size, self._values(path))
        most = self._budget.size_bytes - reading  # where that is nothing, the next line says so
        with self._budget.taking(reading):
            data, parts = self._read_model(path)
            with decoding(path):
                encoding = models.encoding_bytes(data, parts, most_bytes=most)
            del data, parts
        with self._budget.taking(reading + encoding):
            data, parts = self._read_model(path)
            with walking(path):  # what else ends an encoder before it begins is ours
                encoder = self._encoders.start(max_memory_bytes=models.encoder_bytes(size))
            with decoding(path):
                model = models.smaller(
                    data,
                    parts,
                    encoder,
                    lossless=lossless,
                    file=path,
                    most_bytes=most,
                    note=lambda message: self._notes.append((path, message)),
                )
        suffix = "" if path.lower().endswith(GLB) else GLB
        return (model, suffix) if model else None

    def _values(self, path: str) -> int:
        model = self._index.model(path)
        return model.values if model else 0

    def _read_model(self, path: str) -> tuple[bytes, dict[str, bytes]]:
        """Its bytes, and those of its buffers by URI; several URIs may mean one file."""
        parts = self._parts(Candidate(path, "model", exact=False))
        files = {part: self._read(part) for part in {part for _, part in parts}}
        return self._read(path), {uri: files[part] for uri, part in parts}

    @cached_property
    def _encoders(self) -> EncoderProgram:
        return EncoderProgram(self._mesh_encoder)

    def _read(self, path: str) -> bytes:
        return self._project.read(path, max_bytes=MAX_SOURCE_BYTES)
