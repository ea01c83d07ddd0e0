"""``build.py OUT``: compile the Android runtime, as a template for APKs and for app bundles.

Everything is made from the sources here by tools from Debian: no Android SDK, nothing from Google.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Final

from services.packager.runtimes.registry import describe

NAME: Final = "android-app"
VERSION: Final = "1.0.0"
PACKAGE: Final = "com.aethel.placeholder"
ACTIVITY: Final = "com.aethel.runtime.GameActivity"
JAVA_PACKAGE: Final = "com.aethel.runtime"
TOOL_MISSING: Final = os.EX_UNAVAILABLE  # what `make templates` takes as "leave it out"

HERE: Final = Path(__file__).parent
HOST: Final = HERE.parent / "app-host"  # what a page finds of its application, on all systems alike
SCRIPT: Final = "aethel-runtime.js"
PAGE_SCRIPTS: Final = {"runtime": "game, host", "sound": "host", "back": ""}  # with what they get
# How other systems call what Android calls so.
ARCHITECTURES: Final = {"arm64-v8a": "arm64", "armeabi-v7a": "arm", "x86_64": "x64", "x86": "x86"}
FRAMEWORK: Final = Path("/usr/share/android-framework-res/framework-res.apk")
JARS: Final = Path("/usr/share/java")
DEXER_JARS: Final = tuple(
    JARS / f"{name}.jar" for name in ("asm", "asm-tree", "asm-analysis", "dexlib2", "guava")
)
DEXER_MAIN: Final = "com.aethel.dexer.Main"
MIN_API: Final = "21"  # of the dex format: the oldest that all of the runtime's Androids read
# What the manifest says that it was made with: the target, and not Debian's framework.
COMPILE_SDK: Final = ("--compile-sdk-version-code", "36", "--compile-sdk-version-name", "16")
TOOLS: Final = ("java", "javac", "aapt2")
REMEDY: Final = (
    "apt-get install aapt android-framework-res default-jdk-headless libasm-java libsmali-java"
)
# Java 8's language and library: what Android 7 has, and no string or lambda made at run time.
# No line numbers, which would be a sixteenth of the application's code: crashes name their methods.
JAVAC: Final = ("javac", "--release", "8", "-Xlint:all,-options,-serial", "-g:none")

LEGACY_ICON_DP: Final = 48
LAYER_DP: Final = 108  # of an adaptive icon
DENSITIES: Final = {"mdpi": 1.0, "hdpi": 1.5, "xhdpi": 2.0, "xxhdpi": 3.0, "xxxhdpi": 4.0}
ICONS: Final = {
    "ic_launcher": LEGACY_ICON_DP,
    "ic_launcher_background": LAYER_DP,
    "ic_launcher_foreground": LAYER_DP,
    "ic_launcher_monochrome": LAYER_DP,
}


def missing_tools() -> list[str]:
    """What is not installed of what the runtime is built with."""
    programs = [tool for tool in TOOLS if shutil.which(tool) is None]
    files = [FRAMEWORK, *DEXER_JARS]
    return [*programs, *(str(file) for file in files if not file.exists())]


def run(*command: str | Path, folder: Path | None = None) -> None:
    """Run a tool; what it says of a failure is shown."""
    environ = {**os.environ, "JAVA_TOOL_OPTIONS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"}
    done = subprocess.run(  # noqa: S603 - our own sources
        [str(part) for part in command], cwd=folder, env=environ, capture_output=True, check=False
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout + done.stderr)
        raise subprocess.CalledProcessError(done.returncode, str(command[0]))


def placeholder_icon(pixels: int) -> bytes:
    """A square PNG of one grey; every export brings its own icons."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", pixels, pixels, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x60" * pixels) * pixels, 9)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def write_icons(resources: Path) -> None:
    """Write all icons of all densities; Android picks one by its folder."""
    for density, scale in DENSITIES.items():
        folder = resources / f"mipmap-{density}"
        folder.mkdir()
        for name, size_dp in ICONS.items():
            (folder / f"{name}.png").write_bytes(placeholder_icon(round(size_dp * scale)))


