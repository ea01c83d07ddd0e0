"""The price of an export is said before it is spent, where options decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from cli.blocking_client import BlockingClient

PRICED: Final = "video"  # the platform whose exports cost what their options come to


def tell_price(client: BlockingClient, body: dict[str, Any]) -> None:
    """Say what an export will cost, and of a film what it will be.

    Raises:
        ApiError: Its options are refused.
    """
    if body["platform"] != PRICED:
        return
    price = client.send("POST", "/api/exports/price", body)
    click.echo(price_line(price), err=True)


def price_line(price: dict[str, Any]) -> str:
    """One line for a person."""
    minutes, film = price["estimatedMinutes"], price["film"]
    needs = "1 build minute" if minutes == 1 else f"{minutes:,} build minutes"
    frames = "1 frame" if film["frames"] == 1 else f"{film['frames']:,} frames"
    sound = f", {film['sound']}" if film["sound"] else ""
    return (
        f"needs {needs}: {film['width']} × {film['height']}, {frames} at {film['fps']} fps, "
        f"{film['container']} ({film['codec']}{sound})"
    )
