"""The exit code on the goodbye: from the sale itself, the same after a power cut, and none where there is no gate."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout import screen as s
from kiosk.retail.exit_code import exit_key, read_exit_code
from tests.support.lane import HandLane, open_lane
from tests.support.shop import bangladesh, small_shop

KEY = exit_key(bytes(32))


def sold(minutes: int = 30, key: bytes = KEY) -> HandLane:
    lane = open_lane(small_shop(replace(bangladesh(), exit_minutes=minutes, exit_key=key.hex())))
    lane.scan("08901234567890")
    return lane.approve(lane.pay_by_card())


def shown(lane: HandLane) -> str:
    body = lane.screen.body
    assert isinstance(body, s.ThanksBody)
    return body.exit_code


def test_the_goodbye_shows_what_opens_the_gate_and_again_after_a_power_cut() -> None:
    lane = sold()
    told = read_exit_code(KEY, "dhaka-01", shown(lane))
    assert told is not None
    assert told.reference == lane.screen.body.reference  # type: ignore[union-attr]
    before = shown(lane)
    assert shown(lane.power_cut()) == before


def test_without_a_gate_or_a_key_there_is_no_code() -> None:
    assert shown(sold(minutes=0)) == ""
    assert shown(sold(key=b"")) == ""
    assert "exit_key" not in repr(replace(bangladesh(), exit_key="ab"))
