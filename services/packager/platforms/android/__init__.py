"""The platform ``android``: the runtime with the game in its assets, as APK or app bundle.

Per export nothing of Android's tools runs: what they have made of the runtime is changed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.apk import MAX_BYTES, MAX_FILES, ApkTooLargeError
from services.packager.build.plan import Note
from services.packager.build.progress import megabytes
from services.packager.phones.phone_plan import PhonePlan, plan_phone
from services.packager.platforms.android import binary_xml, layout
from services.packager.platforms.android.manifest import (
    ORIENTATIONS,
    AppManifest,
    offered_permissions,
)
from services.packager.platforms.android.packages import Bundle, Package
from services.packager.platforms.android.permissions import needed
from services.packager.platforms.android.sdk_levels import levels_of
from services.packager.platforms.android.xml_tree import ManifestError
from services.packager.project.old_export import game_in
from shared.domain.android_rules import VersionError, application_id_of, version_code
from shared.errors import PreflightError
from shared.templates import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.packager.application.app_identity import AppIdentity
    from services.packager.application.game import Game
    from services.packager.build.context import BuildContext
    from services.packager.build.plan import BuildPlan, Content, Exporter
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from shared.domain.options import Platform

TEMPLATE: Final = "android-app"
PLAYER: Final = "player"
AAB: Final = "aab"
# The player is written for ES2022 and makes copies with structuredClone, which came last.
PLAYERS_WEB_VIEW: Final = 98
PAGES_WEB_VIEW: Final = 85  # of the script that gives a page its host; a page may need more
MOST_FOR_PLAY: Final = 200_000_000  # bytes of a bundle, as a phone downloads it
NATIVE: Final = ".so"
REFUSED_BY_PLAY: Final = "com.example."
APK_TYPE: Final = "application/vnd.android.package-archive"
AAB_TYPE: Final = "application/x-android-app-bundle"


class VersionCodeError(PreflightError):
    """The game's own version makes no version code."""


class AndroidExporter:
    """The game's files lie one by one in the package, where the runtime serves them from."""

    name: Platform = "android"

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """The game, and what goes around it."""
        phone = plan_phone(
            project,
            request,
            context,
            template=TEMPLATE,
            identity=lambda identity: _identity(identity, request),
            oldest_web_view=_oldest_web_view,
        )
        is_bundle = request.options.format == AAB
        manifest, notes = _manifest(phone, project, request)
        check_size(phone.contents, request, own_files=len(phone.template.files))
        notes += [
            *_of_options(manifest, request),
            *_of_libraries(phone.contents),
            *_of_size(phone.contents, is_bundle=is_bundle),
        ]
        phone = msgspec.structs.replace(phone, notes=(*notes, *phone.notes))
        signer = context.signer
        assert signer is not None  # noqa: S101 - there is a key for every export of this platform
        if is_bundle:
            bundle = Bundle(phone=phone, manifest=manifest, signer=signer)
            return phone.build_plan(bundle, suffix=".aab", content_type=AAB_TYPE)
        package = Package(phone=phone, manifest=manifest, signer=signer)
        return phone.build_plan(package, suffix=".apk", content_type=APK_TYPE)


def _identity(identity: AppIdentity, request: Request) -> AppIdentity:
    """An id that was chosen fits already, or was refused; one that was made here is written so."""
    if request.options.bundle_id:
        return identity
    made = application_id_of(identity.bundle_id)
    return msgspec.structs.replace(identity, bundle_id=made)


def _oldest_web_view(game: Game) -> int:
    has_player = any(template.name == PLAYER for template in game.templates)
    return PLAYERS_WEB_VIEW if has_player else PAGES_WEB_VIEW


