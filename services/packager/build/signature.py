"""Whose signature an artifact carries stands in its log and its manifest.

Links between a site and an application, and signing in with Google, ask for these digests.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from services.packager.build.plan import Note

if TYPE_CHECKING:
    from services.packager.signing.signed_by import SignedBy


def notes_of(signed_by: SignedBy) -> tuple[Note, ...]:
    """Lines for the maker: the certificates, and what is the matter with them."""
    said = [
        Note(level="info", message=_named(certificate)) for certificate in signed_by.certificates
    ]
    if signed_by.is_debug:
        message = (
            "signed with the project's debug key: it installs over its earlier exports, and stores "
            "refuse it"
        )
        said.append(Note(level="info", message=message))
    said += [Note(code="signing-certificate", message=text) for text in signed_by.warnings]
    return tuple(said)


def described(signed_by: SignedBy) -> dict[str, Any]:
    """The same for the manifest."""
    digests = [
        {"sha256": _digest(certificate, "sha256"), "sha1": _digest(certificate, "sha1")}
        for certificate in signed_by.certificates
    ]
    return {"certificates": digests, "debugKey": signed_by.is_debug}


def _named(certificate: bytes) -> str:
    return (
        f"Signed with the certificate SHA-256 {_digest(certificate, 'sha256')}, "
        f"SHA-1 {_digest(certificate, 'sha1')}"
    )


def _digest(certificate: bytes, name: str) -> str:
    """As keytool and the stores' consoles write it."""
    return hashlib.new(name, certificate, usedforsecurity=False).digest().hex(":").upper()
