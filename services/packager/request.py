"""An export request as exporters see it: what to build, apart from who asks for it."""

from __future__ import annotations

import msgspec

from shared.domain.options import Configuration, ExportOptions, Platform


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One platform, one configuration and the options, of one snapshot."""

    platform: Platform
    configuration: Configuration
    options: ExportOptions
