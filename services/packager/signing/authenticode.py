"""Authenticode is the signature by which Windows knows a publisher.

A key is either ``certificate.p12`` with its ``password``, used through osslsigncode, or the
operator's own program ``sign`` (for keys in a token or a cloud), which signs the file in place.
Either way the signature is verified before anybody gets the program. osslsigncode sees the program
and the key alone, and the network only where a signature is to be stamped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.packager.signing.keys import HOOK, PASSWORD, STORE
from services.packager.signing.tool import run_confined, run_tool

if TYPE_CHECKING:
    from pathlib import Path

    from services.packager.signing.keys import SigningKey
    from services.packager.signing.tool import ToolBench

TOOL: Final = "osslsigncode"
CHAIN: Final = "chain.pem"  # certificates that are trusted, where the system's do not suffice
TIMESTAMPS: Final = "timestamp-url"


def sign(program: Path, key: SigningKey, bench: ToolBench, *, title: str) -> Path:
    """Sign a program that lies in the bench's folder.

    Args:
        program: The file; what its signature covers must not change any more.
        key: An operator's.
        bench: Where the tools work.
        title: What Windows shows when it asks whether to run the program.

    Returns:
        The signed program.

    Raises:
        ToolMissingError, ToolFailedError: osslsigncode, or the operator's program.
        KeyBrokenError: The key has neither a certificate nor a program.
    """
    if hook := key.file(HOOK):
        run_tool([str(hook), str(program)], bench, doing="Signing the program")
        signed = program
    else:
        signed = program.with_suffix(".signed.exe")
        _sign(program, signed, key, bench, title)
    _verify(signed, key, bench)
    return signed


def _sign(program: Path, signed: Path, key: SigningKey, bench: ToolBench, title: str) -> None:
    """The password goes through a pipe: nobody sees it among the arguments or on the disk."""
    secret = key.file(PASSWORD)
    stamps = key.file(TIMESTAMPS)
    certificate = key.require(STORE)
    run_confined(
        [
            *(TOOL, "sign", "-h", "sha256"),
            *("-pkcs12", str(certificate.absolute()), "-readpass", "-"),
            *("-n", title),
            *(("-ts", stamps.read_text().strip()) if stamps else ()),
            *("-in", str(program), "-out", str(signed)),
        ],
        bench,
        doing="Signing the program",
        files=[certificate],
        network=stamps is not None,
        stdin=secret.read_bytes().strip(b"\r\n") if secret else b"",
    )


def _verify(signed: Path, key: SigningKey, bench: ToolBench) -> None:
    chain = key.file(CHAIN)
    run_confined(
        [
            *(TOOL, "verify", "-in", str(signed), "-ignore-cdp", "-ignore-timestamp"),
            *(("-CAfile", str(chain.absolute())) if chain else ()),
        ],
        bench,
        doing="Verifying the signature",
        files=[chain] if chain else [],
    )
