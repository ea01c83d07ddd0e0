from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

from cli.local.credentials import open_credentials
from tests.chaos.run import run
from tests.log_secrets import WITHOUT_NET, found, of_installation

if TYPE_CHECKING:
    from pathlib import Path


async def test_nothing_is_lost(tmp_path: Path) -> None:
    """Thirty exports while everything is killed again and again, on three NATS servers with TLS.

    Each service has its own user and identity there. ``make chaos`` is the long form, on one.
    No log has a secret in it, though nothing is redacted.
    """
    seed = int(os.environ.get("SEED") or Random().randrange(1 << 32))
    print(f"SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    wrong = await run(
        tmp_path, seed=seed, exports=30, s3_kills=2, cluster=True, python_path=WITHOUT_NET
    )
    assert wrong == []
    assert found(tmp_path / "world", of_installation(open_credentials(tmp_path / "world"))) == []
