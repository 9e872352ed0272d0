"""Whether what lies on the scale looks like something else than was picked: figures in, yes or no out.

It is a hint and decides nothing: the shopper is asked which one it is, with pictures, and what they say is rung up. It
speaks where the camera is sure, the picked kind is not among what it sees, and the difference matters to somebody:
to the shop, or (where the other is cheaper) to the shopper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from kiosk.retail.values import dataclass

__all__ = ["LookRules", "Seen", "clearly_another", "plain_number"]

_ORGANIC_DIGITS = 5


class Seen(NamedTuple):
    """One guess: a price look-up number, its share in ten-thousandths, and what a kilogram of it costs here in minor
    units (``None``: not sold here by weight).
    """

    number: str
    share: int
    price: int | None


@dataclass(frozen=True, slots=True)
class LookRules:
    """``mode``: ``off``; ``hint``: the shopper is asked once; ``staff``: who stays with it meets staff before payment.

    ``sure``: the least share of the likeliest guess, ``picked_most``: the highest of what was picked, both in
    ten-thousandths. ``apart_percent``: prices nearer than this are not worth a question.
    """

    mode: Literal["off", "hint", "staff"] = "hint"
    sure: int = 7_000
    picked_most: int = 100
    apart_percent: int = 10


def clearly_another(rules: LookRules, picked: str, price: int, seen: Sequence[Seen]) -> bool:
    """Whether the shopper is asked. ``picked`` and its ``price`` per kilogram are what was chosen; ``seen`` best first.

    >>> onion, banana = Seen("4665", 9_600, 9000), Seen("4011", 40, 4000)
    >>> [clearly_another(LookRules(), picked, 4000, [onion, banana]) for picked in ("4011", "94665")]
    [True, False]
    """
    if rules.mode == "off" or not seen or seen[0].share < rules.sure:
        return False
    own = sum(guess.share for guess in seen if plain_number(guess.number) == plain_number(picked))
    first = seen[0]
    if plain_number(first.number) == plain_number(picked) or own > rules.picked_most or first.price is None:
        return False
    return abs(first.price - price) * 100 >= rules.apart_percent * price


def plain_number(number: str) -> str:
    """A price look-up number as grown by custom: an organic one without its 9 (IFPS); they look the same.

    >>> plain_number("94011"), plain_number("4011")
    ('4011', '4011')
    """
    return number[1:] if len(number) == _ORGANIC_DIGITS and number.startswith("9") else number
