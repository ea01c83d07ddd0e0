"""``python -m monitoring.pictures URL --from … --to … -o docs/images``: all dashboards, drawn."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from monitoring.pace import Pace
from monitoring.pictures.album import draw_all
from monitoring.pictures.diary import Diary
from monitoring.pictures.source import Source

if TYPE_CHECKING:
    from monitoring.pictures.diary import Event


def main() -> None:
    """What is typed."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.pictures")
    parser.add_argument("url", help="of a Prometheus")
    parser.add_argument("--diary", type=Path, help="of a load run, in place of --from and --to")
    parser.add_argument("--from", dest="begins", type=float, help="Unix time")
    parser.add_argument("--to", dest="ends", type=float, help="Unix time")
    parser.add_argument("--scrape", type=float, default=15.0, help="seconds between two scrapes")
    parser.add_argument("--platform", default="web", help="for the dashboard of one export")
    parser.add_argument("-o", dest="folder", type=Path, default=Path("docs/images"))
    asked = parser.parse_args()
    source, events = _source(asked)
    draw_all(source, events, asked.folder)


def _source(asked: Any) -> tuple[Source, list[Event]]:
    if asked.diary is None:
        diary = Diary(asked.begins, asked.ends, 1, [])
    else:
        diary = msgspec.json.decode(asked.diary.read_bytes(), type=Diary)
    source = Source(
        url=asked.url,
        begins=diary.begins,
        ends=diary.ends,
        pace=Pace(diary.factor),
        scrape_s=asked.scrape,
        platform=asked.platform,
    )
    return source, diary.disturbances


if __name__ == "__main__":
    main()
