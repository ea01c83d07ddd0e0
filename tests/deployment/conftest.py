from __future__ import annotations

import pytest

from tests.deployment.rendering import EVERYTHING, Manifest, render


@pytest.fixture(params=EVERYTHING)
def manifests(request: pytest.FixtureRequest) -> tuple[Manifest, ...]:
    """Each overlay, and each variant that the documentation describes."""
    return render(request.param)
