"""Which of the operators' keys signs an export.

One rule: the gateway refuses by it before anything is queued, the packager signs by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.errors import PreflightError

if TYPE_CHECKING:
    from collections.abc import Collection

    from shared.domain.options import Configuration, ExportOptions
    from shared.domain.platforms import PlatformSpec

DEFAULT: Final = "default"  # signs what names no key, unless it is a debug build


class UnknownKeyError(PreflightError):
    """``signingKey`` names a key that no operator holds."""

    code = "signing-key-unknown"
    title = "There is no such signing key"


class SigningRequiredError(PreflightError):
    """A distribution build that nothing would sign, or a format that only a key's program makes."""

    code = "signing-required"
    title = "This export has to be signed"


def key_for(
    spec: PlatformSpec,
    configuration: Configuration,
    options: ExportOptions,
    names: Collection[str],
) -> str | None:
    """The key that the options name, else the default one; None for no key of the operators'.

    Then nothing is signed, or the platform has ``debug_keys``.

    Args:
        spec: The platform.
        configuration: Debug builds are signed only where a key is named.
        options: Checked, so that no key is named where nothing can be signed.
        names: Of the platform's keys, sorted.

    Raises:
        UnknownKeyError: The one that is named is not there.
        SigningRequiredError: A distribution build, or a format that only a key makes, and there is
            no default key.
    """
    wanted = options.signing_key
    chosen = spec.format_of(options)
    if "signingKey" not in spec.effects or chosen in spec.unsigned_formats:
        return None
    if wanted and wanted not in names:
        there = f"there are: {', '.join(names)}" if names else f"there is none; {_how_to(spec)}"
        raise UnknownKeyError(f"no signing key {wanted!r} for {spec.name}; {there}")
    if wanted:
        return wanted
    needs_key = chosen in spec.key_formats
    if DEFAULT not in names and (needs_key or configuration == "distribution"):
        remedy = f"name one with signingKey: {', '.join(names)}" if names else _how_to(spec)
        what = f"{chosen} is built with an operator's key"
        if not needs_key:
            what = f"distribution builds for {spec.name} are signed"
        raise SigningRequiredError(f"{what}, and no key was chosen; {remedy}")
    return DEFAULT if DEFAULT in names and (needs_key or configuration != "debug") else None


def _how_to(spec: PlatformSpec) -> str:
    folder = f"PACKAGER_SIGNING_DIR/{spec.name}/{DEFAULT}"
    other = "release without a key"
    if spec.debug_keys:
        other = "release, which the project's debug key signs"
    if spec.maker_signed_formats:
        other = f"{spec.maker_signed_formats[0]} and build it yourself"
    return f"operators set one up in {folder} ({spec.key_guide}), or export {other}"
