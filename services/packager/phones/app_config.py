"""``aethel-app.json`` tells the runtime of a phone's application how its game wants to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.options import Orientation

if TYPE_CHECKING:
    from services.packager.application.app_identity import AppIdentity
    from services.packager.request import Request

CONFIG: Final = "aethel-app.json"


class AppConfig(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="format", tag=1
):
    """The file, beside the game's own; only the runtime reads it."""

    id: str
    title: str
    version: str
    entry: str
    orientation: Orientation
    debug: bool  # remote debugging, and the page's console in the log
    isolated: bool  # COOP and COEP, so that SharedArrayBuffer works
    oldest_web_view: int | UnsetType = UNSET  # that the game runs in: a version of Chrome


def config(
    identity: AppIdentity,
    request: Request,
    *,
    entry: str,
    orientation: Orientation,
    oldest_web_view: int | UnsetType = UNSET,
) -> bytes:
    """The file, as JSON."""
    document = AppConfig(
        id=identity.bundle_id,
        title=identity.title,
        version=identity.version,
        entry=entry,
        orientation=orientation,
        debug=request.configuration == "debug",
        isolated=request.options.wasm_threads,
        oldest_web_view=oldest_web_view,
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"
