"""``python -m services.packager.templates [OUT]``: build every template from its sources."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from services.packager.templates.registry import BUILT
from services.packager.templates.sources import BuildError, build, buildable


@click.command()
@click.argument("out", type=click.Path(path_type=Path), default=BUILT)
@click.option("--only", help="Build just this one.")
def main(out: Path, only: str | None) -> None:
    """Build all templates into OUT; those whose sources have not changed are left alone."""
    for name in [only] if only else buildable():
        started = time.monotonic()
        try:
            if build(name, out):
                click.echo(f"built the template {name} in {time.monotonic() - started:.1f} s")
        except BuildError as error:
            click.echo(f"error: the template {name} was not built: {error}", err=True)
            sys.exit(1)


if __name__ == "__main__":
    main()
