"""A build server whose builds install packages, and pack what came of it."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import BuildPlan, Content, ordered
from services.packager.sandbox.server import main
from services.packager.web.packages import InstalledPackage, install

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform

REPORT: Final = "report.json"
PROGRAM: Final = "tests.integration.packager.packages.installing"


class Report(msgspec.Struct):
    """What was installed."""

    files: dict[str, str]  # SHA-256 by path
    packages: tuple[InstalledPackage, ...]
    notes: tuple[str, ...]
    lacking: tuple[str, ...]


class InstallingExporter:
    """Installs the packages of a folder, which ``appName`` names."""

    name: Platform = "web"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """All files of ``node_modules`` and what was said of them."""
        into = context.scratch / "site"
        into.mkdir()
        installed = install(project, request.options.app_name, context, into)
        contents = [
            Content.made(path.relative_to(into).as_posix(), path.read_bytes())
            for path in into.rglob("*")
            if path.is_file()
        ]
        report = Report(
            files={c.path: hashlib.sha256(c.data or b"").hexdigest() for c in contents},
            packages=installed.packages,
            notes=tuple(map(str, installed.notes)),
            lacking=installed.lacking,
        )
        contents.append(Content.made(REPORT, msgspec.json.encode(report)))
        return BuildPlan(contents=ordered(contents), title="Installed", version="1.0.0")


if __name__ == "__main__":
    main(int(sys.argv[1]), {"web": InstallingExporter()})
