"""A trace as text: each span under its parent, with when it began and how long it took."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.tracing.receiver import Received

SHOWN = {  # attributes that tell one span of a name from another
    "aethel.attempt": "attempt {}",
    "aethel.outcome": "{}",
    "error.type": "error {}",
    "http.response.status_code": "{}",
    "aws.s3.part_number": "part {}",
}


def waterfall(spans: Sequence[Received]) -> str:
    """All spans of one trace, given in the order of their beginning."""
    children: dict[str, list[Received]] = defaultdict(list)
    ids = {span.span_id for span in spans}
    for span in spans:
        children[span.parent_id if span.parent_id in ids else ""].append(span)
    lines = [f"trace {spans[0].trace_id}", "   begins      takes  service   span"]
    lines += _lines(children, "", 0, spans[0].began)
    return "\n".join(lines) + "\n"


def _lines(
    children: dict[str, list[Received]], parent_id: str, depth: int, origin: float
) -> Iterator[str]:
    for span in children[parent_id]:
        begins, takes = (span.began - origin) * 1e3, (span.ended - span.began) * 1e3
        told = [
            text.format(span.attributes[name])
            for name, text in SHOWN.items()
            if name in span.attributes
        ]
        told += [f"→ {trace_id[:8]}…/{span_id}" for trace_id, span_id in span.links]
        more = f"  ({', '.join(told)})" if told else ""
        yield f"{begins:9.1f} {takes:10.1f}  {span.service:<9} {'  ' * depth}{span.name}{more}"
        yield from _lines(children, span.span_id, depth + 1, origin)
