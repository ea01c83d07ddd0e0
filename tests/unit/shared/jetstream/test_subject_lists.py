from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nats.js.errors import NotFoundError

from shared.jetstream import subject_lists
from shared.jetstream.subject_lists import read_subjects


def answer(subjects: list[str]) -> bytes:
    """As a server tells them, with texts around that look like what is looked for."""
    state = {"messages": 1, "subjects": dict.fromkeys(subjects, 12), "consumer_count": 3}
    config = {"subjects": ["a.>"], "description": 'no "subjects":{"a":1,"b":2}'}
    told = {"config": config, "state": state, "ts": ',"x":1}', "total": 7}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


@settings(max_examples=50)
@given(
    subjects=st.lists(
        st.text('ab,"\\}:1é>', max_size=6) | st.sampled_from([',"', '":1}']),
        max_size=9,
        unique=True,
    ),
    at_once=st.integers(1, 40),
)
def test_every_subject_is_read(subjects: list[str], at_once: int) -> None:
    """Wherever pieces end, and whatever subjects consist of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject_lists, "AT_ONCE", at_once)
        assert asyncio.run(read_subjects(answer(subjects))) == (subjects, 7)


async def test_a_refusal_is_no_list() -> None:
    """Nor is an answer without subjects."""
    assert await read_subjects(b'{"state":{"messages":0},"total":0}') == ([], 0)
    with pytest.raises(NotFoundError):
        await read_subjects(b'{"error":{"code":404,"err_code":10059,"description":"gone"}}')


async def test_others_have_their_turn_meanwhile() -> None:
    """Thousands of subjects are read in pieces."""
    reading = asyncio.create_task(read_subjects(answer([f"kv.{n:032d}" for n in range(9_000)])))
    turns = 0
    while not reading.done():
        turns += 1
        await asyncio.sleep(0)
    assert (len((await reading)[0]), turns > 4) == (9_000, True)
