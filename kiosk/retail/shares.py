"""Sharing an amount out so that the shares sum to it exactly."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.retail.money import Money

__all__ = ["share_out", "share_within"]


def share_out(amount: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """``amount`` shared in proportion to ``weights`` by largest remainder; the first wins a tie.

    No share differs from its exact proportion by a whole minor unit or more, and a negative amount is shared as its
    opposite is. ``weights`` are whole and not negative; where all are zero the shares are even. Raises ``ValueError``
    for no weights or a negative one.

    >>> [share.minor for share in share_out(Money(100, "BDT"), [1, 1, 1])]
    [34, 33, 33]
    """
    sign = -1 if amount.minor < 0 else 1
    return tuple(Money(sign * share, amount.currency) for share in _by_largest_remainder(abs(amount.minor), weights))


def _by_largest_remainder(size: int, weights: Sequence[int]) -> list[int]:
    if not weights or min(weights) < 0:
        message = "shares need weights, none of them negative"
        raise ValueError(message)
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    shares = [size * weight // whole for weight in weights]
    over = size - sum(shares)
    if over:
        for n in sorted(range(len(weights)), key=lambda n: -(size * weights[n] % whole))[:over]:
            shares[n] += 1
    return shares


def share_within(amount: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """``amount`` minor units shared as ``share_out`` does, no share above its room; what no room takes is left out.

    What a full room cannot take goes to the others in proportion to their weights.

    >>> share_within(1200, [1000, 2000, 5000, 3000], [1000, 100, 0, 100])
    [1000, 100, 0, 100]
    >>> share_within(2500, [5000, 2000, 2000, 2000], [500, 2000, 2000, 2000])
    [500, 667, 667, 666]
    """
    shares = [0] * len(weights)
    open_rooms = [n for n in range(len(weights)) if rooms[n] > 0]
    left = min(amount, sum(rooms[n] for n in open_rooms))
    while left > 0:
        whole = sum(weights[n] for n in open_rooms)
        full = [n for n in open_rooms if left * weights[n] > rooms[n] * whole] if whole else []
        if full:
            for n in full:
                shares[n] = rooms[n]
                left -= rooms[n]
            open_rooms = [n for n in open_rooms if n not in full]
            continue
        given = _by_largest_remainder(left, [weights[n] for n in open_rooms])
        for n, share in zip(open_rooms, given, strict=True):
            shares[n] = min(share, rooms[n])
        left -= sum(shares[n] for n in open_rooms)
        for n in open_rooms:
            more = min(left, rooms[n] - shares[n])
            shares[n] += more
            left -= more
    return shares
