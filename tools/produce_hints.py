"""How often a shopper would be asked "which one is it?" for nothing, and how often with good reason.

The product's own rule (``kiosk.retail.lookalikes``) over photographs and the sample shop's prices: each photograph once
picked as what it is (a question is a false hint), and once as each kind that is cheaper by a tenth or more (a question
is a catch, the photograph having been given as something cheaper).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hal.camera.contract import Guess
from kiosk.retail.lookalikes import LookRules, Seen, clearly_another
from samples.catalogue import load_shop

__all__ = ["Hinted", "hinted", "prices"]

_WHOLE = 10_000
_TENTH = 10


@dataclass(slots=True)
class Hinted:
    """Counts. ``false`` lists what was asked about for nothing: what it is, and what was seen."""

    false: list[tuple[str, str]]
    honest: int = 0
    cheaper: int = 0
    caught: int = 0

    @property
    def false_share(self) -> float:
        """Of photographs that were picked as what they are."""
        return len(self.false) / self.honest if self.honest else 0.0

    @property
    def caught_share(self) -> float:
        """Of photographs that were picked as something cheaper."""
        return self.caught / self.cheaper if self.cheaper else 0.0


def prices(country: str = "bd") -> Mapping[str, int]:
    """Minor units a kilogram by price look-up number, of what the sample shop sells by weight."""
    items = load_shop("br" if country == "br" else "bd").items
    return {item.plu: item.price_minor for item in items if item.plu is not None and item.unit == "kg"}


def hinted(seen: Sequence[tuple[str, Sequence[Guess]]], known: Mapping[str, int], rules: LookRules) -> Hinted:
    """Ask the rule about each photograph (what it is, and the camera's guesses) as it is and as each cheaper kind."""
    count = Hinted([])
    kinds = sorted({key for key, _ in seen if key in known})
    for key, guesses in seen:
        if key not in known:
            continue
        told = [Seen(guess.key, round(guess.score * _WHOLE), known.get(guess.key)) for guess in guesses]
        count.honest += 1
        if clearly_another(rules, key, known[key], told):
            count.false.append((key, told[0].number))
        for other in kinds:
            if known[key] * _TENTH >= known[other] * (_TENTH + 1) and other != key:
                count.cheaper += 1
                count.caught += clearly_another(rules, other, known[other], told)
    return count
