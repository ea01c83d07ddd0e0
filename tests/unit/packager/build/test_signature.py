"""Whose signature an artifact has: in its log, in its manifest, in the names of its builds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from services.packager.build.cache_key import build_key, plan_of
from services.packager.build.strictness import StrictError
from services.packager.platforms.source import EXPORTER
from services.packager.signing.android.debug_key import new_debug_key, opened_debug_key
from services.packager.signing.opening import for_android
from services.packager.signing.signed_by import SignedBy
from tests.apks import bench
from tests.projects import build_context, in_memory, request

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.build.plan import BuildPlan
    from services.packager.signing.opening import Signing

KEY = opened_debug_key(new_debug_key("p1"))


def _plan(signer: Signing, *, strict: bool = False) -> BuildPlan:
    asked = request("source", strict=strict)
    with build_context(asked) as context:
        signed = msgspec.structs.replace(context, signer=signer)
        return plan_of(EXPORTER, in_memory({"a": b"a"}), asked, signed, snapshot="5" * 64)


def test_the_certificate_stands_in_log_and_manifest(tmp_path: Path) -> None:
    """By both digests, as consoles of stores show them; a debug key is called one."""
    plan = _plan(for_android(KEY, request("source")).signer(bench(tmp_path)))
    (certificate,) = KEY.signed_by.certificates
    sha256, sha1 = (
        hashlib.new(name, certificate, usedforsecurity=False).digest().hex(":").upper()
        for name in ("sha256", "sha1")
    )
    lines = [str(note) for note in plan.notes if note.level == "info"]
    assert f"Signed with the certificate SHA-256 {sha256}, SHA-1 {sha1}" in lines
    assert any("project's debug key" in line and "stores refuse it" in line for line in lines)
    (manifest,) = (one.data for one in plan.contents if one.path == "export-manifest.json")
    assert manifest is not None
    assert msgspec.json.decode(manifest)["signature"] == {
        "certificates": [{"sha256": sha256, "sha1": sha1}],
        "debugKey": True,
    }


def test_what_is_wrong_with_a_certificate_is_a_warning(tmp_path: Path) -> None:
    """So a strict export stops at it."""

    class Ending:
        signed_by = SignedBy(certificates=(b"x",), warnings=("it has ended",), identity="1")
        sign = for_android(KEY, request("source")).signer(bench(tmp_path)).sign

    (warning,) = (note for note in _plan(Ending()).notes if note.level == "warning")
    assert (warning.code, warning.message) == ("signing-certificate", "it has ended")
    with pytest.raises(StrictError, match="it has ended"):
        _plan(Ending(), strict=True)


def test_another_key_is_another_artifact(tmp_path: Path) -> None:
    """And the same key the same one; what is not signed is as it was."""
    plan = _plan(for_android(KEY, request("source")).signer(bench(tmp_path)))
    asked = request("source")
    names = {
        build_key(plan, snapshot="5" * 64, request=asked, signed_by=signed_by)
        for signed_by in (
            None,
            SignedBy(),
            KEY.signed_by,
            opened_debug_key(new_debug_key("p1")).signed_by,
        )
    }
    assert len(names) == len({"unsigned", "this key", "another"})
