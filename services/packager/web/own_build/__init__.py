"""A project's own ``build`` script makes its pages, where the operator lets such scripts run.

It is for what the exporter's Vite cannot build as the maker's own tools would: other frameworks and
bundlers, plug-ins, configurations that are computed (docs/adr/0025).
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.naming import FIRST_VERSION, is_version
from services.packager.build.plan import Note
from services.packager.web import html5
from services.packager.web.aethel.findings import Finding, InvalidProjectError
from services.packager.web.own_build.workplace import Workplace
from services.packager.web.own_build.written import Written
from services.packager.web.packages import install
from services.packager.web.vite import BUILDER
from services.packager.web.vite.site_files import SiteFiles
from services.packager.web.vite.source_tree import write_sources

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext, ScriptRunner
    from services.packager.processes.subprocess_runner import Finished
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.web.game_site import Site
    from services.packager.web.vite.package_json import PackageJson

__all__ = ["site_of"]

SCRIPT: Final = "$.scripts.build"
LOGGED: Final = 40  # lines
SHOWN: Final = 12  # of these, where the script has failed
MAX_LINE: Final = 400
_ESCAPES: Final = re.compile(
    r"\x1b\[[0-?]{0,20}[ -/]{0,4}[@-~]|\x1b\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)"
)


def site_of(
    project: ProjectFiles,
    request: Request,
    context: BuildContext,
    scripts: ScriptRunner,
    package: PackageJson,
    *,
    why: str,
) -> Site:
    """The pages that the script has written.

    Raises:
        InvalidProjectError: The script fails, or writes no page.
        ProjectTooHeavyError: It takes too long, or writes too much.
        TemplateError: What runs it is not installed.
    """
    template = context.templates.get(BUILDER)
    place = Workplace(context.scratch / "own", template.folder)
    root = posixpath.dirname(package.path)
    modules = posixpath.join(root, "node_modules", "")
    write_sources(project, place.project, public=None, packages=modules)
    installed = install(project, root, context, place.project / root, everything=True)
    place.link_programs(root)
    written = Written(project, place.project, root)
    context.log(f"Running the build script of {package.path}, as {why}: {package.build}")
    finished = place.run(scripts, root, package, threads=context.threads)
    lines = _lines(finished.output)
    for line in lines:
        context.log(f"  {line}")
    if finished.code != 0:
        raise InvalidProjectError([_failed(package, finished, lines)])
    folder = written.choose(package, request.options.output_dir or "")
    site = context.scratch / "site"
    written.copy(folder, site)
    files = SiteFiles(project, site)
    files.add_built()
    kept, left_out = html5.shipped(files.reader(), request)
    contents = {path: files.contents[path] for path in kept.files}
    version = _version(request, package)
    made = html5.page_site(kept, contents, request, context, version=version, pictures=project)
    told = Note(level="info", file=folder, message="is what the project's build script has written")
    return msgspec.structs.replace(
        made,
        notes=(*installed.notes, told, *written.notes, *left_out, *made.notes),
        packages=tuple(f"{one.name}@{one.version} {one.integrity}" for one in installed.packages),
        lacking=(*installed.lacking, *made.lacking),
        reproducible=False,
    )


def _failed(package: PackageJson, finished: Finished, lines: list[str]) -> Finding:
    status = f"status {finished.code}" if finished.code > 0 else f"signal {-finished.code}"
    return Finding(
        file=package.path,
        path=SCRIPT,
        message=f"the build script ended with {status}; it had no network, and no files but the "
        "project's. Its last lines:",
        frame="\n".join(lines[-SHOWN:]),
    )


def _lines(output: str) -> list[str]:
    """The last lines, without what moves a terminal's cursor."""
    plain = _ESCAPES.sub("", output)
    visible = "".join(c if c.isprintable() or c == "\n" else " " for c in plain)
    lines = (line.rstrip()[:MAX_LINE] for line in visible.splitlines())
    return [line for line in lines if line][-LOGGED:]


def _version(request: Request, package: PackageJson) -> str:
    own = package.version
    return request.options.app_version or (own if own and is_version(own) else FIRST_VERSION)
