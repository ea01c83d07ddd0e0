"""Optimization decides which files of a game get a smaller form, and how far that may go.

Only what the player itself decodes is touched. Maps of numbers (normals, roughness, …) and sounds
that are repeated keep every bit at any level; a file that a script names by its path stays as it
is, as the script may read its bytes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.progress import megabytes
from services.packager.build.stages import Tally, optimizing_s
from services.packager.optimizing import images, models, sounds
from services.packager.storage.derived_files import DerivedFile, DerivedFileCache
from services.packager.web.aethel.derivatives import Candidate, DerivativeBuilder
from services.packager.web.aethel.schema.materials import COLORS
from services.packager.web.aethel.scripting.scripts import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.build.context import BuildContext
    from services.packager.web.aethel.derivatives import Kind
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.load_project import LoadedProject
    from services.packager.web.aethel.player_chunks import MeshCoder
    from services.packager.web.aethel.scenes import Scene
    from shared.domain.options import Optimize

SOURCES: Final[dict[Kind, tuple[str, ...]]] = {
    "picture": images.SOURCES,
    "sound": sounds.SOURCES,
    "model": models.SOURCES,
}


class Optimized(msgspec.Struct, frozen=True, kw_only=True):
    """What is shipped instead of files of the project, by project path."""

    derived: dict[str, DerivedFile] = {}
    absorbed: frozenset[str] = frozenset()  # what lies inside another file now
    packs_meshes: bool = False


class Gain(msgspec.Struct, frozen=True):
    """A form that is smaller than its file."""

    candidate: Candidate
    derived: DerivedFile
    before: int  # bytes

    @property
    def saved(self) -> int:
        """Bytes."""
        return self.before - self.derived.size


def optimize(
    loaded: LoadedProject,
    level: Optimize,
    coder: MeshCoder,
    context: BuildContext,
    findings: Findings,
) -> Optimized:
    """The smaller form of each file that has one; the gain is reported."""
    if level == "off":
        return Optimized()
    builder = DerivativeBuilder(
        loaded.index, DerivedFileCache(context.derived, context.scratch), coder.encoder
    )
    named = _named_by_scripts(loaded)
    chosen = candidates(loaded, named)
    gains = _gains(builder, chosen, context, lossless=level == "lossless")
    for file, message in builder.notes:
        findings.warning(file, message)
    if not _worth_a_decoder(gains, coder.decoder_bytes):
        gains = [gain for gain in gains if gain.candidate.kind != "model"]
        findings.info("models stay as they are: what unpacks them is larger than what it saves")
    for gain in gains:
        _report(gain, findings)
    saved = sum(gain.saved for gain in gains)
    findings.info(
        f"optimize={level}: {len(gains)} of {len(chosen)} textures, sounds and models are smaller "
        f"now, {megabytes(saved)} saved"
    )
    packed = [gain.candidate for gain in gains if gain.candidate.kind == "model"]
    return Optimized(
        derived={gain.candidate.path: gain.derived for gain in gains},
        absorbed=_absorbed(packed, builder, loaded) - named,
        packs_meshes=bool(packed),
    )


def candidates(loaded: LoadedProject, named: frozenset[str]) -> list[Candidate]:
    """What is shipped and decoded by the player, sorted by path.

    Args:
        loaded: The project.
        named: What scripts name by its path.
    """
    exact: dict[str, bool] = {}
    for scene in loaded.shipped:
        for path, has_to_be in _decoded(scene, loaded):
            exact[path] = exact.get(path, False) or has_to_be
    return [
        Candidate(path, kind, has_to_be)
        for path, has_to_be in sorted(exact.items())
        if path in loaded.reach.files and path not in named and (kind := _kind(path))
    ]


def _named_by_scripts(loaded: LoadedProject) -> frozenset[str]:
    texts = (loaded.texts[path] for path in loaded.reach.scripts | loaded.reach.modules)
    found = (loaded.index.find(string) for text in texts for string in quoted(text))
    return frozenset(path for path in found if path)


def _decoded(scene: Scene, loaded: LoadedProject) -> Iterator[tuple[str, bool]]:
    """(path, whether it has to stay exact) of what the scene gives the player to decode."""
    index = loaded.index
    for asset in scene.assets.values():
        path = index.find(asset.id, scene)
        if path and asset.type == "audio":
            yield path, False
        elif path and asset.type == "material":
            yield from _maps(path, scene, loaded)
        elif path and asset.type == "model":
            yield from _model(path, loaded)
    for use in scene.uses:
        path = index.find(use.reference, scene) if use.kind != "script" else None
        if path and use.kind in ("texture", "audio"):
            yield path, use.exact
        elif path and use.kind == "material":
            yield from _maps(path, scene, loaded)
        elif path and use.kind == "model":
            yield from _model(path, loaded)


def _maps(material: str, scene: Scene, loaded: LoadedProject) -> Iterator[tuple[str, bool]]:
    for slot, reference in loaded.index.maps(material).items():
        path = loaded.index.find(reference, scene)
        if path:
            yield path, slot not in COLORS


def _model(path: str, loaded: LoadedProject) -> Iterator[tuple[str, bool]]:
    """Itself, and the images beside it."""
    model = loaded.index.model(path) if path in loaded.reach.files else None
    if model:
        yield path, False
        yield from ((image, not colors) for image, colors in model.images.items())


def _kind(path: str) -> Kind | None:
    kinds = (kind for kind, suffixes in SOURCES.items() if path.lower().endswith(suffixes))
    return next(kinds, None)


def _gains(
    builder: DerivativeBuilder, chosen: list[Candidate], context: BuildContext, *, lossless: bool
) -> list[Gain]:
    takes_s = {one: optimizing_s(one.path, builder.size(one)) for one in chosen}
    tally = Tally(context.stage, "optimizing", len(chosen), takes_s.values())

    def derived_from(candidate: Candidate) -> DerivedFile | None:
        with context.decoding(candidate.path):
            derived = builder.build(candidate, lossless=lossless or candidate.exact)
        tally.add(takes_s[candidate])
        return derived

    with ThreadPoolExecutor(context.threads, thread_name_prefix="optimize") as threads:
        return [
            Gain(candidate, derived, builder.size(candidate))
            for candidate, derived in zip(chosen, threads.map(derived_from, chosen), strict=True)
            if derived
        ]


def _worth_a_decoder(gains: list[Gain], decoder_bytes: int) -> bool:
    """Whether packed models save more than the part of the player that unpacks them."""
    saved = [gain.saved for gain in gains if gain.candidate.kind == "model"]
    return not saved or sum(saved) > decoder_bytes


def _absorbed(
    packed: list[Candidate], builder: DerivativeBuilder, loaded: LoadedProject
) -> frozenset[str]:
    """Buffers of packed models that no other model needs."""
    paths = {candidate.path for candidate in packed}
    others = [path for path in loaded.reach.files - paths if _kind(path) == "model"]
    needed = {
        part for path in others if (model := loaded.index.model(path)) for part in model.parts
    }
    taken = {part for candidate in packed for part in builder.taken_in(candidate)}
    return frozenset(taken - needed)


def _report(gain: Gain, findings: Findings) -> None:
    path, derived = gain.candidate.path, gain.derived
    percent = round(100 * gain.saved / gain.before)
    form = (path + derived.suffix).rpartition(".")[2]
    message = f"{gain.before:,} → {derived.size:,} bytes as {form}, {percent} % less"
    findings.info(message, file=path)
