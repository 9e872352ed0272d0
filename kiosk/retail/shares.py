"""Sharing an amount out so that the shares sum to it exactly."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.retail.money import Money

__all__ = ["share_out"]


def share_out(amount: Money, weights: Sequence[int]) -> tuple[Money, ...]:
    """``amount`` shared in proportion to ``weights`` by largest remainder; the first wins a tie.

    No share differs from its exact proportion by a whole minor unit or more, and a negative amount is shared as its
    opposite is. ``weights`` are whole and not negative; where all are zero the shares are even. Raises ``ValueError``
    for no weights or a negative one.

    >>> [share.minor for share in share_out(Money(100, "BDT"), [1, 1, 1])]
    [34, 33, 33]
    """
    if not weights or min(weights) < 0:
        message = "shares need weights, none of them negative"
        raise ValueError(message)
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    size = abs(amount.minor)
    shares = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(size * weights[n] % whole))
    for n in by_remainder[: size - sum(shares)]:
        shares[n] += 1
    sign = -1 if amount.minor < 0 else 1
    return tuple(Money(sign * share, amount.currency) for share in shares)
