"""What an operator's Mac does with an Xcode project, without a Mac: files where they would be.

``python mac.py PROJECT IPA`` copies what Xcode would copy, puts settings into Info.plist as it
would, and compiles nothing. Nothing but Python's own library is needed.
"""

import plistlib
import re
import sys
import zipfile
from pathlib import Path

SETTING = re.compile(r"\$\((\w+)\)")


def main(project: Path, ipa: Path) -> None:
    """Write the application."""
    (text,) = (path.read_text() for path in project.glob("*.xcodeproj/project.pbxproj"))
    settings = dict(re.findall(r'^\s+(\w+) = "?([^";\n]*)"?;$', text, re.MULTILINE))
    settings["EXECUTABLE_NAME"] = name = settings["PRODUCT_NAME"]
    settings["PRODUCT_BUNDLE_PACKAGE_TYPE"] = "APPL"
    info = {
        key: SETTING.sub(lambda found: settings[found[1]], value)
        if isinstance(value, str)
        else value
        for key, value in plistlib.loads((project / "App" / "Info.plist").read_bytes()).items()
    }
    with zipfile.ZipFile(ipa, "w", zipfile.ZIP_DEFLATED) as archive:
        root = f"Payload/{name}.app"
        archive.writestr(f"{root}/Info.plist", plistlib.dumps(info, fmt=plistlib.FMT_BINARY))
        for path in sorted((project / "www").rglob("*")):
            if path.is_file():
                archive.write(path, f"{root}/{path.relative_to(project).as_posix()}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
