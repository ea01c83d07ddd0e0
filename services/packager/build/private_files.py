"""What is no part of a game is kept back from its export, whichever way it came into the project.

Gateways and the command line leave it out on the way in, by the same rule; a manifest names what
its client likes, and older projects have what was taken then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.clean_texts import CleanTexts
from services.packager.build.plan import BuildPlan, Note
from services.packager.project.files import ProjectFiles
from shared.domain.ignore_patterns import IGNORE_FILE, MAX_BYTES, check_effort, read_patterns
from shared.domain.options import Platform
from shared.domain.private_files import HomeRule, Kind, expected, is_environment
from shared.domain.secret_scanner import KEY_SUFFIXES, is_scanned, scan
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from services.packager.storage.derived_files import DerivedFileStore
    from shared.domain.private_files import LeftOut

BLOCK_BYTES: Final = 1 << 20
REMEMBERED_BYTES: Final = 256 << 10  # of texts: fewer are searched sooner than they are looked up
PACKAGES: Final = "node_modules"
NEVER_SHIPPED: Final = "is not shipped: only builds read it, for what begins with VITE_"


class PublicFiles(msgspec.Struct, frozen=True):
    """A project without what nobody else may see, and what has to be told of that."""

    project: ProjectFiles
    notes: tuple[Note, ...]
    is_asked_for: Callable[[str], bool]
    platform: Platform

    def planned(self, plan: Callable[[ProjectFiles], BuildPlan]) -> BuildPlan:
        """What is planned of it.

        Raises:
            ProjectError: As ``plan`` does; what was left out may be the cause, and is told with it.
        """
        try:
            made = plan(self.project)
        except ProjectError as error:
            if told := [str(note) for note in self.notes if note.level == "warning"]:
                error.args = ("\n- ".join([f"{error}\nbefore that:", *told]),)
            raise
        stored = {one.path: one.stored.path for one in made.contents if one.stored}
        hidden = {path: source for path, source in stored.items() if self._hides(source)}
        return msgspec.structs.replace(
            made,
            contents=tuple(one for one in made.contents if one.path not in hidden),
            notes=(*self.notes, *map(_never_shipped, hidden.values()), *made.notes),
        )

    def _hides(self, path: str) -> bool:
        """Whether it is a file for builds; an archive of sources has those that were asked for."""
        is_kept = self.platform == "source" and self.is_asked_for(path)
        return is_environment(path) and not is_kept


def public_files(
    project: ProjectFiles, platform: Platform, derived: DerivedFileStore
) -> PublicFiles:
    """The files of a project that may be shipped, and those that only builds read.

    ``derived`` knows of texts that hold no secret.

    Raises:
        IgnoreFileError: Its ``.aethelignore`` cannot be read.
    """
    rule = _rule(project)
    left_out = dict(_by_name(project, rule, platform))
    others = [path for path in project.files if path not in left_out]  # in the order of fetching
    asked = [path for path in others if _may_tell(path) and not rule.asks_for(path)]
    left_out |= _by_content(project, asked, derived)
    return PublicFiles(
        project=project.rewritten({}, without=left_out) if left_out else project,
        notes=tuple(_notes(left_out.values())),
        is_asked_for=rule.asks_for,
        platform=platform,
    )


def _by_name(
    project: ProjectFiles, rule: HomeRule, platform: Platform
) -> Iterator[tuple[str, LeftOut]]:
    for path in project.files:
        found = rule.stays_home(path)
        if found is None or (path == IGNORE_FILE and platform == "source"):
            continue
        if found.kind is not Kind.SECRET or not is_environment(found.path):
            yield path, found


def _by_content(
    project: ProjectFiles, paths: Collection[str], derived: DerivedFileStore
) -> dict[str, LeftOut]:
    texts = {path: project.files[path] for path in paths}
    if sum(text.size for text in texts.values()) < REMEMBERED_BYTES:
        return _secrets(project, paths)
    clean = CleanTexts(derived)
    found = _secrets(
        project, [path for path in paths if _is_key(path) or texts[path].sha256 not in clean]
    )
    clean.keep(texts[path].sha256 for path in paths if path not in found and not _is_key(path))
    return found


def _is_key(path: str) -> bool:
    """Whether its name counts, too, when it is searched."""
    return path.casefold().endswith(KEY_SUFFIXES)


def _secrets(project: ProjectFiles, paths: Collection[str]) -> dict[str, LeftOut]:
    return {path: found for path in paths if (found := _scanned(project, path))}


def _rule(project: ProjectFiles) -> HomeRule:
    if IGNORE_FILE not in project:
        return HomeRule(packages_stay=False)
    patterns = read_patterns(project.read(IGNORE_FILE, max_bytes=MAX_BYTES))
    check_effort(patterns, project.files)
    return HomeRule(patterns, packages_stay=False)


def _may_tell(path: str) -> bool:
    """Whether a file is looked at: packages are everybody's, and builds read environments."""
    return is_scanned(path) and not is_environment(path) and PACKAGES not in path.split("/")


def _scanned(project: ProjectFiles, path: str) -> LeftOut | None:
    with project.open(path) as file:
        return scan(path, iter(partial(file.read, BLOCK_BYTES), b""))


def _notes(left_out: Collection[LeftOut]) -> Iterator[Note]:
    """A warning of each secret; one line for what everybody expects to be left out."""
    found = sorted(set(left_out), key=lambda one: one.path)
    for one in found:
        if one.kind is Kind.SECRET:
            yield Note(code=one.kind, file=one.file, message=one.reason)
    for kind, line in expected(found):
        yield Note(level="info", code=kind, message=line)


def _never_shipped(path: str) -> Note:
    return Note(code=Kind.SECRET, file=path, message=NEVER_SHIPPED)
