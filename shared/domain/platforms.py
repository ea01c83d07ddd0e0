"""The platforms that can be exported, and what each makes of every option.

Both the gateway (422 before anything is queued) and the packager read this; ``docs/options.md`` is
made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from shared.domain import android_rules, ios_rules
from shared.domain.options import NEUTRAL, Configuration, ExportOptions
from shared.domain.video.price import FORMULA, minutes_of_film
from shared.domain.video.spec import refusals as video_refusals
from shared.domain.video.spec import spec_of
from shared.errors import InvalidRequestError, UnknownPlatformError

Need = Literal["always", "engine-projects", "built-pages"]


class PlatformSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One platform: the build minutes it reserves, what its options do, why others are refused.

    And its formats, its architectures, and the runtime templates that its packagers need.
    """

    name: str
    summary: str
    minutes: int  # the least, where options decide
    effects: dict[str, str]  # option -> what it does here
    refusals: dict[str, str]  # option -> why a value other than the default is refused
    formats: tuple[str, ...] = ("zip",)
    unsigned_formats: tuple[str, ...] = ()  # those that have no place for a signature
    maker_signed_formats: tuple[str, ...] = ()  # of these, what makers build and sign themselves
    key_formats: tuple[str, ...] = ()  # those that only a program of an operator's key can make
    debug_keys: bool = False  # what no operator's key signs, a key of the project's own does
    key_guide: str = "docs/desktop.md"  # how operators set up a signing key
    architectures: tuple[str, ...] = ()
    templates: dict[str, Need] = {}  # name -> for which projects
    needs_entry_page: bool = True  # something that a browser can open
    packs_artifact: bool = True  # False: what is packed is a step on the way to it
    minutes_by: str = ""  # how the minutes follow from the options, where they do
    price: Callable[[ExportOptions], int] | None = None
    # Values of options that the platform has an effect for, but does not take, and why.
    refused_values: Callable[[ExportOptions], Iterable[tuple[str, str]]] = lambda _: ()

    def format_of(self, options: ExportOptions) -> str:
        """The format that is asked for; the first where none is."""
        return options.format or self.formats[0]

    def minutes_for(self, options: ExportOptions) -> int:
        """The build minutes that an export reserves."""
        return self.minutes if self.price is None else self.price(options)


_NATIVE_ONLY = {
    "architecture": "it has no machine code; choose windows, macos or linux for that",
    "bundleId": "only installed applications have one",
    "minSdkVersion": "only android has it",
    "targetSdkVersion": "only android has it",
    "signingKey": "there is nothing to sign",
    "orientation": "only phones turn their screens",
    "video": "only the platform video has it",
}
_COMMON = {
    "appName": "names the game in the artifact and its file",
    "appVersion": "stands in the artifact and its file name",
    "includeAssets": "false leaves out everything below assets/",
    "excludePatterns": "leaves out files; * stays within a folder, ** crosses folders",
    "compression": "none: stored; lz4: the fastest deflate; zstd: deflate that packs well",
    "format": "zip",
    "maxBytes": "the artifact may not be larger, or the export fails and says what is large",
}
_STRICT = {"strict": "true makes every warning of the build an error"}

OPTIMIZE = (
    "engine projects, not in debug: lossless: textures as WebP, sounds as FLAC, models through "
    "Meshopt, every bit the same; balanced: WebP of at least 40 dB, Opus, and meshes in steps that "
    "nobody sees; only where that is smaller"
)
OUTPUT_DIR = (
    "a folder of the project that holds a finished build: shipped as it is, nothing is built"
)
_APPLICATION = {
    **_COMMON,
    **_STRICT,
    "outputDir": OUTPUT_DIR,
    "appName": "names the game in window, menus and file names",
    "appVersion": "stands in the application, the artifact and its file name",
    "appIcon": "PNG, at least 192 x 192, better 512: the icon in every size the system asks for",
    "includeDebugSymbols": "keeps source maps in release as debug does",
    "optimize": OPTIMIZE,
    "wasmThreads": "COOP and COEP headers inside, so that SharedArrayBuffer works",
    "bundleId": "identifies the application and its saves; made of the project's id without it",
    "signingKey": "names a key of the operator's; without it, the key called default signs",
}
_APPLICATION_REFUSALS = {
    "minSdkVersion": _NATIVE_ONLY["minSdkVersion"],
    "targetSdkVersion": _NATIVE_ONLY["targetSdkVersion"],
    "orientation": _NATIVE_ONLY["orientation"],
    "video": _NATIVE_ONLY["video"],
    "webglVersion": "the page decides how it renders",
}
_SITE_TEMPLATES: dict[str, Need] = {"player": "engine-projects", "web-builder": "built-pages"}
_APPLICATION_TEMPLATES: dict[str, Need] = {"shell": "always", **_SITE_TEMPLATES}

