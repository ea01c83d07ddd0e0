from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.run import run

if TYPE_CHECKING:
    from pathlib import Path


async def test_nothing_is_lost(tmp_path: Path) -> None:
    """Forty exports while everything is killed again and again, on three NATS servers with TLS.

    Each service has its own user and identity there. ``make chaos`` is the long form, on one.
    """
    seed = int(os.environ.get("SEED") or Random().randrange(1 << 32))
    print(f"SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    assert await run(tmp_path, seed=seed, exports=40, s3_kills=2, cluster=True) == []
