"""What is answered about platforms."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.options import Platform
from shared.domain.platforms import Need


class TemplateNeed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A runtime template that a platform needs, and the versions that living workers have."""

    name: str
    needed_for: Need
    versions: list[str]


class OptionSchema(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
):
    """JSON Schema of one option: the keywords that options use."""

    description: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    enum: list[str] | UnsetType = UNSET
    any_of: list[OptionSchema] | UnsetType = UNSET
    items: OptionSchema | UnsetType = UNSET
    default: Any = UNSET
    min_length: int | UnsetType = UNSET
    max_length: int | UnsetType = UNSET
    pattern: str | UnsetType = UNSET
    minimum: int | float | UnsetType = UNSET
    maximum: int | float | UnsetType = UNSET
    exclusive_minimum: int | float | UnsetType = UNSET
    exclusive_maximum: int | float | UnsetType = UNSET
    max_items: int | UnsetType = UNSET
    properties: dict[str, OptionSchema] | UnsetType = UNSET
    required: list[str] | UnsetType = UNSET
    additional_properties: bool | OptionSchema | UnsetType = UNSET


class OptionsSchema(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """JSON Schema of the options that have an effect on a platform."""

    type: Literal["object"] = "object"
    properties: dict[str, OptionSchema]


class PlatformOptions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The options of a platform: those that have an effect, and why the others are refused."""

    schema: OptionsSchema
    refused: dict[str, str]


class PlatformView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One platform: whether it can be had, what it costs, what its options do.

    Of one that a version has no exporter for there are the first three members alone; this version
    has one for each.
    """

    platform: Platform
    available: bool
    reason: str | None  # why not
    summary: str | UnsetType = UNSET
    minutes: int | UnsetType = UNSET  # the least, where minutes_by says how more come of options
    minutes_by: str | UnsetType = UNSET
    formats: tuple[str, ...] | UnsetType = UNSET
    key_formats: tuple[str, ...] | UnsetType = UNSET  # only a key of the operators' makes these
    maker_signed_formats: tuple[str, ...] | UnsetType = UNSET  # makers build and sign them
    architectures: tuple[str, ...] | UnsetType = UNSET
    templates: list[TemplateNeed] | UnsetType = UNSET
    debug_keys: bool | UnsetType = UNSET  # what no key of the operators' signs, the project's does
    signing_configured: bool | UnsetType = UNSET
    signing_keys: list[str] | UnsetType = UNSET
    options: PlatformOptions | UnsetType = UNSET


class PlatformList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Every platform."""

    platforms: list[PlatformView]
