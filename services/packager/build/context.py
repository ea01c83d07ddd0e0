"""The build context is what an exporter gets beside the project and the request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from services.packager.runtimes.registry import Templates
from services.packager.signing.keys import NO_KEYS, SigningKeys
from services.packager.storage.disk_cache import DiskCache


class BuildContext(msgspec.Struct, frozen=True, kw_only=True):
    """The context of one export; only its templates and signatures may shape the artifact.

    ``log`` takes a line for the maker, ``waiting`` what the build waits for ("" for nothing). Both
    may be called from any thread.
    """

    templates: Templates
    cache: DiskCache  # for what can be made again
    scratch: Path  # an empty folder of this export's own, gone when the export has ended
    threads: int = 2  # for what takes long
    stopping: threading.Event = msgspec.field(default_factory=threading.Event)  # give up early
    keys: SigningKeys = NO_KEYS
    log: Callable[[str], object] = lambda _: None
    waiting: Callable[[str], object] = lambda _: None
