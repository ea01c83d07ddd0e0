"""``make bench``: every number, its target, and whether it is met; ratios within one run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tests.bench import (
    again,
    applications,
    capacity,
    changed,
    cold_packages,
    command,
    downloading,
    engine,
    exporting,
    falling,
    fanout,
    film_encoding,
    filming,
    first_frame,
    folding,
    hashing,
    isolation,
    lists,
    messages,
    packing,
    page,
    phones,
    playing,
    posters,
    restarting,
    samples,
    scaling,
    sockets,
    tracing,
    under_attack,
    web_project,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.measurement import Measurement

BENCHES: Final[dict[str, Callable[[Path], Iterator[Measurement]]]] = {
    "again": again.measure,
    "applications": applications.measure,
    "capacity": capacity.measure,
    "changed": changed.measure,
    "cold_packages": cold_packages.measure,
    "command": command.measure,
    "downloading": downloading.measure,
    "packing": packing.measure,
    "engine": engine.measure,
    "exporting": exporting.measure,
    "isolation": isolation.measure,
    "falling": falling.measure,
    "fanout": fanout.measure,
    "film_encoding": film_encoding.measure,
    "filming": filming.measure,
    "first_frame": first_frame.measure,
    "folding": folding.measure,
    "hashing": hashing.measure,
    "lists": lists.measure,
    "messages": messages.measure,
    "page": page.measure,
    "phones": phones.measure,
    "playing": playing.measure,
    "posters": posters.measure,
    "restarting": restarting.measure,
    "samples": samples.measure,
    "scaling": scaling.measure,
    "sockets": sockets.measure,
    "tracing": tracing.measure,
    "under_attack": under_attack.measure,
    "web_project": web_project.measure,
}


@click.command()
@click.option("--only", type=click.Choice(list(BENCHES)), multiple=True, help="Run just these.")
@click.option("--cache", type=click.Path(path_type=Path), default=Path(".cache/bench"))
def main(only: tuple[str, ...], cache: Path) -> None:
    """Measure; a missed target is printed, not an error."""
    for name in only or BENCHES:
        for measurement in BENCHES[name](cache):
            click.echo(measurement)


if __name__ == "__main__":
    main()
