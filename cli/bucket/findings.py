"""The bucket's own settings, as the doctor tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cli.bucket.settings import bucket_settings
from cli.bucket.settle import Outcome, settle
from cli.findings import Finding
from shared.errors import ExportError, StorageRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

TO_FIX: Final[Mapping[Outcome, str]] = {
    Outcome.TO_DO: "run `aethel-export storage apply`: ",
    Outcome.REFUSED: "",
}


async def bucket_findings(environ: Mapping[str, str]) -> list[Finding]:
    """What ``storage apply`` would see to; nothing where the storage is away."""
    try:
        steps = await settle(*bucket_settings(environ), dry_run=True)
    except (ExportError, StorageRefusedError):
        return []  # which the check of the storage has told
    return [
        Finding(
            f"bucket: {step.setting}",
            well=step.outcome not in TO_FIX,
            detail=f"{TO_FIX.get(step.outcome, '')}{step.detail}",
            warns=step.outcome is Outcome.WARNING,
        )
        for step in steps
    ]
