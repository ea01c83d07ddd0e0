"""Every asset that ships is opened once: what is broken is told before players meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.web import file_faults
from services.packager.web.aethel import media, models

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.findings import Findings


def check(
    index: AssetIndex, shipped: Collection[str], used: Collection[str], findings: Findings
) -> None:
    """Report broken files: an error where the game reaches them, else a warning.

    Args:
        index: Of the project; it tells of models, and of what it converts.
        shipped: Project paths.
        used: Those of them that the game reaches.
        findings: Where to.
    """
    for path in sorted(shipped):
        if path.lower().endswith((*models.SUFFIXES, *media.SUFFIXES)):
            continue
        fault = file_faults.fault_of(index.project, path)
        if fault and path in used:
            index.broken(path, fault)
        elif fault:
            findings.warning(path, fault.message)
