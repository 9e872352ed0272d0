"""Bytes cut anywhere, as a line may deliver them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

__all__ = ["pieces"]


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """``data`` cut at these places, each taken modulo its length.

    >>> pieces(b"abcd", [1, 3])
    [b'a', b'bc', b'd']
    """
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]
