"""``python -m services.packager.runtimes [OUT]``: build every template, or check its types."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from services.packager.runtimes.build import (
    BuildError,
    ToolMissingError,
    build,
    buildable,
    checkable,
    run_script,
)
from shared.templates import BUILT


@click.command()
@click.argument("out", type=click.Path(path_type=Path), default=BUILT)
@click.option("--only", help="Build just this one.")
@click.option("--check", is_flag=True, help="Check types instead, where there are any.")
def main(out: Path, only: str | None, *, check: bool) -> None:
    """Build all templates into OUT, side by side; those that are up to date are left alone."""
    names = [only] if only else (checkable() if check else buildable())

    def build_or_check(name: str) -> None:
        if check:
            run_script(name, "check")
        else:
            _build(name, out)

    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(build_or_check, names))
    except BuildError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


def _build(name: str, out: Path) -> None:
    started = time.monotonic()
    try:
        built = build(name, out)
    except ToolMissingError:
        click.echo(f"left out the template {name}: see above", err=True)
        return
    if built:
        click.echo(f"built the template {name} in {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
