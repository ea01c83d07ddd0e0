"""Which files of a game may be shipped in a smaller form, and how far that may go.

Only what the player itself decodes is touched. Maps of numbers (normals, roughness, …) and sounds
that are repeated keep every bit at any level; a file that a script names by its path stays as it
is, as the script may read its bytes.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.packager.build import tool_versions
from services.packager.derived import Derived, Deriver
from services.packager.optimizing import pictures, sounds
from services.packager.programs import ProgramStoppedError
from services.packager.progress import megabytes
from services.packager.site.engine.materials import COLORS
from services.packager.site.engine.scripts import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.site.engine.inspection import Inspected
    from services.packager.site.engine.problems import Findings
    from services.packager.site.engine.scenes import Scene
    from services.packager.workbench import Workbench
    from shared.options import Optimize

MAX_SOURCE_BYTES: Final = 128 << 20  # held in memory by each thread
Kind = Literal["picture", "sound"]


class Candidate(msgspec.Struct, frozen=True):
    """A file that may be shipped in another form."""

    path: str
    kind: Kind
    exact: bool  # whatever the level


def optimize(
    inspected: Inspected, level: Optimize, bench: Workbench, findings: Findings
) -> dict[str, Derived]:
    """The smaller form of each file that has one, by its project path; the gain is told."""
    if level == "off":
        return {}
    deriver = Deriver(bench.cache, bench.scratch)
    chosen = candidates(inspected)
    found: dict[str, Derived] = {}
    with ThreadPoolExecutor(bench.threads, thread_name_prefix="optimize") as threads:
        work = threads.map(lambda item: _derive(item, level, inspected, bench, deriver), chosen)
        for number, (candidate, derived) in enumerate(zip(chosen, work, strict=True), 1):
            bench.waiting(f"Optimising assets: {number} of {len(chosen)}")
            if derived:
                found[candidate.path] = derived
                _tell(candidate.path, inspected, derived, findings)
    bench.waiting("")
    before = sum(inspected.project.files[path].size for path in found)
    saved = before - sum(derived.size for derived in found.values())
    findings.tell(
        f"optimize={level}: {len(found)} of {len(chosen)} textures and sounds are smaller now, "
        f"{megabytes(saved)} saved"
    )
    return found


def candidates(inspected: Inspected) -> list[Candidate]:
    """Textures and sounds that are shipped and that the player decodes, sorted by path."""
    exact: dict[str, bool] = {}
    for name in inspected.reach.scenes:
        for path, has_to_be in _decoded(inspected.scenes[name], inspected):
            exact[path] = exact.get(path, False) or has_to_be
    texts = (inspected.texts[path] for path in inspected.reach.scripts | inspected.reach.modules)
    named = {inspected.library.find(string) for text in texts for string in quoted(text)}
    return [
        Candidate(path, kind, has_to_be)
        for path, has_to_be in sorted(exact.items())
        if path in inspected.reach.files and path not in named and (kind := _kind(path))
    ]


def _decoded(scene: Scene, inspected: Inspected) -> Iterator[tuple[str, bool]]:
    """(path, whether it has to stay exact) of what the scene gives the player to decode."""
    library = inspected.library
    for asset in scene.assets.values():
        path = library.find(asset.id, scene)
        if path and asset.type == "audio":
            yield path, False
        if path and asset.type == "material":
            yield from _maps(path, scene, inspected)
    for use in scene.uses:
        path = library.find(use.reference, scene) if use.kind != "script" else None
        if path and use.kind == "texture":
            yield path, False
        elif path and use.kind == "audio":
            yield path, use.loops
        elif path and use.kind == "material":
            yield from _maps(path, scene, inspected)
        elif path and use.kind == "model":
            model = library.model(path)
            yield from ((image, True) for image in (model.images if model else ()))


def _maps(material: str, scene: Scene, inspected: Inspected) -> Iterator[tuple[str, bool]]:
    for slot, reference in inspected.library.maps(material).items():
        path = inspected.library.find(reference, scene)
        if path:
            yield path, slot not in COLORS


def _kind(path: str) -> Kind | None:
    if path.lower().endswith(pictures.SOURCES):
        return "picture"
    return "sound" if path.lower().endswith(sounds.SOURCES) else None


def _derive(
    candidate: Candidate, level: Optimize, inspected: Inspected, bench: Workbench, deriver: Deriver
) -> Derived | None:
    if bench.stopping.is_set():
        raise ProgramStoppedError("the export was stopped")
    file = inspected.project.files[candidate.path]
    if file.size > MAX_SOURCE_BYTES:
        return None
    lossless = candidate.exact or level == "lossless"
    inputs = [file.sha256, candidate.kind, lossless, tool_versions(encoding=True)]

    def make() -> tuple[bytes, str] | None:
        data = inspected.project.read(candidate.path, max_bytes=MAX_SOURCE_BYTES)
        if candidate.kind == "picture":
            picture = pictures.smaller(data, lossless=lossless)
            return (picture, pictures.SUFFIX) if picture else None
        sound = sounds.smaller(data, lossless=lossless)
        return (sound.data, sound.suffix) if sound else None

    return deriver.get(inputs, make)


def _tell(path: str, inspected: Inspected, derived: Derived, findings: Findings) -> None:
    before = inspected.project.files[path].size
    gain = round(100 * (1 - derived.size / before))
    form = derived.suffix.removeprefix(".")
    message = f"{before:,} → {derived.size:,} bytes as {form}, {gain} % less"
    findings.tell(message, file=path)
