"""An export request as exporters see it: what to build, apart from who asks for it."""

from __future__ import annotations

import msgspec

from shared.domain.options import Compression, Configuration, ExportOptions, Platform
from shared.domain.platforms import PLATFORMS


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One platform, one configuration and the options, of one snapshot."""

    platform: Platform
    configuration: Configuration
    options: ExportOptions

    @property
    def compression(self) -> Compression:
        """How what is packed is compressed; a step on the way to the artifact is only stored."""
        return self.options.compression if PLATFORMS[self.platform].packs_artifact else "none"

    @property
    def max_bytes(self) -> int | None:
        """How large what is packed may be."""
        return (self.options.max_bytes or None) if PLATFORMS[self.platform].packs_artifact else None