PLATFORMS: dict[str, PlatformSpec] = {
    spec.name: spec
    for spec in (
        PlatformSpec(
            name="source",
            summary="The project as it is, with a manifest of sizes and SHA-256",
            minutes=1,
            needs_entry_page=False,
            effects=_COMMON,
            refusals={
                **_NATIVE_ONLY,
                "appIcon": "the source carries its own files; no icons are made",
                "includeDebugSymbols": "the source is complete already",
                "optimize": "its files are never changed",
                "strict": "nobody looks into its files, so there are no warnings",
                "outputDir": "nothing is built; excludePatterns leaves out files",
                "webglVersion": "nothing is rendered",
                "wasmThreads": "nothing is hosted",
            },
        ),
        PlatformSpec(
            name="windows",
            summary="A ZIP with one program for Windows 10 and later, the game inside",
            minutes=5,
            architectures=("x64", "arm64"),
            templates=_APPLICATION_TEMPLATES,
            effects={
                **_APPLICATION,
                "architecture": "x64 (the default, which ARM machines run too) or arm64",
            },
            refusals=_APPLICATION_REFUSALS,
        ),
        PlatformSpec(
            name="macos",
            summary="A ZIP with one application for macOS 11 and later, the game inside",
            minutes=8,
            architectures=("universal", "x64", "arm64"),
            templates=_APPLICATION_TEMPLATES,
            effects={
                **_APPLICATION,
                "architecture": "universal (the default), x64 or arm64",
            },
            refusals=_APPLICATION_REFUSALS,
        ),
        PlatformSpec(
            name="linux",
            summary="A folder or an AppImage with one program for Linux, the game inside",
            minutes=4,
            formats=("tar.gz", "appimage"),
            unsigned_formats=("appimage",),
            architectures=("x64", "arm64"),
            templates=_APPLICATION_TEMPLATES,
            effects={
                **_APPLICATION,
                "architecture": "x64 (the default) or arm64",
                "compression": "of the tar.gz; an AppImage is never compressed",
                "format": "tar.gz (the default): program, icon, desktop entry; appimage: one file, "
                "never signed",
            },
            refusals=_APPLICATION_REFUSALS,
        ),
        PlatformSpec(
            name="android",
            summary="An APK for Android 7 and later, or an app bundle for Google Play",
            minutes=6,
            formats=("apk", "aab"),
            debug_keys=True,
            key_guide="docs/phones.md",
            templates={"android-app": "always", **_SITE_TEMPLATES},
            refused_values=android_rules.refusals,
            effects={
                **_APPLICATION,
                "appName": "names the game below its icon, in the system's lists and in file names",
                "appVersion": "stands in the application, the artifact and its file name; the "
                "version code is made of it: 1.2.3 is 10,020,030",
                "appIcon": "PNG, at least 192 x 192, better 512: the icon in every size, in layers "
                "that launchers cut and tint",
                "bundleId": "identifies the application and its saves, for ever; letters, digits "
                "and _, each part begins with a letter; made of the project's id without it",
                "compression": "of all but media, which are stored; none: nothing is compressed",
                "format": "apk (the default): what phones install; aab: what Google Play takes",
                "minSdkVersion": f"the oldest Android that installs it, by its API level: "
                f"{android_rules.OLDEST_SDK} (the default, Android 7) or later",
                "orientation": "any, landscape or portrait, within what the player has locked; "
                "what game.json says without it",
                "signingKey": "names a key of the operator's; without it, the key called default "
                "signs, or a debug key of the project's own",
                "targetSdkVersion": "the Android whose rules it follows: "
                f"{android_rules.USUAL_TARGET_SDK} (the default, which Google Play asks for)",
                "wasmThreads": "COOP and COEP headers inside; Android's web view gives a page no "
                "SharedArrayBuffer all the same, so the game needs a way without threads",
            },
            refusals={
                "architecture": "it runs on every processor: there is no native code",
                "video": _NATIVE_ONLY["video"],
                "webglVersion": "the page decides how it renders",
            },
        ),
        PlatformSpec(
            name="ios",
            summary="An Xcode project for iPhones and iPads with iOS 15 and later, the game inside",
            minutes=10,
            formats=("zip", "ipa"),
            unsigned_formats=("zip",),
            maker_signed_formats=("zip",),
            key_formats=("ipa",),
            key_guide="docs/phones.md",
            refused_values=ios_rules.refusals,
            templates={"ios-app": "always", **_SITE_TEMPLATES},
            effects={
                **_APPLICATION,
                "appName": "names the game on the home screen and in file names",
                "appVersion": "stands in the application, the artifact and its file name; Apple "
                "takes the first three numbers of it",
                "appIcon": "PNG, at least 192 x 192, better 1024: the icon in every size, without "
                "transparent parts",
                "compression": "of the zip; an IPA is compressed by Xcode",
                "format": "zip (the default): an Xcode project, which you build and sign; ipa: the "
                "application, built and signed on an operator's Mac",
                "orientation": "landscape or portrait: the screen stays so; any: it turns with the "
                "device; without it, as game.json says",
                "signingKey": "names a key of the operator's that builds the ipa; without it, the "
                "key called default",
            },
            refusals={
                "architecture": "Apple's phones and tablets are all arm64",
                "minSdkVersion": "only android has it; this runs on iOS 15 and later",
                "targetSdkVersion": "only android has it; Xcode says which SDK it builds with",
                "video": _NATIVE_ONLY["video"],
                "webglVersion": "the page decides how it renders",
            },
        ),
        PlatformSpec(
            name="web",
            summary="A ZIP that any web host serves and any browser plays",
            minutes=3,
            formats=("zip", "single-file"),
            templates=_SITE_TEMPLATES,
            effects={
                **_COMMON,
                **_STRICT,
                "format": "zip (the default); single-file: one HTML page with everything inside, "
                "which plays from a disk, in sandboxed frames and in messengers",
                "appIcon": "PNG, at least 192 x 192: web manifest icons and favicon",
                "includeDebugSymbols": "keeps source maps in release as debug does",
                "optimize": OPTIMIZE,
                "outputDir": OUTPUT_DIR,
                "wasmThreads": "COOP and COEP headers, so that SharedArrayBuffer works",
            },
            refusals={
                **_NATIVE_ONLY,
                "webglVersion": "the page decides how it renders",
            },
        ),
        PlatformSpec(
            name="video",
            summary="A film of the game, frame by frame: MP4, MOV, WebM, GIF, WebP, stills, sheets",
            minutes=1,
            minutes_by=FORMULA,
            price=lambda options: minutes_of_film(spec_of(options)),
            formats=("mp4", "mov", "webm", "gif", "webp"),
            packs_artifact=False,
            templates={"film-camera": "always", **_SITE_TEMPLATES},
            refused_values=video_refusals,
            effects={
                **_STRICT,
                "appName": "names the game in the film's title and its file",
                "appVersion": "stands in the file name",
                "excludePatterns": _COMMON["excludePatterns"],
                "format": "mp4, mov, webm, gif or webp, as video.container; without either, the "
                "preset's, or mp4",
                "includeAssets": _COMMON["includeAssets"],
                "maxBytes": "the film may not be larger: two passes meet it, or it is refused "
                "with what would fit",
                "outputDir": OUTPUT_DIR,
                "video": "what is filmed, when, how large, and how it is encoded: docs/video.md",
            },
            refusals={
                **{name: _NATIVE_ONLY[name] for name in _NATIVE_ONLY if name != "video"},
                "appIcon": "a film has none",
                "compression": "its codec compresses a film: see video.crf and video.bitrate",
                "includeDebugSymbols": "nothing of the game's code is in a film",
                "optimize": "a film shows the game as it is",
                "orientation": "video.width and video.height say it",
                "wasmThreads": "threads run differently each time, and a film is made in parts: "
                "the game needs a way without them",
                "webglVersion": "the page decides how it renders",
            },
        ),
    )
}


