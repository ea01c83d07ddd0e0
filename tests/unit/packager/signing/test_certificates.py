from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.packager.signing.certificates import Certificates, ends_of
from services.packager.signing.keys import SigningKeys
from tests.measured import measured
from tests.signing import certificate, program

if TYPE_CHECKING:
    from pathlib import Path

GAUGE = "export_signing_certificate_expiry_timestamp_seconds"


def test_the_end_of_a_certificate_is_told(tmp_path: Path) -> None:
    """Of the store with its password, of a copy beside a program; of what is elsewhere nothing."""
    certificate(tmp_path / "windows/studio")
    copy = tmp_path / "macos/cloud/certificate.pem"
    program(tmp_path / "macos/cloud/sign", "#!/bin/sh\n")
    shutil.copy(tmp_path / "windows/studio/chain.pem", copy)
    program(tmp_path / "linux/other/sign", "#!/bin/sh\n")
    keys = SigningKeys(tmp_path)
    Certificates(keys).look(keys.by_platform(["windows", "macos", "linux"]))
    ends = measured(GAUGE, platform="windows", key="studio")
    assert abs(ends - (datetime.now(UTC) + timedelta(days=30)).timestamp()) < 3_600
    assert measured(GAUGE, platform="macos", key="cloud") == ends
    with pytest.raises(KeyError):
        measured(GAUGE, platform="linux", key="other")


def test_a_key_that_changes_or_goes_is_followed(tmp_path: Path) -> None:
    """A broken one has no end that anybody knows, and says so; one that is gone is no series."""
    folder = tmp_path / "windows/studio"
    certificate(folder)
    keys = SigningKeys(tmp_path)
    certificates = Certificates(keys)
    certificates.look(keys.by_platform(["windows"]))
    assert measured(GAUGE, platform="windows", key="studio")
    (folder / "password").write_text("another one\n")
    with pytest.raises(ValueError, match="password"):
        ends_of("windows", keys.key("windows", "studio"))
    certificates.look(keys.by_platform(["windows"]))
    with pytest.raises(KeyError):
        measured(GAUGE, platform="windows", key="studio")
    shutil.rmtree(folder)
    certificate(folder)
    certificates.look(keys.by_platform(["windows"]))
    assert measured(GAUGE, platform="windows", key="studio")
    shutil.rmtree(folder)
    certificates.look(keys.by_platform(["windows"]))
    with pytest.raises(KeyError):
        measured(GAUGE, platform="windows", key="studio")
