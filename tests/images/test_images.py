from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.domain.platforms import PLATFORMS

if TYPE_CHECKING:
    from tests.images.engine import Engine

ROOT = Path(__file__).parents[2]
PARTS = ("gateway", "packager", "packager-video", "uploader", "status", "cli")
SIZE = """
import os
print(sum(
    os.lstat(os.path.join(folder, name)).st_blocks * 512
    for top in ("/opt", "/usr/local/bin", "/var/cache")
    for folder, _, names in os.walk(top) for name in names
))
"""
SETUID = """
import os, stat
modes = {
    path: os.lstat(path).st_mode
    for folder, _, names in os.walk("/usr") for path in (os.path.join(folder, n) for n in names)
}
print([path for path, mode in modes.items() if stat.S_ISREG(mode) and mode & 0o6000])
"""
# What installs, tests or builds; only cli has a command line, and only packagers FFmpeg.
LOOK = """
from importlib.util import find_spec
names = "pip faker polyfactory pytest hatchling ziglang cli av"
print(*filter(find_spec, names.split()))
"""


@pytest.mark.parametrize("part", PARTS)
def test_an_image_stays_below_its_limit(engine: Engine, part: str) -> None:
    """What it adds to its base is no more than ``docs/operations.md`` allows."""
    page = (ROOT / "docs/operations.md").read_text()
    row = re.search(rf"^\| `aethel-export-{part}` \|.*\| (\d+) MB\b.*\|$", page, re.MULTILINE)
    assert row
    assert int(engine.python(part, SIZE)) <= int(row[1]) * 1_000_000


@pytest.mark.parametrize("part", PARTS)
def test_an_image_says_what_it_is(engine: Engine, part: str) -> None:
    """Version and commit as labels; the version is the one that the program knows."""
    assert engine.label(part, "version") == engine.version
    assert engine.label(part, "licenses") == "MIT"
    assert engine.label(part, "title")
    known = "from shared.version import product_version; print(product_version())"
    assert engine.python(part, known) == engine.version
    image = engine.inspect(part)
    assert image["Config"]["User"] == "10001"
    asked = image["Config"].get("Healthcheck") or image.get("Healthcheck")  # docker's, podman's
    assert bool(asked) == (part != "cli")


@pytest.mark.parametrize("part", PARTS)
def test_an_image_holds_nothing_that_it_does_not_need(engine: Engine, part: str) -> None:
    """No installer, no program that gives another user's rights, no module of another service."""
    assert engine.python(part, SETUID) == "[]"
    there = engine.python(part, LOOK)
    service = part.removesuffix("-video")
    assert there.split() == {"cli": ["cli"], "packager": ["av"]}.get(service, [])
    services = "import services, os; print(*os.listdir(services.__path__[0]))"
    others = {"gateway", "packager", "uploader", "status"} - {service}
    if part != "cli":
        assert not set(engine.python(part, services).split()) & others


@pytest.mark.parametrize("part", PARTS)
def test_an_image_starts_without_compiling(engine: Engine, part: str) -> None:
    """Nothing can be written where it runs: each start would compile everything anew."""
    compiled = "import msgspec, shared.errors as e; print(msgspec.__cached__, e.__cached__)"
    paths = engine.python(part, compiled).split()
    exist = f"import os; print(*map(os.path.exists, {paths!r}))"
    assert engine.python(part, exist) == "True True"


def test_only_one_image_has_a_browser(engine: Engine) -> None:
    """The one of films, and with it the libraries that draw without a graphics card."""
    look = (
        "from shutil import which; from ctypes.util import find_library as library;"
        "print(bool(which('chromium-headless-shell')), bool(library('EGL')))"
    )
    assert engine.python("packager-video", look) == "True True"
    assert engine.python("packager", look) == "False False"


def test_the_packager_has_every_template_that_a_platform_needs(engine: Engine) -> None:
    """One whose tool was missing is left out by the builder, which only says so."""
    needed = {name for spec in PLATFORMS.values() for name in spec.templates}
    listed = "import os; print(*os.listdir(os.environ['PACKAGER_TEMPLATES_DIR']))"
    assert needed <= set(engine.python("packager", listed).split())
