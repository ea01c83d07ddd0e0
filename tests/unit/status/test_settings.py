from __future__ import annotations

import pytest

from services.status.settings import StatusSettings
from shared.settings import load

REQUIRED = {"JWT_SECRET": "0123456789abcdef" * 4}


@pytest.mark.parametrize(
    ("listed", "allowed"),
    [
        ("", set()),
        ("https://editor.example", {"https://editor.example", "https://export.example:8443"}),
    ],
)
def test_the_export_page_may_always_watch(listed: str, allowed: set[str]) -> None:
    """Whoever lists other origins does not have to think of our own; none listed lets all."""
    environ = {"EXPORT_CORS_ORIGINS": listed, "EXPORT_PUBLIC_URL": "https://Export.example:8443/x"}
    assert load(StatusSettings, {**REQUIRED, **environ}).watching_origins == allowed
