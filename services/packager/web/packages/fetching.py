"""The packages of a layout are fetched, several at a time, unpacked and put into their places."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from services.packager.build.plan import Note
from services.packager.build.stages import Tally
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.registry.faults import FaultError
from services.packager.web.packages.errors import (
    PackageArchiveError,
    PackagesTooLargeError,
    fault_error,
    is_of_operator,
)
from services.packager.web.packages.layout import MODULES
from services.packager.web.packages.unpack import BudgetError, unpack
from shared.errors import ExportError

if TYPE_CHECKING:
    import re
    from pathlib import Path

    from services.packager.build.context import BuildContext
    from services.packager.web.packages.graph import Graph, Package
    from services.packager.web.packages.layout import Place
    from services.packager.web.packages.published import Registry
    from services.packager.web.packages.unpack import Budget

AT_A_TIME: Final = 8
SHOWN: Final = 3  # names in one note
STORE: Final = ".packages"  # where they lie until all are there


class Fetching:
    """Brings one layout's packages into a folder.

    Args:
        graph: Which packages they are.
        registry: That says why one is not there.
        context: That gives their tarballs.
        into: The folder that gets ``node_modules``.
        budget: What all of them may take.
        unread: The files that this build will not read, by their path in a package.
    """

    def __init__(
        self,
        graph: Graph,
        registry: Registry,
        context: BuildContext,
        into: Path,
        budget: Budget,
        *,
        unread: re.Pattern[str] | None,
    ) -> None:
        self.notes: list[Note] = []
        self.lacking: list[str] = []  # what the next export may get
        self._graph = graph
        self._registry = registry
        self._context = context
        self._into = into
        self._store = into / MODULES / STORE
        self._budget = budget
        self._unread = unread

    def run(self, places: list[Place]) -> list[Package]:
        """Put every package of the registry into its places; those that are there then.

        Raises:
            ExportError: A package that is needed does not come; the message names it.
        """
        wanted = [one for one in places if self._graph.packages[one.key].folder is None]
        self._store.mkdir(parents=True, exist_ok=True)
        tally = Tally(self._context.stage, "installing", len(wanted))
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            jobs = [
                threads.submit(self._bring, number, place, tally)
                for number, place in enumerate(wanted)
            ]
            try:
                came = [job.result() for job in jobs]
            finally:
                threads.shutdown(wait=True, cancel_futures=True)
        for number, place in enumerate(wanted):
            if came[number]:
                put(self._store / str(number), self._into / place.path)
        self._store.rmdir()
        keys = {place.key for place, is_there in zip(wanted, came, strict=True) if is_there}
        return [self._graph.packages[key] for key in keys]

    def _bring(self, number: int, place: Place, tally: Tally) -> bool:
        """Fetch and unpack one; False where it is not needed and does not come."""
        package = self._graph.packages[place.key]
        try:
            self._unpack(package, self._store / str(number))
        except ExportError as error:
            if not place.optional:
                raise
            self.notes.append(Note(file=self._graph.file, message=f"left out: {error}"))
            if is_of_operator(error):
                self.lacking.append(package.label)
            shutil.rmtree(self._store / str(number), ignore_errors=True)
            return False
        tally.add()
        return True

    def _unpack(self, package: Package, target: Path) -> None:
        file = self._graph.file
        try:
            tarball = self._context.packages.tarball(
                package.name, package.version, package.integrity
            )
        except FaultError as error:
            if error.fault.kind == "missing":
                self._registry.version(package.name, package.version)  # it says which is missing
            raise fault_error(error.fault, package.label, file=file) from error
        try:
            with tarball, decoding(package.label):
                found = unpack(tarball, target, self._budget, unread=self._unread)
        except UnreadableError as error:
            raise PackageArchiveError(
                f"{package.label} cannot be unpacked: it {error}; use another version",
                file=file,
                package=package.name,
            ) from error
        except BudgetError as error:
            raise PackagesTooLargeError(
                f"with {package.label} the packages have too many {error}: remove dependencies "
                "that the game does not import",
                file=file,
                package=package.name,
            ) from error
        if found.left_out:
            names = ", ".join(found.left_out[:SHOWN])
            self.notes.append(
                Note(
                    file=package.label,
                    message=f"{len(found.left_out)} links, devices or names that differ in case "
                    f"alone are left out: {names[:200]}",
                )
            )


def put(source: Path, target: Path) -> None:
    """Move a folder to its place; what a package had brought along there gives way."""
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
