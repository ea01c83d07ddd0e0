"""The texts around a project: its README, the workflow for hosted Macs, fastlane's files.

They lie in the template with places like ``@@NAME@@``. What is put there needs no escape anywhere,
but for the title, which only the README shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from services.packager.platforms.ios.export_options import METHODS

if TYPE_CHECKING:
    from services.packager.platforms.ios.identity import IosIdentity
    from shared.domain.options import Configuration
    from shared.templates import Template

TEXTS: Final = {  # path in the template -> path in the project
    "project/Appfile": "fastlane/Appfile",
    "project/Fastfile": "fastlane/Fastfile",
    "project/Gemfile": "Gemfile",
    "project/README.md": "README.md",
    "project/gitignore": ".gitignore",
    "project/workflow.yml": ".github/workflows/ios.yml",
}
_PLACE: Final = re.compile(rb"@@([A-Z_]+)@@")
_MARKED: Final = re.compile(r"([!-/:-@\[-`{-~])")  # every sign that Markdown may take for its own


def texts(
    template: Template, identity: IosIdentity, configuration: Configuration
) -> dict[str, bytes]:
    """All of them, by their path in the project."""
    values = {
        b"BUNDLE_ID": identity.bundle_id,
        b"METHOD": METHODS[configuration],
        b"NAME": identity.command,
        b"TITLE": _MARKED.sub(r"\\\1", identity.title),
        b"VERSION": identity.version,
    }
    return {
        target: _PLACE.sub(lambda found: values[found[1]].encode(), template.read(source))
        for source, target in TEXTS.items()
    }
