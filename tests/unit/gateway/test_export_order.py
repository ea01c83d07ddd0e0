from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.exports.export_order import UNKNOWN, ExportOrder, is_id

IDS = [str(uuid.UUID(int=number * 7 + 1)) for number in range(12)]
export_ids = st.sampled_from(IDS)
kinds = st.integers(1, 3)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("add"), export_ids),
        st.tuples(st.just("put"), export_ids, kinds),
        st.tuples(st.just("learn"), export_ids, kinds),
        st.tuples(st.just("remove"), export_ids),
        st.tuples(st.just("forget"), export_ids),
    )
)


def apply(known: dict[str, int], name: str, export_id: str, kind: int = UNKNOWN) -> None:
    """The same change of a plain dictionary."""
    match name:
        case "add":
            known.setdefault(export_id, UNKNOWN)
        case "put":
            known[export_id] = kind
        case "learn":
            if known.get(export_id) == UNKNOWN:
                known[export_id] = kind
        case "forget":
            if known.get(export_id) == UNKNOWN:
                del known[export_id]
        case _:
            known.pop(export_id, None)


@given(
    st.sets(export_ids),
    changes,
    st.none() | export_ids,
    st.frozensets(kinds),
    st.integers(1, 15),
)
def test_an_order_holds_what_a_sorted_dictionary_would(
    begun: set[str],
    made: list[tuple[str, str] | tuple[str, str, int]],
    than: str | None,
    wanted: frozenset[int],
    limit: int,
) -> None:
    """However exports come, change and go; those of unknown kinds may be of any."""
    order, known = ExportOrder.of(begun), dict.fromkeys(begun, UNKNOWN)
    for name, *arguments in made:
        getattr(order, name)(*arguments)
        apply(known, name, *arguments)
    expected = [
        (export_id, known[export_id] != UNKNOWN)
        for export_id in sorted(known, reverse=True)
        if known[export_id] in {UNKNOWN, *wanted} and (than is None or export_id < than)
    ]
    assert order.older(than, wanted, limit=limit) == expected[:limit]
    assert len(order) == len(known)


def test_what_is_no_id_is_left_out() -> None:
    """The keys of the bucket are listed as they are."""
    assert not is_id(IDS[0].upper().replace("0", "A"))
    assert not is_id(IDS[0] + "\n")
    assert len(ExportOrder.of([IDS[0], "x", "", IDS[0] + "\n"])) == 1
