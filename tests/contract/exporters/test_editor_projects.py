"""Projects of the engine's editors are the same game on every platform."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from services.packager.build.manifest import MANIFEST
from tests.browser.editor.conftest import PROJECTS, files_of
from tests.projects import build, request

if TYPE_CHECKING:
    from shared.domain.options import Configuration, Platform

HOSTS: Final = {"_headers", "serve.json"}  # of a web host alone
SHELLS: Final = {"aethel-shell.json", "aethel-shell.png"}
DEBUG: Final = "template-missing-entry"  # release refuses it
# What a page tells a browser to fetch early; an application has all at hand.
_EARLY: Final = re.compile(rb'\s*<link [^>]*\brel="(?:modulepreload|preload)"[^>]*>')


@cache
def exported(name: str, platform: Platform) -> dict[str, bytes]:
    """The game's files, as another reader finds them in the artifact."""
    configuration: Configuration = "debug" if name == DEBUG else "release"
    return build(files_of(name), request(platform, configuration)).files


@pytest.mark.parametrize("platform", ["linux", "windows"])
@pytest.mark.parametrize("name", sorted(path.name for path in PROJECTS.iterdir()))
def test_an_application_carries_the_site_of_the_web(name: str, platform: Platform) -> None:
    """Byte for byte, but for what hosts and shells need."""
    site, application = exported(name, "web"), exported(name, platform)
    assert site.keys() - application.keys() == HOSTS
    assert application.keys() - site.keys() == SHELLS
    shared = site.keys() & application.keys() - {MANIFEST}
    differing = {path for path in shared if site[path] != application[path]}
    assert differing <= {"index.html"}
    pages = [_EARLY.sub(b"", files["index.html"]) for files in (site, application)]
    assert pages[0] == pages[1]
