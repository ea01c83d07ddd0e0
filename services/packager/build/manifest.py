"""``export-manifest.json`` lists what an artifact is made of; equal builds have equal ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.plan import Content, Note, ordered
from services.packager.build.signature import described

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.build.plan import BuildPlan
    from services.packager.request import Request
    from services.packager.signing.signed_by import SignedBy

MANIFEST: Final = "export-manifest.json"


def with_manifest(
    plan: BuildPlan,
    *,
    snapshot: str,
    request: Request,
    tools: Mapping[str, str],
    signed_by: SignedBy | None = None,
) -> BuildPlan:
    """The plan with the manifest among its files; an older one of the project gives way to it."""
    notes = plan.notes
    files = [content for content in plan.contents if content.path != MANIFEST]
    if len(files) != len(plan.contents):
        replaced = "the project carries one of an earlier export; this export's own replaces it"
        notes = (*notes, Note(level="info", file=MANIFEST, message=replaced))
    document = {
        "manifestVersion": 1,
        "app": {"name": plan.title, "version": plan.version},
        "platform": request.platform,
        "configuration": request.configuration,
        "snapshot": snapshot,
        "options": msgspec.to_builtins(request.options),
        "templates": [template.to_dict() for template in plan.templates],
        **({"packages": plan.packages} if plan.packages else {}),
        **({"signature": described(signed_by)} if signed_by and signed_by.certificates else {}),
        "tools": dict(sorted(tools.items())),
        "files": [
            {"path": content.path, "size": content.size_bytes, "sha256": content.sha256}
            for content in files
        ],
    }
    data = msgspec.json.format(msgspec.json.encode(document), indent=1)
    contents = ordered([*files, Content.made(MANIFEST, data + b"\n")])
    return msgspec.structs.replace(plan, contents=contents, notes=notes)