def compile_resources(work: Path) -> tuple[Path, Path]:
    """The APK and the protobuf APK with manifest and resources, and ``R.java`` in ``work/r``.

    Paths are relative and always the same: aapt2 notes them in the protobuf.
    """
    shutil.copytree(HERE / "res", work / "res")
    shutil.copytree(HERE / "framework", work / "framework")
    shutil.copy(HERE / "AndroidManifest.xml", work)
    write_icons(work / "res")
    run("aapt2", "compile", "--dir", "framework/res", "-o", "framework.zip", folder=work)
    link = ("aapt2", "link", "--no-auto-version")
    attributes = ("--manifest", "framework/AndroidManifest.xml", "framework.zip")
    run(*link, "-o", "framework.apk", *attributes, folder=work)
    run("aapt2", "compile", "--no-crunch", "--dir", "res", "-o", "res.zip", folder=work)
    inputs = (*("-I", FRAMEWORK, "-I", "framework.apk"), *("--manifest", "AndroidManifest.xml"))
    common = (*link, *COMPILE_SDK, *inputs, "res.zip")
    ids = ("--java", "r", "--custom-package", JAVA_PACKAGE)
    run(*common, *ids, "-o", "binary.apk", folder=work)
    run(*common, "--proto-format", "-o", "proto.apk", folder=work)
    return work / "binary.apk", work / "proto.apk"


def compile_java(work: Path, *, sources: Path = HERE) -> Path:
    """The runtime's class files; Android's own classes are known by their signatures alone."""
    stubs, classes, ids = work / "stubs", work / "classes", work / "r"
    run(*JAVAC, "-Xlint:none", "-d", stubs, *sorted((sources / "stubs").rglob("*.java")))
    code = [*sorted((sources / "src").rglob("*.java")), *sorted(ids.rglob("*.java"))]
    run(*JAVAC, "-Werror", "-cp", stubs, "-d", classes, *code)
    for constants in classes.rglob("R.class"):  # the compiler has put them where they are used
        constants.unlink()
    for constants in classes.rglob("R$*.class"):
        constants.unlink()
    return classes


def make_dex(work: Path, classes: Path, dex: Path) -> None:
    """Turn class files into what Android runs."""
    tool, jars = work / "dexer", os.pathsep.join(map(str, DEXER_JARS))
    sources = sorted((HERE / "dexer" / "src").rglob("*.java"))
    run("javac", "--release", "17", "-cp", jars, "-d", tool, *sources)
    path = f"{jars}{os.pathsep}{tool}"
    run("java", "-cp", path, DEXER_MAIN, "--min-api", MIN_API, dex, classes)


def page_script() -> str:
    """The function that every page runs first: it calls those that all applications share."""
    parts = {name: (HOST / f"{name}.js").read_text("utf-8").strip() for name in PAGE_SCRIPTS}
    calls = "\n".join(f"({parts[name]})({values});" for name, values in PAGE_SCRIPTS.items())
    return (
        "function (game, abi) {\n"
        f"const arch = {json.dumps(ARCHITECTURES)}[abi] ?? 'unknown';\n"
        f"const host = {{os: 'android', arch, shell: '{VERSION}', view: 'android'}};\n"
        f"{calls}\n}}"
    )


def unpack(archive: Path, folder: Path, *, manifest: str) -> None:
    """Lay out what aapt2 has linked; the manifest of a bundle has a folder of its own."""
    with zipfile.ZipFile(archive) as linked:
        for name in sorted(linked.namelist()):
            target = folder / (manifest if name == "AndroidManifest.xml" else name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(linked.read(name))
    (folder / "assets").mkdir()
    (folder / "assets" / SCRIPT).write_text(page_script(), "utf-8")


def constant(file: str, name: str) -> str:
    """The value of a constant of the Java sources."""
    text = (HERE / "src" / file).read_text("utf-8")
    found = re.search(rf"static final \w+ {name} = \"?([^\";]+)\"?;", text)
    if found is None:
        raise LookupError(f"{file} has no constant {name}")
    return found[1]


def main(out: Path) -> None:
    """Build the template into ``out`` and describe it."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        binary, proto = compile_resources(work)
        make_dex(work, compile_java(work), out / "classes.dex")
        unpack(binary, out / "apk", manifest="AndroidManifest.xml")
        unpack(proto, out / "aab", manifest="manifest/AndroidManifest.xml")
    digest = hashlib.sha256()
    for file in sorted(file for file in out.rglob("*") if file.is_file()):
        digest.update(file.read_bytes())
    oldest = int(constant("com/aethel/runtime/rules/WebViewVersion.java", "OLDEST"))
    describe(
        out,
        name=NAME,
        version=f"{VERSION}-{digest.hexdigest()[:12]}",
        package=PACKAGE,
        activity=ACTIVITY,
        oldestWebView=oldest,
    )


if __name__ == "__main__":
    if missing := missing_tools():
        sys.stderr.write(f"The Android runtime needs {', '.join(missing)}; type: {REMEDY}\n")
        sys.exit(TOOL_MISSING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    main(parser.parse_args().out.resolve())
