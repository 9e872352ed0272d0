"""Scales that weigh only at a price: the console gives them one, or they would tell nothing."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["TRIAL_PRICE", "price_a_trial"]

TRIAL_PRICE: Final = 100
"""Minor units per kilogram: one taka, one euro. It stands on the scale's display until the next order."""


async def price_a_trial(device: Any) -> None:  # noqa: ANN401  a device of any category
    """Have a scale that computes prices weigh; nothing for every other device. Raises ``DeviceError``."""
    if "price" in device.capabilities:
        await device.price(TRIAL_PRICE)
