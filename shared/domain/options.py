"""The export request's options: their shape, their limits, and what each platform makes of them.

``docs/options.md`` is the table of these; a test keeps the two equal.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.globs import MAX_PARTS
from shared.domain.video.options import VideoOptions

Platform = Literal["windows", "macos", "linux", "web", "ios", "android", "source", "video"]
Configuration = Literal["debug", "release", "distribution"]
Compression = Literal["none", "lz4", "zstd"]
Optimize = Literal["off", "lossless", "balanced"]
Orientation = Literal["any", "landscape", "portrait"]

Name = Annotated[str, msgspec.Meta(max_length=100)]
Glob = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=256,
        pattern=f"^([^/]*/){{0,{MAX_PARTS - 1}}}[^/]*$",
        description=f"* stays within a folder, ** crosses folders; at most {MAX_PARTS} parts",
    ),
]
Version = Annotated[
    str,
    msgspec.Meta(pattern=r"^([0-9]{1,9}(\.[0-9]{1,9}){0,3}([-+][0-9A-Za-z.+-]{1,40})?)?$(?!\n)"),
]
# A reverse domain name. Its least common denominator is for the platforms to check.
BundleId = Annotated[
    str,
    msgspec.Meta(
        max_length=128, pattern=r"^([A-Za-z][0-9A-Za-z_-]*(\.[0-9A-Za-z][0-9A-Za-z_-]*)+)?$(?!\n)"
    ),
]


class ExportOptions(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """Options as the client sends them; a default is neutral: it asks for nothing special."""

    app_name: Name = ""
    app_version: Version = ""
    app_icon: Annotated[str, msgspec.Meta(max_length=512)] = ""
    architecture: Literal["x64", "arm64", "universal"] | None = None
    include_debug_symbols: bool = False
    compression: Compression = "zstd"
    optimize: Optimize = "off"
    webgl_version: Literal["webgl2", "webgpu"] = "webgl2"
    wasm_threads: bool = False
    bundle_id: BundleId = ""
    min_sdk_version: Annotated[int, msgspec.Meta(ge=21, le=99)] | None = None
    target_sdk_version: Annotated[int, msgspec.Meta(ge=21, le=99)] | None = None
    signing_key: Annotated[str, msgspec.Meta(max_length=100)] = ""
    include_assets: bool = True
    exclude_patterns: Annotated[tuple[Glob, ...], msgspec.Meta(max_length=100)] = ()
    format: Annotated[str, msgspec.Meta(max_length=20)] = ""
    # Younger than the first workers: what nobody asks for stands in no event, so that they read it.
    strict: bool | UnsetType = UNSET
    output_dir: Annotated[str, msgspec.Meta(max_length=512)] | UnsetType = UNSET
    max_bytes: Annotated[int, msgspec.Meta(ge=1, le=1 << 40)] | UnsetType = UNSET
    orientation: Orientation | UnsetType = UNSET
    video: VideoOptions | None = None


NEUTRAL = ExportOptions()
