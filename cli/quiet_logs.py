"""The command line shows the logs of what it imports from the services only where they warn."""

from __future__ import annotations

from shared import logs
from shared.settings import LogSettings


def quiet_logs() -> None:
    """Show warnings, as a console has them."""
    logs.configure(LogSettings(level="WARNING", format="console"), service="aethel-export")
