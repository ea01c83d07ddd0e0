"""A web project that needs a build is built by Vite, as its maker's own tool would.

Pages, modules and styles are described in docs/web-projects.md.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.naming import FIRST_VERSION, is_version
from services.packager.build.stages import Stage
from services.packager.project.html_page import read_page
from services.packager.project.unreadable import UnreadableError, decoding
from services.packager.web import html5
from services.packager.web.aethel.findings import Finding, Findings, InvalidProjectError
from services.packager.web.game_site import ENTRY, Site
from services.packager.web.html5 import broken_files
from services.packager.web.html5.import_map import SITE, import_map_of
from services.packager.web.packages import Installed, install
from services.packager.web.vite import findings as told
from services.packager.web.vite.app import MADE, App, find_app
from services.packager.web.vite.configurations import never_run
from services.packager.web.vite.driver import BROUGHT, TAILWIND, Driver, Job, Result
from services.packager.web.vite.package_json import VITE, PackageJson, nearest
from services.packager.web.vite.recognition import PUBLIC, Reason, has_script, reason_to_build
from services.packager.web.vite.site_files import SiteFiles
from services.packager.web.vite.source_tree import write_sources

if TYPE_CHECKING:
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request

__all__ = ["BUILDER", "OwnTools", "site_of"]

BUILDER: Final = "web-builder"
MAX_WHY: Final = 400
JSX: Final = ("react", "preact")
ENTRIES: Final = tuple(
    f"src/{name}.{suffix}" for name in ("main", "index") for suffix in ("ts", "tsx", "js", "jsx")
)


class OwnTools(msgspec.Struct, frozen=True):
    """The project is one for its own build script, and may run that."""

    package: PackageJson
    why: str


class _UndoneError(Exception):
    """The project asks for what only its own tools do."""


def site_of(
    project: ProjectFiles, request: Request, context: BuildContext
) -> Site | OwnTools | None:
    """The built pages of a project; None where there is nothing to build.

    Raises:
        InvalidProjectError: Everything that keeps it from being built, at once.
        ProjectTooHeavyError: The build takes too long, or too much memory.
        TemplateError: Vite, or the node that it runs on, is not installed.
    """
    app = find_app(project)
    package = app.package if app else nearest(project, "")
    may_run = context.scripts is not None and bool(package.build)
    if may_run and package.other_bundler and not package.framework:
        return _by_bundler(project, app, package)
    reason = _reason(project, app) if app else None
    if reason is None and ENTRY in project:
        return None
    if refused := package.refused():
        if may_run:
            return OwnTools(package, f"it is a project of {package.framework}")
        return _pushed(project, request, context, package, refused)
    if app is None or reason is None:
        return OwnTools(package, f"there is no {ENTRY}") if may_run else None
    try:
        return _built(project, request, context, app, reason)
    except _UndoneError as undone:
        return OwnTools(package, str(undone))


def _by_bundler(project: ProjectFiles, app: App | None, package: PackageJson) -> OwnTools | None:
    """Another bundler than Vite makes the pages, unless browsers run what is there."""
    if app and not app.root and has_script(project) and _reason(project, app) is None:
        return None
    return OwnTools(package, f"it is built with {package.other_bundler}")


def _reason(project: ProjectFiles, app: App) -> Reason | None:
    """Why an app has to be built; None where browsers run it."""
    if app.root:
        return Reason(posixpath.join(app.root, ENTRY), 0, "is not at the top of the project")
    uses_vite = bool(app.config) or VITE in app.package.needs
    reason = reason_to_build(project, app.package, uses_vite=uses_vite)
    entry = next((path for path in ENTRIES if path in project), "")
    if reason is None and entry and app.package.has_bundler and not has_script(project):
        message = f'loads no script: add <script type="module" src="/{entry}"></script>'
        raise InvalidProjectError([Finding(file=ENTRY, message=message)])
    return reason


def _pushed(
    project: ProjectFiles,
    request: Request,
    context: BuildContext,
    package: PackageJson,
    refused: Finding,
) -> Site:
    """What a tool that is not here has written, if it was pushed with its sources."""
    folder = posixpath.dirname(package.path)
    for made in MADE:
        if (path := posixpath.join(folder, made)) and posixpath.join(path, ENTRY) in project:
            return html5.output_site(project, request, context, path)
    raise InvalidProjectError([refused])


def _built(
    project: ProjectFiles, request: Request, context: BuildContext, app: App, reason: Reason
) -> Site:
    """The built pages, what lies in ``public/``, and what installing them needs.

    Raises:
        _UndoneError: Something is left to the project's own tools, which may run.
    """
    app.package.check()
    may_run = context.scripts is not None and bool(app.package.build)
    unrun = never_run(project, app)
    if unrun and may_run:
        raise _UndoneError(f"{unrun[0].file} is for its own tools")
    template = context.templates.get(BUILDER)
    folder = context.scratch / "web"
    sources, out = folder / "project", folder / "out"
    sources.mkdir(parents=True)
    out.mkdir()
    package = posixpath.dirname(app.package.path)
    modules = posixpath.join(package, "node_modules", "") if app.package.needs else ""
    public = posixpath.join(app.root, PUBLIC)
    unread = write_sources(project, sources, public=public, packages=modules)
    job = msgspec.structs.replace(
        _job(project, request, app, str(sources), str(out)), has_script=may_run
    )
    installed = (
        install(project, package, context, sources / package, brought=job.brought)
        if modules
        else Installed()
    )
    driver = Driver(template, folder)
    context.log(f"Building with {driver.tool}: {reason}.")
    context.stage(Stage(name="building"))
    with context.decoding(reason.file):
        result = driver.build(job, threads=context.threads)
    if result.undone and may_run:
        raise _UndoneError("; ".join(result.undone)[:MAX_WHY])
    findings = Findings()
    told.report(result, project, app, findings, unread=unread)
    findings.check()
    files = SiteFiles(project, out)
    files.add_built()
    if result.public_dir is not None:
        files.add_folder(result.public_dir)
    named = files.add_named(result.root)
    left_out = files.left_out(result.root, result.used.union(result.read))
    made = html5.page_site(
        files.reader(),
        files.contents,
        request,
        context,
        version=_version(request, app),
        pictures=project,
    )
    return msgspec.structs.replace(
        made,
        notes=(
            *installed.notes,
            *unrun,
            *findings.notes,
            *named,
            *left_out,
            *broken_files.absent(project, below=public),  # small files become part of a script
            *made.notes,
        ),
        packages=tuple(f"{one.name}@{one.version} {one.integrity}" for one in installed.packages),
        lacking=(*installed.lacking, *made.lacking),
        templates=(template,),
        hashed=_hashed(result),
    )


def _job(project: ProjectFiles, request: Request, app: App, sources: str, out: str) -> Job:
    debug = request.configuration == "debug"
    return Job(
        project=sources,
        out=out,
        root=app.root,
        pages=app.pages,
        config=app.config,
        minify=not debug,
        sourcemap=debug or request.options.include_debug_symbols,
        vue=_has(project, ".vue"),
        svelte=_has(project, ".svelte"),
        wanted={n: app.package.needs[n] for n in (*BROUGHT, *TAILWIND) if n in app.package.needs},
        jsx=next((name for name in JSX if name in app.package.needs), ""),
        external=_explained(project, app),
        tsconfigs=tuple(filter(_is_tsconfig, project.files)),
    )


def _has(project: ProjectFiles, suffix: str) -> bool:
    return any(path.endswith(suffix) and "node_modules/" not in path for path in project.files)


def _explained(project: ProjectFiles, app: App) -> tuple[str, ...]:
    """Names of modules that the first page's import map explains to the browser."""
    source = project.read(app.pages[0])
    try:
        with decoding(app.pages[0]):
            return tuple(import_map_of(read_page(source), SITE).names)
    except UnreadableError:
        return ()


def _is_tsconfig(path: str) -> bool:
    parts = path.split("/")
    is_settings = parts[-1].startswith(("tsconfig", "jsconfig")) and path.endswith(".json")
    return is_settings and "node_modules" not in parts


def _version(request: Request, app: App) -> str:
    """``appVersion``, else that of the package."""
    own = app.package.version
    return request.options.app_version or (own if own and is_version(own) else FIRST_VERSION)


def _hashed(result: Result) -> frozenset[str]:
    """All that the build has named by content: everything but pages."""
    return frozenset(output.path for output in result.outputs if not output.path.endswith(".html"))
