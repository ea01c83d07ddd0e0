"""The build inputs are all that can shape an artifact, as far as it is known before the build.

Two exports of a project that have the same inputs come to the same artifact, unless a build says
of itself that more than these has shaped it: ``BuildPlan.reusable``.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.build.cache_key import tools_of
from services.packager.runtimes.registry import Descriptions
from shared.version import product_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.packager.request import Request


NONE: Final[Mapping[str, str]] = MappingProxyType({})


class BuildInputs:
    """Names the inputs of one packager's builds.

    Args:
        templates: The folder of runtime templates: all of them count, as nobody knows yet which
            are needed.
        settings: Those of the packager by which builds of the same request may differ.
    """

    def __init__(self, templates: Path, settings: Mapping[str, Any]) -> None:
        self._templates = Descriptions(templates)
        self._settings = settings

    def of(
        self,
        request: Request,
        *,
        project_id: str,
        snapshot: str,
        signature: str | None = None,
        film: Mapping[str, str] = NONE,
    ) -> str:
        """The SHA-256 over the canonical JSON of the inputs, as they are this moment.

        ``signature`` names the key of what is signed alike each time, ``film`` the versions of
        what films.
        """
        inputs = {
            "project": project_id,
            "snapshot": snapshot,
            "request": request,
            "templates": self._templates.digests(),
            "tools": tools_of(request),
            "product": product_version(),
            "settings": self._settings,
            **({"signature": signature} if signature else {}),
            **({"film": film} if film else {}),
        }
        return hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()
