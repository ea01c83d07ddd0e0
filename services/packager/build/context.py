"""The build context is what an exporter gets beside the project and the request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from services.packager.build.stages import Stage
from services.packager.registry.faults import NoPackages, PackageSource
from services.packager.runtimes.registry import Templates
from services.packager.storage.derived_files import DerivedFileStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.packager.archive.member import Member
    from services.packager.processes.subprocess_runner import Finished
    from services.packager.signing.signed_by import SignedBy


class Signer(Protocol):
    """Signs with the key of this export; whoever asks never sees the key."""

    @property
    def signed_by(self) -> SignedBy:
        """What may be known of the key."""
        ...

    def sign(self, files: Sequence[Member], *, title: str) -> list[Member]:
        """What the platform's tools make of an application's files.

        Args:
            files: All that has to be signed; nothing of it may change any more.
            title: The application's name, for people.
        """
        ...


class ScriptRunner(Protocol):
    """Runs a program of the project's own, further confined than the build around it."""

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        folder: Path,
        around: Path,
        variables: Mapping[str, str],
        readable: Sequence[Path],
    ) -> Finished:
        """Run it to its end.

        Args:
            argv: The program and its arguments.
            folder: Where it works.
            around: All that it may change, and start programs from.
            variables: Its whole environment.
            readable: Other files that it needs.

        Raises:
            OSError: It cannot be started.
            ProjectTooHeavyError: It takes too long, or writes too much.
        """
        ...


class BuildContext(msgspec.Struct, frozen=True, kw_only=True):
    """The context of one export; only its templates and signatures may shape the artifact.

    ``log`` takes a line for the maker, ``stage`` what planning has come to, ``decoding`` the file
    that is decoded inside its block. All may be called from any thread.
    """

    templates: Templates
    derived: DerivedFileStore  # of earlier exports of the project
    packages: PackageSource = NoPackages()
    scratch: Path  # an empty folder of this export's own, gone when the export has ended
    threads: int = 2  # for what takes long
    signer: Signer | None = None  # None: nothing is signed
    scripts: ScriptRunner | None = None  # None: nothing of a project is run
    log: Callable[[str], object] = lambda _: None
    stage: Callable[[Stage], object] = lambda _: None
    decoding: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
