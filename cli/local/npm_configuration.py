"""The registry that npm on this machine is configured for; the local stack uses the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S: Final = 20.0
REGISTRY: Final = "PACKAGER_NPM_REGISTRY"
TOKEN: Final = "PACKAGER_NPM_TOKEN"  # noqa: S105 - the name of a variable


def npm_registry(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings of the packager that npm's own configuration gives; none where npm is not there.

    Args:
        environ: The caller's; npm reads its own variables there.
    """
    url = _asked(environ)
    if not urlsplit(url).scheme.startswith("http"):
        return {}
    token = _token(url, environ)
    return {REGISTRY: url, **({TOKEN: token} if token else {})}


def _asked(environ: Mapping[str, str]) -> str:
    """What npm says; it knows files, variables and a default of its own."""
    npm = shutil.which("npm", path=environ.get("PATH"))
    if npm is None:
        return ""
    try:
        said = subprocess.run(  # noqa: S603 - npm, as the caller has it
            [npm, "config", "get", "registry"],
            env=dict(environ),
            cwd="/",  # no project's own .npmrc
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


def _token(url: str, environ: Mapping[str, str]) -> str:
    """Npm does not tell tokens; they stand in its file by the address without its scheme.

    Source: https://docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration
    """
    file = Path(environ.get("NPM_CONFIG_USERCONFIG") or Path(environ.get("HOME", "/"), ".npmrc"))
    key = f"{url.partition(':')[2].rstrip('/')}/:_authToken"
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        name, _, value = (part.strip() for part in line.partition("="))
        if name == key:
            variable = value.removeprefix("${").removesuffix("}")
            return environ.get(variable, "") if value.startswith("${") else value.strip('"')
    return ""
