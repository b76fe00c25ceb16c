"""Ids of requests: no two processes give the same one."""

import os

import pytest

from twofold_rest.middleware import RequestIds


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_draws_a_word_of_its_own() -> None:
    ids = RequestIds()
    before = ids.new()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, ids.new().encode())
        os._exit(0)
    os.waitpid(child, 0)
    forked = os.read(reader, 100).decode()
    assert len({word(before), word(ids.new()), word(forked)}) == 2
    assert word(forked) != word(before)


def word(request_id: str) -> str:
    return request_id.rpartition("-")[0]