def _manifest(
    phone: PhonePlan, project: ProjectFiles, request: Request
) -> tuple[AppManifest, list[Note]]:
    """What the manifest says, and why.

    Raises:
        VersionCodeError: The version makes no version code.
        TemplateError: The template has no manifest that can be read.
    """
    identity = phone.game.identity
    (oldest, target), notes = levels_of(request)
    try:
        code = version_code(identity.version)
        root = binary_xml.read_xml(phone.template.read(layout.APK + layout.MANIFEST))
        offered = offered_permissions(root)
    except VersionError as error:
        raise VersionCodeError(f"the version {error}") from None
    except ManifestError as error:
        raise TemplateError(f"the template {TEMPLATE} is broken: {error}") from error
    known = {record.sha256 for one in phone.game.templates for record in one.files.values()}
    kept, reasons = needed(offered, phone.contents, game_in(project), known=known)
    manifest = AppManifest(
        package=identity.bundle_id,
        version_code=code,
        version_name=identity.version,
        label=identity.title,
        min_sdk=oldest,
        target_sdk=target,
        orientation=ORIENTATIONS[phone.orientation],
        debuggable=request.configuration == "debug",
        permissions=kept,
    )
    return manifest, [*notes, *_of_version(identity.version, code, request), *reasons]


def _of_version(version: str, code: int, request: Request) -> Iterator[Note]:
    message = f"version code {code:,}, of {version}"
    if {"-", "+"} & {*version}:
        message += ": what follows the numbers does not count, and stores take each code once"
    yield Note(level="info", message=message)
    numbers = re.split("[-+]", version, maxsplit=1)[0]
    if not numbers.strip("0.") and request.configuration == "distribution":
        yield Note(
            message=f"the version {version} is one that nobody has given: stores take each version "
            "code once, so name a version with appVersion"
        )


def _of_options(manifest: AppManifest, request: Request) -> Iterator[Note]:
    """What was asked for, and helps nobody."""
    if request.options.wasm_threads:
        yield Note(
            message="wasmThreads: Android's web view gives a page no SharedArrayBuffer; the game "
            "needs a way without threads here"
        )
    if manifest.package.startswith(REFUSED_BY_PLAY) and request.configuration == "distribution":
        yield Note(
            message=f"bundleId {manifest.package}: Google Play takes no id that begins with "
            f"{REFUSED_BY_PLAY}; begin with a domain of your own"
        )


def _of_libraries(contents: Sequence[Content]) -> Iterator[Note]:
    """Files that checks for memory pages of 16 kB would take for code that a phone loads."""
    found = [content.path for content in contents if content.path.lower().endswith(NATIVE)]
    if found:
        more = f", and {len(found) - 1:,} more like it," if found[1:] else ""
        yield Note(
            file=found[0],
            message=f"a native library{more} that nothing in this application can load; stores "
            "and zipalign look at it as if something could, so leave it out with excludePatterns: "
            f"**/*{NATIVE}",
        )


def check_size(contents: Sequence[Content], request: Request, *, own_files: int) -> None:
    """Check what is certain before anything is packed: what is stored does not shrink.

    Raises:
        ApkTooLargeError: It is more than a phone installs, or reads of one file.
    """
    if len(contents) + own_files > MAX_FILES:
        raise ApkTooLargeError(f"this game has {len(contents):,} files")
    largest = max(contents, key=lambda content: content.size_bytes)
    if largest.size_bytes > MAX_BYTES:
        raise ApkTooLargeError(f"{largest.path} alone has {largest.size_bytes / 1e9:.1f} GB")
    all_stored = request.options.compression == "none"
    stored_bytes = sum(
        content.size_bytes
        for content in contents
        if all_stored or content.path.lower().endswith(layout.MEDIA)
    )
    if stored_bytes > MAX_BYTES:
        raise ApkTooLargeError(f"this game has {stored_bytes / 1e9:.1f} GB that does not shrink")


def _of_size(contents: Sequence[Content], *, is_bundle: bool) -> Iterator[Note]:
    """What Play will have to say."""
    size_bytes = sum(content.size_bytes for content in contents)
    if size_bytes > MOST_FOR_PLAY:
        yield Note(
            message=f"the game has {megabytes(size_bytes)} before it is compressed; Google Play "
            f"takes at most {megabytes(MOST_FOR_PLAY)} for one download. Leave files out with "
            "excludePatterns, or make them smaller with optimize: balanced"
        )
    if is_bundle:
        folders = {content.path.rpartition("/")[0] for content in contents}
        if odd := sorted(folder for folder in folders if "#" in folder):
            yield Note(
                file=odd[0],
                message="Play reads what follows a # in the name of a folder as the phones that "
                "it is for, and refuses what it does not know: rename the folder",
            )


EXPORTER: Final[Exporter] = AndroidExporter()
