"""Votes that come back as a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_app.evaluate.label_review import VOTES, read_votes


def test_votes_are_read_back():
    assert read_votes(b"picture,label,vote\n7,Shirt,wrong\n9,Coat,unclear\n") == {7: "wrong", 9: "unclear"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected the columns"),
        (b"picture,label\n7,Shirt\n", "expected the columns"),
        (b"picture,label,vote\n7,Shirt,guilty\n", "line 2: a vote is one of"),
        (b"picture,label,vote\n", "at least one vote"),
        (b"picture,label,vote\n10000,Shirt,wrong\n", "line 2, column picture: .*0..9999"),
        (b"picture,label,vote\n,Shirt,wrong\n", "0..9999"),
        (b"picture,label,vote\n7\n", "a vote is one of"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a" * 1_000_001, "at most 1 MB"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(content, words):
    with pytest.raises(ValueError, match=words):
        read_votes(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_votes_or_a_sentence(content):
    try:
        found = read_votes(content)
    except ValueError:
        return
    assert set(found.values()) <= set(VOTES)
