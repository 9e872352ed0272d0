"""The screen on which staff see each device of the lane."""

from __future__ import annotations

from kiosk.checkout.screen import DeviceRow, DevicesBody, Weight
from kiosk.checkout.state import State

__all__ = ["devices_body"]


def devices_body(state: State) -> DevicesBody:
    """Each device with its present state; nothing is asked of any to show it."""
    live = state.live
    lost, checks = dict(live.lost), {check.device: check for check in live.checks}
    faults = {device: (count, cause) for device, count, cause in live.faults}
    rows = []
    for fact in live.devices:
        check = checks.get(fact.device)
        losses, last = faults.get(fact.device, (0, ""))
        rows.append(
            DeviceRow(
                fact.device,
                fact.category,
                fact.model,
                fact.port,
                lost.get(fact.device, ""),
                losses,
                last,
                check.stage if check is not None else "",
                check.found if check is not None else "",
                _weight(state, fact.device),
            )
        )
    return DevicesBody(tuple(rows))


def _weight(state: State, device: str) -> Weight | None:
    """What lies on a scale, as it says it now."""
    reading = {"produce_scale": state.live.produce, "bagging_scale": state.live.bagging}.get(device)
    return reading.weight if reading is not None and reading.stable else None
