"""What an exporter has at hand beside the project and the request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from services.packager.runtimes.registry import Templates
from services.packager.signing.keys import NO_KEYS, SigningKeys
from services.packager.storage.disk_cache import DiskCache


class BuildContext(msgspec.Struct, frozen=True, kw_only=True):
    """Of one export; nothing in it may shape the artifact but templates and signatures."""

    templates: Templates
    cache: DiskCache  # for what can be made again
    scratch: Path  # an empty folder of this export's own, gone when the export has ended
    threads: int = 2  # for what takes long
    stopping: threading.Event = msgspec.field(default_factory=threading.Event)  # give up early
    keys: SigningKeys = NO_KEYS
    log: Callable[[str], None] = lambda _: None  # a line for the maker; from any thread
    waiting: Callable[[str], None] = lambda _: None  # what is waited for, "" for nothing; likewise
