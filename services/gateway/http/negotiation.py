"""Which coding of a file a client takes, and whether it has the file already.

Source:
    RFC 9110, sections 12.5.3 (Accept-Encoding) and 13.1.2 (If-None-Match).
"""

from __future__ import annotations

import re


def accepts(header: str, coding: str) -> bool:
    """Whether ``Accept-Encoding`` allows a content coding."""
    weights = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "").strip()
    asked = weights.get(coding, weights.get("*"))
    return asked is not None and not re.fullmatch(r"q=0(\.0{0,3})?", asked)


def names_etag(header: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names an entity tag, by the weak comparison."""
    return header.strip() == "*" or etag in {
        one.strip().removeprefix("W/") for one in header.split(",")
    }
