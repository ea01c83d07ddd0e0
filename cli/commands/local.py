"""Commands that start the local stack; what that needs is imported when they do."""

from __future__ import annotations

from pathlib import Path

import click

from cli.commands.options import build_options, folder_argument, json_option, out_option
from cli.export_options import parse_options


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder for all state; survives restarts."
)
@click.option("--gateway-port", default=8080, show_default=True)
@click.option("--status-port", default=8081, show_default=True)
@click.option("--preview-port", default=8082, show_default=True)
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@click.option(
    "--no-sync",
    is_flag=True,
    help="Do not wait for the disk: what was accepted may be lost in a power cut. For tests.",
)
def up(
    data: Path | None,
    gateway_port: int,
    status_port: int,
    preview_port: int,
    *,
    no_browser: bool,
    no_sync: bool,
) -> None:
    """Start the local stack and keep it running until Ctrl-C.

    Its page is opened in a browser where there is a terminal and a screen.
    """
    from cli.commands.running import keep_up  # noqa: PLC0415 - see above
    from cli.local.stack import Ports  # noqa: PLC0415 - see above

    ports = Ports(gateway=gateway_port, status=status_port, preview=preview_port)
    keep_up(data, ports, browser=not no_browser, sync=not no_sync)


@click.command()
@folder_argument
@build_options
@out_option
@click.option("--data", type=click.Path(path_type=Path), help="Keep the state here.")
@json_option
def run(
    folder: Path,
    platform: str,
    configuration: str,
    options: tuple[str, ...],
    *,
    out: Path | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Export FOLDER in one shot: start a stack, push, export, download, stop."""
    from cli.commands.running import export_once  # noqa: PLC0415 - see above

    body = {"platform": platform, "configuration": configuration, "options": parse_options(options)}
    export_once(folder, body, out or Path("dist"), data, as_json=as_json)
