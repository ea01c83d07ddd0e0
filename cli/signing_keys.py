"""Whether the operators' signing keys have what their platforms need to sign."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

from cli.findings import Doubt
from services.packager.settings import SigningSettings
from services.packager.signing import authenticode
from services.packager.signing.android.android_key import open_android_key
from services.packager.signing.keys import BUILD, HOOK, STORE
from shared.domain.platforms import PLATFORMS
from shared.errors import ConfigurationError
from shared.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.signing.keys import SigningKey

PROGRAMS: Final = {"ios": BUILD}  # where the operator's program is not called ``HOOK``


async def signing_keys(environ: Mapping[str, str]) -> str:
    """The keys by platform, each with what it needs to sign.

    Raises:
        ConfigurationError, KeyBrokenError: The first thing that is missing.
        Doubt: All sign, and stores refuse what one of them signs.
    """
    keys = load(SigningSettings, environ).keys
    found = keys.by_platform(PLATFORMS)
    if "windows" in found and shutil.which(authenticode.TOOL) is None:
        message = f"keys for windows need {authenticode.TOOL}: apt-get install {authenticode.TOOL}"
        raise ConfigurationError(message)
    doubts = [
        f"{platform}/{name}: {doubt}"
        for platform, names in found.items()
        for name in names
        for doubt in _check(platform, keys.key(platform, name))
    ]
    listed = "; ".join(f"{platform}: {', '.join(names)}" for platform, names in found.items())
    if doubts:
        raise Doubt(f"{listed}. {'; '.join(doubts)}")
    where = "PACKAGER_SIGNING_DIR, docs/desktop.md, docs/phones.md"
    return listed or f"none: nothing is signed but by debug keys ({where})"


def _check(platform: str, key: SigningKey) -> tuple[str, ...]:
    """What is doubtful about a key that can be used."""
    if platform == "android":
        return open_android_key(key).signed_by.warnings
    _check_programs(platform, key)
    return ()


def _check_programs(platform: str, key: SigningKey) -> None:
    program = PROGRAMS.get(platform, HOOK)
    hook = key.file(program)
    if hook and not os.access(hook, os.X_OK):
        raise ConfigurationError(f"{hook} cannot be started: chmod u+x {hook}")
    certificates = platform == "windows"
    if not hook and not (certificates and key.file(STORE)):
        wanted = f"{program} or {STORE}" if certificates else program
        guide = PLATFORMS[platform].key_guide
        raise ConfigurationError(f"{key.folder} has no file {wanted} ({guide})")
