"""The CPU's features are named as far as they show in what encoders of images and sounds make.

They choose their arithmetic by its vector instructions, and each rounds in its own way: Opus of one
sound may differ by a bit between two machines.
"""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

CPUINFO: Final = Path("/proc/cpuinfo")
_FEATURES: Final = re.compile(r"^(?:flags|Features)\s*:(.*)$", re.MULTILINE)  # x86; ARM
_VECTORS: Final = re.compile(r"avx|sse|pni|fma|f16c|mmx|3dnow|xop|bmi|asimd|neon|sve|vfp")


@cache
def cpu_features(cpuinfo: Path = CPUINFO) -> str:
    """Its architecture and its vector instructions, as far as the system tells of them."""
    text = ""
    with suppress(OSError):  # only Linux has it
        text = cpuinfo.read_text(errors="replace")
    found = _FEATURES.search(text)
    names = found[1].split() if found else []
    return " ".join([platform.machine(), *sorted(filter(_VECTORS.search, names))])
