"""What an exporter has at hand beside the project and the request."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from services.packager.templates.registry import Templates


class Workbench(msgspec.Struct, frozen=True, kw_only=True):
    """Of one export; nothing in it may shape the artifact but the templates."""

    templates: Templates
    scratch: Path  # an empty folder of this export's own, gone when the export has ended
    stopping: threading.Event = msgspec.field(default_factory=threading.Event)  # give up early
