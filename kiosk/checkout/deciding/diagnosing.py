"""Staff look at the devices of a lane and have them tested; what a test shows is on record."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.text import text

__all__ = ["act", "checked", "scanned", "show_view"]

_LONGEST = 200
_CODE = 48


def act(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    """Open the screen of devices; or test the one that is named, where nobody needs it now."""
    basket = desk.basket
    if not acted.target:
        desk.happened(e.ViewShown("devices"), e.NoticeShown(None))
    elif not any(fact.device == acted.target for fact in desk.state.live.devices):
        return
    elif (basket is not None and basket.open_tender is not None) or desk.state.finishing is not None:
        desk.refuse(text("devices.in_use"))
    else:
        desk.happened(e.DeviceCheckShown(acted.target, "asked", by=by))
        desk.do(f.TestDevice(acted.target))


def checked(desk: Desk, told: i.DeviceChecked) -> None:
    """What came of it; of a test that nobody waits for, nothing."""
    asked = next((c for c in desk.state.live.checks if c.device == told.device and c.stage == "asked"), None)
    if asked is None:
        return
    found = told.found[:_LONGEST]
    desk.happened(
        e.DeviceTested(told.device, told.ok, found, asked.by, desk.moment.utc_ms),
        e.DeviceCheckShown(told.device, "ok" if told.ok else "failed", found, asked.by),
    )


def scanned(desk: Desk, code: i.CodeScanned) -> bool:
    """While the devices are on show, a code that is read is only shown: true if it was."""
    operator = desk.state.operator
    if operator is None or desk.state.live.view != "devices":
        return False
    source = code.source if any(fact.device == code.source for fact in desk.state.live.devices) else "scanner"
    desk.happened(e.DeviceCheckShown(source, "ok", f"{code.symbology} {code.data}"[:_CODE], operator.operator_id))
    desk.do(f.Beep("scan"))
    return True


def show_view(desk: Desk, wanted: i.ViewRequested) -> None:
    """To the staff's screen or back to it; to the devices, for whoever may see them."""
    operator = desk.state.operator
    if operator is None:
        return
    if wanted.view == "staff":
        desk.happened(e.ViewShown("staff"))
    elif desk.policy.rights.may(operator.role, "device_test"):
        desk.happened(e.ViewShown("devices"), e.NoticeShown(None))
