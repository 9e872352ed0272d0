"""The measure of false hints counts what the product's own rule would ask."""

from __future__ import annotations

from hal.camera.contract import Guess
from kiosk.retail.lookalikes import LookRules
from tools.produce_hints import hinted

PRICES = {"4011": 4000, "4022": 9000, "4665": 4200}


def test_a_false_hint_is_an_honest_pick_that_is_asked_about_and_a_catch_a_cheaper_one() -> None:
    seen = [
        ("4022", [Guess("4022", 0.97), Guess("4011", 0.001)]),  # seen rightly: both cheaper picks are caught
        ("4011", [Guess("4022", 0.95), Guess("4665", 0.001)]),  # seen wrongly: a false hint
        ("4665", [Guess("4665", 0.5), Guess("4011", 0.4)]),  # not sure: nothing is asked
        ("9999", [Guess("4011", 0.99)]),  # not sold here
    ]
    count = hinted(seen, PRICES, LookRules())
    assert (count.honest, count.false) == (3, [("4011", "4022")])
    assert (count.cheaper, count.caught) == (2, 2)
    assert count.false_share == 1 / 3
    assert count.caught_share == 1
