"""``build.py OUT``: check the iOS application's sources, and put them together as a template.

No tool of Apple's is needed: what an export carries is source, which Xcode compiles on a Mac. What
can be wrong with it without a compiler is found here; tests parse and compile it where they can.
"""

from __future__ import annotations

import argparse
import hashlib
import plistlib
import re
from pathlib import Path
from typing import Final

from services.packager.runtimes.registry import describe

NAME: Final = "ios-app"
VERSION: Final = "1.0.0"
HERE: Final = Path(__file__).parent
RUNTIME: Final = HERE.parent / "app-host" / "runtime.js"
PRIVACY: Final = "Resources/PrivacyInfo.xcprivacy"
WORDS: Final = "Localizable.strings"
FOLDERS: Final = ("Resources", "Sources", "project")
_WORD: Final = re.compile(r'^"([a-z.]+)" = "[^"]+";$', re.MULTILINE)
_WANTED: Final = re.compile(r'text\("([a-z.]+)"\)|case \w+ = "([a-z.]+)"')


def files() -> dict[str, bytes]:
    """All files of the template, by path."""
    found = {
        path.relative_to(HERE).as_posix(): path.read_bytes()
        for folder in FOLDERS
        for path in sorted((HERE / folder).rglob("*"))
        if path.is_file()
    }
    return {**found, "Resources/runtime.js": RUNTIME.read_bytes()}


def check(template: dict[str, bytes]) -> None:
    """Check what an export will rely on.

    Raises:
        ValueError: What is wrong, and in which file.
    """
    plistlib.loads(template[PRIVACY])
    sources = {path: data.decode() for path, data in template.items() if path.endswith(".swift")}
    if sum("@main" in text for text in sources.values()) != 1:
        raise ValueError("one Swift file is the application's beginning (@main)")
    texts = sources["Sources/Fault.swift"]
    wanted = {key for pair in _WANTED.findall(texts) for key in pair if key}
    for path, data in template.items():
        if path.endswith(WORDS) and (there := set(_WORD.findall(data.decode()))) != wanted:
            raise ValueError(f"{path}: other words than the sources ask for: {there ^ wanted}")


def main(out: Path) -> None:
    """Write the template into ``out`` and describe it."""
    template = files()
    check(template)
    digest = hashlib.sha256()
    for path, data in sorted(template.items()):
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        digest.update(f"{path}\0{len(data)}\0".encode() + data)
    describe(out, name=NAME, version=f"{VERSION}-{digest.hexdigest()[:12]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    main(parser.parse_args().out.resolve())
