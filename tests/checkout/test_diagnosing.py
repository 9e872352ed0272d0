"""Staff look at the devices and have them tested: shown, on record, and never at a shopper's cost."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.events import DeviceFact
from kiosk.checkout.screen import DeviceRow, DevicesBody, StaffBody
from kiosk.retail.weight import Weight
from tests.support.lane import HandLane, open_lane

MILK = "8901234567890"
STAFF = i.OperatorSignedIn("op1", "Rahima", "technician", "badge")
DEVICES = i.DevicesTold(
    (
        DeviceFact("printer", "printer", "escpos", "/dev/usb/lp0"),
        DeviceFact("card_reader", "card_reader", "nexo", "192.0.2.7"),
        DeviceFact("scanner", "scanner", "serial"),
        DeviceFact("produce_scale", "scale", "toledo_8217"),
    )
)


def looking() -> HandLane:
    return open_lane().tell(DEVICES, STAFF, i.OperatorActed("device_test"))


def row(lane: HandLane, device: str) -> DeviceRow:
    body = lane.screen.body
    assert isinstance(body, DevicesBody)
    return next(one for one in body.devices if one.device == device)


def test_each_device_is_shown_as_it_is_and_how_often_it_was_lost() -> None:
    lane = looking().tell(
        i.DeviceLost("printer", "paper_out"),
        i.DeviceLost("printer", "cover_open"),
        i.DeviceBack("printer"),
        i.DeviceLost("printer", "no_answer"),
    )
    shown = row(lane, "printer")
    assert (shown.model, shown.port) == ("escpos", "/dev/usb/lp0")
    assert (shown.cause, shown.losses, shown.last_cause) == ("no_answer", 2, "no_answer")
    assert (row(lane, "scanner").cause, row(lane, "scanner").losses) == ("", 0)


def test_a_test_is_asked_of_the_device_shown_and_on_record() -> None:
    lane = looking().tell(i.OperatorActed("device_test", "card_reader"))
    assert lane.effect(f.TestDevice) == f.TestDevice("card_reader")
    assert lane.no_effect(f.Charge)
    assert row(lane, "card_reader").test == "asked"
    lane.tell(i.DeviceChecked("card_reader", ok=True, found="logged in, software 3.2.1"))
    assert (row(lane, "card_reader").test, row(lane, "card_reader").found) == ("ok", "logged in, software 3.2.1")
    assert lane.happened(e.DeviceTested) == [
        e.DeviceTested("card_reader", ok=True, found="logged in, software 3.2.1", by="op1", utc_ms=lane.now_ms)
    ]


def test_a_test_that_fails_says_so_and_one_nobody_asked_for_is_nothing() -> None:
    lane = looking().tell(i.DeviceChecked("printer", ok=True, found="?"))
    assert lane.happened(e.DeviceTested) == []
    lane.tell(i.OperatorActed("device_test", "printer"), i.DeviceChecked("printer", ok=False, found="x" * 500))
    assert row(lane, "printer").test == "failed"
    assert len(row(lane, "printer").found) == 200


def test_a_code_is_shown_there_and_not_rung_up() -> None:
    lane = looking().scan(MILK)
    assert lane.state.transaction is None
    assert row(lane, "scanner").found == f"]E0 {MILK}"
    assert isinstance(lane.tell(i.ViewRequested("staff")).screen.body, StaffBody)
    lane.scan(MILK)
    assert lane.state.transaction is not None


def test_what_lies_on_the_scale_is_shown_as_it_comes() -> None:
    assert row(looking().weigh(1_250), "produce_scale").weight == Weight(1_250, -3, "kg")


def test_a_device_that_a_shopper_needs_now_is_not_tested() -> None:
    lane = open_lane().tell(DEVICES).scan(MILK)
    lane.pay_by_card()
    lane.tell(STAFF, i.OperatorActed("device_test", "card_reader"))
    assert lane.no_effect(f.TestDevice)


def test_the_devices_are_not_for_who_may_not_see_them() -> None:
    lane = open_lane().tell(DEVICES, i.ViewRequested("devices"))
    assert not isinstance(lane.screen.body, DevicesBody)
    attendant = i.OperatorSignedIn("op3", "Mita", "nobody", "badge")
    assert not isinstance(lane.tell(attendant, i.ViewRequested("devices")).screen.body, DevicesBody)
