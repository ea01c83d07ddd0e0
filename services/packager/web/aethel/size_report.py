"""The size report is read by the maker before anything is packed: what is left out, and sizes."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from services.packager.build.progress import megabytes
from services.packager.project.files import ASSETS, CONTENT
from services.packager.project.game_json import FILES
from services.packager.web.aethel import scenes
from services.packager.web.aethel.asset_index import SCRIPTS
from services.packager.web.aethel.reference_check import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from services.packager.build.plan import Content
    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.reachability import ReachableAssets

MAX_NAMES: Final = 20  # of one folder in one line
FORMAT: Final = (ASSETS, CONTENT, scenes.FOLDER, SCRIPTS)
KINDS: Final = {
    "models": SUFFIXES["model"],
    "textures": SUFFIXES["texture"],
    "sounds": SUFFIXES["audio"],
}


def report_unused(
    project: ProjectFiles,
    reach: ReachableAssets,
    findings: Findings,
    *,
    strips: bool,
    besides: Collection[str] = (),
) -> None:
    """Report what no scene reaches: left out, or only pointed at; ``besides`` is used elsewhere."""
    what = (
        "left out, as nothing uses it (list it under include in game.json to keep it)"
        if strips
        else "nothing uses it; release leaves it out"
    )
    by_folder: defaultdict[str, list[str]] = defaultdict(list)
    for path in unused(project, reach):
        if path not in besides:
            by_folder[posixpath.dirname(findings.original(path))].append(path)
    for folder, paths in sorted(by_folder.items()):
        originals = map(findings.original, paths[:MAX_NAMES])
        names = ", ".join(map(posixpath.basename, originals))
        more = f" and {len(paths) - MAX_NAMES:,} more" if len(paths) > MAX_NAMES else ""
        size = megabytes(sum(project.files[path].size for path in paths))
        findings.info(f"{what}: {names}{more}; {size}", file=f"{folder}/")


def unused(project: ProjectFiles, reach: ReachableAssets) -> list[str]:
    """Scenes, assets and scripts that cannot be reached."""
    used = reach.files | reach.scripts | reach.modules
    return [
        path
        for path in project.files
        if path.startswith(FORMAT) and path not in used and not _is_scene(path, reach)
    ]


def report_others(project: ProjectFiles, kept: Iterable[str], findings: Findings) -> None:
    """Report files that are no part of the format, and so are not shipped."""
    others = [
        path
        for path in project.files.keys() - set(kept)
        if not path.startswith(FORMAT) and path not in FILES
    ]
    if others:
        names = ", ".join(sorted(others)[:MAX_NAMES])
        more = f" and {len(others) - MAX_NAMES:,} more" if len(others) > MAX_NAMES else ""
        findings.info(f"not part of the game, left out: {names}{more}")


def report_sizes(contents: Mapping[str, Content], findings: Findings) -> None:
    """Report bytes by type, the largest first."""
    sizes: Counter[str] = Counter()
    for path, content in contents.items():
        sizes[_kind(path)] += content.size_bytes
    parts = (f"{kind} {megabytes(size)}" for kind, size in sizes.most_common())
    findings.info(f"Unpacked sizes: {', '.join(parts)}")


def _is_scene(path: str, reach: ReachableAssets) -> bool:
    stem = posixpath.splitext(path)[0]
    return path.startswith(scenes.FOLDER) and stem.removeprefix(scenes.FOLDER) in reach.scenes


def _kind(path: str) -> str:
    if path.startswith("player/"):
        return "player"
    if path.startswith((scenes.FOLDER, SCRIPTS)):
        return path.partition("/")[0]
    kinds = (kind for kind, suffixes in KINDS.items() if path.lower().endswith(suffixes))
    return next(kinds, "other files") if path.startswith((ASSETS, CONTENT)) else "page"