def check_options(
    platform: str, configuration: Configuration, options: ExportOptions
) -> PlatformSpec:
    """The platform's specification, once it is certain that nothing asked for would be ignored.

    Raises:
        UnknownPlatformError: No exporter of that name is built.
        InvalidRequestError: An option has no effect there; the details say which and why
            (status 422).
    """
    spec = PLATFORMS.get(platform)
    if spec is None:
        raise UnknownPlatformError(platform, PLATFORMS)
    given = msgspec.to_builtins(options)
    neutral = msgspec.to_builtins(NEUTRAL)
    details = [
        (f"options.{name}", f"not for {platform}: {why}")
        for name, why in spec.refusals.items()
        if given.get(name, False) != neutral.get(name, False)
    ]
    if options.format not in ("", *spec.formats):
        details.append(("options.format", f"{platform} offers: {', '.join(spec.formats)}"))
    chosen = spec.format_of(options)
    wants_signature = configuration == "distribution" and chosen not in spec.maker_signed_formats
    if chosen in spec.unsigned_formats and (options.signing_key or wants_signature):
        signed = ", ".join(sorted({*spec.formats} - {*spec.unsigned_formats}))
        why = "has no place for the signature that signingKey and distribution ask for"
        details.append(("options.format", f"{chosen} {why}; choose {signed}"))
    machine = options.architecture
    if machine and spec.architectures and machine not in spec.architectures:
        offered = ", ".join(spec.architectures)
        details.append(("options.architecture", f"{platform} offers: {offered}"))
    details += spec.refused_values(options)
    if details:
        raise OptionRefusedError(f"{platform} cannot honour these options", details)
    return spec


class OptionRefusedError(InvalidRequestError):
    """An option that would have no effect on this platform."""

    code = "option-refused"
    title = "An option does not apply to this platform"
    status = 422
