"""Intake: what is let in, what is not, and what is never kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from dataclasses import dataclass, field, replace

import pytest

from hal.camera.contract import CodeSeen
from hal.card_reader.contract import Prompt
from hal.device import StatusChanged
from hal.lights.contract import SwitchTurned
from hal.loyalty_card.contract import CardPresented, CardRefused
from hal.printer.contract import PrinterState
from hal.scale.contract import Reading, ScaleState
from hal.scanner.contract import CodeRead
from kiosk.checkout import inputs as i
from kiosk.retail.weight import Weight
from kiosk.settings import Phone
from kiosk.store.rows import Operator
from kiosk.workstation.identity import Door, Hasher, e164
from kiosk.workstation.intake import Intake
from tests.support.shop import bangladesh
from tests.support.waiting import wait_until_async

KEY = "00" * 16
BD = Phone(calling_code="880", trunk_prefix="0", national_lengths=(10,))
PIN = "471100"
HASHED = hashlib.scrypt(PIN.encode(), salt=b"s", n=2**14, r=8, p=1).hex()
CARD = "2990000000019"
BADGE = "2980000000010"
RAHIM = Operator("7", "Rahim", "supervisor", Hasher(KEY).of("badge", BADGE), b"s".hex(), HASHED)


@dataclass
class Rig:
    """An intake with a clock that moves by hand, and everything it put."""

    put: list[i.Input] = field(default_factory=list)
    now: int = 100_000
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(
            put=self.put.append,
            mono_ms=lambda: self.now,
            hasher=Hasher(KEY),
            phone=BD,
            policy=lambda: replace(bangladesh(), member_prefix="2990", badge_prefix="2980"),
            operators=lambda: (RAHIM,),
        )

    def reading(self, sequence: int, value: int = 500, state: ScaleState = "stable", age: int = 0) -> None:
        self.intake.event(Reading("produce_scale", value, -3, "kg", state, sequence, self.now - age))


def _hashed(text: str) -> str:
    return hmac.new(bytes.fromhex(KEY), text.encode(), hashlib.sha256).hexdigest()


def _in_a_loop(check: object) -> None:
    async def run() -> None:
        rig = Rig()
        try:
            result = check(rig)  # type: ignore[operator]  # a function of a rig
            if asyncio.iscoroutine(result):
                await result
        finally:
            rig.intake.close()

    asyncio.run(run())


# --- codes -------------------------------------------------------------------------------------------------------


def test_a_code_is_handed_on_with_its_symbology_and_source() -> None:
    rig = Rig()
    rig.intake.event(CodeRead("scanner", "4006381333931\r\n", "]E0"))
    rig.intake.event(CodeSeen("camera", "01095\x1d10A", "]d2"))
    assert rig.put == [i.CodeScanned("4006381333931", "]E0", "scanner"), i.CodeScanned("01095\x1d10A", "]d2", "camera")]


@pytest.mark.parametrize("data", ["", "\r\n", "a\x00b", "a\x1bb", "x" * 4097])
def test_what_is_no_code_is_dropped(data: str) -> None:
    rig = Rig()
    rig.intake.event(CodeRead("scanner", data))
    assert rig.put == []


def test_a_loyalty_card_becomes_a_keyed_hash() -> None:
    rig = Rig()
    rig.intake.event(CodeRead("scanner", CARD))
    assert rig.put == [i.LoyaltyPresented(_hashed(f"card:{CARD}"), "card")]


def test_a_card_at_the_loyalty_reader_becomes_the_same_hash_and_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rig = Rig()
    rig.intake.event(CardPresented("loyalty_card", "magnetic", CARD))
    rig.intake.event(CardPresented("loyalty_card", "contactless", "04A1B2C3D4E580"))
    assert rig.put == [
        i.LoyaltyPresented(_hashed(f"card:{CARD}"), "card"),
        i.LoyaltyPresented(_hashed("card:04A1B2C3D4E580"), "card"),
    ]
    assert CARD not in caplog.text


def test_a_refused_card_is_told_by_its_reason_alone() -> None:
    rig = Rig()
    rig.intake.event(CardRefused("loyalty_card", "bank_card"))
    assert rig.put == [i.LoyaltyRefused("bank_card")]


@pytest.mark.parametrize("data", ["29900012", "2990000000018", "02990000000019", "2990-milk", "299000000001", "2980"])
def test_what_begins_like_a_card_or_badge_and_is_none_is_rung_up_as_any_code(data: str) -> None:
    rig = Rig()
    rig.intake.event(CodeRead("scanner", data, "]E0"))
    assert rig.put == [i.CodeScanned(data, "]E0", "scanner")]


def test_a_badge_signs_its_owner_in_and_a_strangers_is_refused() -> None:
    rig = Rig()
    rig.intake.event(CodeRead("scanner", BADGE))
    rig.intake.touch(i.CodeScanned("2980000000027"))
    assert rig.put == [i.OperatorSignedIn("7", "Rahim", "supervisor", "badge"), i.OperatorRefused(4, "badge")]


@pytest.mark.parametrize(
    "typed", ["01712345678", "1712345678", "+880 1712-345678", "008801712345678", "8801712345678", "০১৭১২৩৪৫৬৭৮"]
)
def test_a_phone_number_is_one_number_however_it_is_typed(typed: str) -> None:
    rig = Rig()
    rig.intake.touch(i.PhoneTyped(typed))
    assert rig.put == [i.LoyaltyPresented(_hashed("phone:+8801712345678"), "phone")]


@pytest.mark.parametrize("typed", ["", "123", "017123456789", "abc", "+44 20 7946 0000"])
def test_what_is_no_number_here_is_told_and_goes_no_further(typed: str) -> None:
    assert e164(typed, BD) is None
    rig = Rig()
    rig.intake.touch(i.PhoneTyped(typed))
    assert rig.put == [i.PhoneRefused()]


# --- people ------------------------------------------------------------------------------------------------------


def test_a_pin_signs_in_and_neither_it_nor_a_phone_number_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def check(rig: Rig) -> None:
        caplog.set_level(logging.DEBUG)
        rig.intake.touch(i.PinTyped(PIN))
        rig.intake.touch(i.PhoneTyped("01712345678"))
        await wait_until_async(lambda: len(rig.put) == 2)
        assert i.OperatorSignedIn("7", "Rahim", "supervisor", "pin") in rig.put
        assert PIN not in caplog.text
        assert "1712345678" not in caplog.text
        assert PIN not in repr(i.PinTyped(PIN))

    _in_a_loop(check)


def test_five_wrong_pins_shut_the_pad_for_a_minute_even_for_the_right_one() -> None:
    now = 0
    door = Door(lambda: now)
    answers = [door.by_pin("000000", ()) for _ in range(5)]
    assert answers == [*(i.OperatorRefused(left) for left in (4, 3, 2, 1)), i.OperatorRefused(0, "pin", 60_000)]
    now = 59_999
    assert door.by_pin(PIN, (RAHIM,)) == i.OperatorRefused(0)
    now = 60_000
    assert door.by_pin(PIN, (RAHIM,)) == i.OperatorSignedIn("7", "Rahim", "supervisor", "pin")


def test_a_right_pin_wipes_the_wrong_ones_out() -> None:
    door = Door(lambda: 0)
    door.by_pin("000000", (RAHIM,))
    door.by_pin(PIN, (RAHIM,))
    assert door.by_pin("000000", (RAHIM,)) == i.OperatorRefused(4)


def test_nobody_signs_in_with_an_empty_pin_or_a_badge_that_was_never_set() -> None:
    door = Door(lambda: 0)
    bare = Operator("8", "New", "attendant")
    assert isinstance(door.by_pin("", (bare,)), i.OperatorRefused)
    assert isinstance(door.by_badge("", (bare,)), i.OperatorRefused)


def test_how_the_staff_key_and_the_door_stand_is_for_the_lane_to_judge() -> None:
    rig = Rig()
    rig.intake.event(SwitchTurned("lights", "staff_key", on=True, found=True))
    rig.intake.event(SwitchTurned("lights", "door", on=True))
    rig.intake.event(SwitchTurned("lights", "tamper", on=True, found=True))
    rig.intake.event(SwitchTurned("lights", "staff_key", on=False))
    key = [i.KeySwitchTurned(on=True, found=True), i.KeySwitchTurned(on=False)]
    moved = [i.CabinetMoved("door", is_open=True), i.CabinetMoved("tamper", is_open=True, found=True)]
    assert rig.put == [key[0], *moved, key[1]]


def test_while_guesses_have_shut_pad_and_reader_the_key_serves_and_a_page_opens_both() -> None:
    async def guess() -> None:
        for _ in range(6):
            rig.intake.touch(i.PinTyped("000000"))
            rig.intake.code("2980000000027", "]E0", "scanner")
        rig.intake.touch(i.PinTyped(PIN))
        rig.intake.code(BADGE, "]E0", "scanner")
        await wait_until_async(lambda: len(rig.put) == 14, what="an answer to each")
        assert all(isinstance(put, i.OperatorRefused) for put in rig.put), "both are shut, to staff as well"
        rig.intake.event(SwitchTurned("lights", "staff_key", on=True))
        assert rig.put[-1:] == [i.KeySwitchTurned(on=True)]
        rig.intake.open_sign_in()
        rig.intake.code(BADGE, "]E0", "scanner")
        assert rig.put[-1:] == [i.OperatorSignedIn("7", "Rahim", "supervisor", "badge")]
        rig.intake.touch(i.PinTyped(PIN))
        await wait_until_async(lambda: len(rig.put) == 17, what="the answer to a PIN")
        assert rig.put[-1] == i.OperatorSignedIn("7", "Rahim", "supervisor", "pin")

    rig = Rig()
    asyncio.run(guess())


def test_the_help_button_calls_once_a_press_and_every_contact_is_told_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    rig.intake.event(SwitchTurned("lights", "door", on=False))
    for switch in ("tamper", "cash_drawer"):
        rig.intake.event(SwitchTurned("lights", switch, on=True))
    rig.intake.event(SwitchTurned("lights", "help_button", on=True))
    rig.intake.event(SwitchTurned("lights", "help_button", on=False))
    shut, tampered = i.CabinetMoved("door", is_open=False), i.CabinetMoved("tamper", is_open=True)
    assert rig.put == [shut, tampered, i.DrawerMoved(is_open=True), i.HelpPressed()]
    assert "the cabinet's tamper contact is open" in caplog.text


# --- weights -----------------------------------------------------------------------------------------------------


def test_a_reading_becomes_a_weight_as_the_scale_gave_it() -> None:
    def check(rig: Rig) -> None:
        rig.reading(1, 1250, age=30)
        assert rig.put == [i.WeightRead(Weight(1250, -3, "kg"), stable=True, sequence=1, age_ms=30)]

    _in_a_loop(check)


@pytest.mark.parametrize(
    ("state", "problem", "stable", "value"),
    [
        ("motion", "motion", False, 500),
        ("zero", "zero", True, 500),
        ("under", "under", False, 0),
        ("over", "over", False, 0),
        ("fault", "fault", False, 0),
        ("needs_zero", "fault", False, 0),
    ],
)
def test_a_reading_that_is_no_weight_says_why(state: ScaleState, problem: str, value: int, *, stable: bool) -> None:
    def check(rig: Rig) -> None:
        rig.reading(1, state=state)
        (read,) = rig.put
        assert isinstance(read, i.WeightRead)
        assert (read.problem, read.stable, read.weight.value) == (problem, stable, value)

    _in_a_loop(check)


def test_old_repeated_and_backward_readings_are_dropped() -> None:
    def check(rig: Rig) -> None:
        rig.reading(5)
        rig.reading(5, 600)
        rig.reading(4, 700)
        rig.now += 500
        rig.reading(6, 800, age=1_001)
        rig.reading(7, 900, age=-1)
        assert len(rig.put) == 1

    _in_a_loop(check)


def test_equal_readings_are_told_now_and_then_and_changes_at_most_ten_times_a_second() -> None:
    def check(rig: Rig) -> None:
        for sequence in range(1, 41):
            rig.reading(sequence, 500 if sequence <= 20 else 500 + sequence)
            rig.now += 50
        equal = [read for read in rig.put if isinstance(read, i.WeightRead) and read.weight.value == 500]
        changing = [read for read in rig.put if read not in equal]
        assert len(equal) == 3
        assert len(changing) == 10

    _in_a_loop(check)


def test_a_change_of_state_is_told_at_once() -> None:
    def check(rig: Rig) -> None:
        rig.reading(1)
        rig.now += 1
        rig.reading(2, state="motion")
        assert len(rig.put) == 2

    _in_a_loop(check)


def test_a_scale_that_falls_silent_leaves_no_weight_behind() -> None:
    async def check(rig: Rig) -> None:
        rig.reading(1)
        rig.now += 1_000
        await wait_until_async(lambda: len(rig.put) == 2)
        stale = rig.put[1]
        assert isinstance(stale, i.WeightRead)
        assert (stale.problem, stale.stable, stale.weight.value) == ("stale", False, 0)
        rig.reading(2)
        assert len(rig.put) == 3

    _in_a_loop(check)


def test_a_scale_that_was_away_may_count_anew() -> None:
    def check(rig: Rig) -> None:
        rig.reading(9)
        rig.intake.event(StatusChanged("produce_scale", "lost", "cable"))
        rig.intake.event(StatusChanged("produce_scale", "ready"))
        rig.reading(1)
        assert [type(input_).__name__ for input_ in rig.put] == ["WeightRead", "DeviceLost", "DeviceBack", "WeightRead"]

    _in_a_loop(check)


def test_a_scale_under_another_name_weighs_nothing() -> None:
    rig = Rig()
    rig.intake.event(Reading("kitchen_scale", 1, -3, "kg", "stable", 1, rig.now))
    assert rig.put == []


# --- devices -----------------------------------------------------------------------------------------------------


def test_a_loss_is_told_once_and_so_is_the_return() -> None:
    rig = Rig()
    for status in ("ready", "lost", "lost", "ready", "ready"):
        rig.intake.event(StatusChanged("printer", status, "cable"))
    assert rig.put == [i.DeviceLost("printer", "cable"), i.DeviceBack("printer")]


def test_a_printer_without_paper_is_lost_until_it_has_some() -> None:
    rig = Rig()
    for state in ("out", "out", "cover_open", "ok"):
        rig.intake.event(PrinterState("printer", state))
    lost = [i.DeviceLost("printer", "paper_out"), i.DeviceLost("printer", "cover_open")]
    assert rig.put == [*lost, i.DeviceBack("printer")]


def test_staff_hear_that_paper_is_near_its_end_and_when_there_is_a_new_roll() -> None:
    rig = Rig()
    for state in ("near_end", "near_end", "ok"):
        rig.intake.event(PrinterState("printer", state))
    assert rig.put == [i.ConditionChanged("near_end", on=True), i.ConditionChanged("near_end", on=False)]


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("cable", "cable"),
        ("settings: 'baud' is no number", "settings"),
        ("driver: ValueError", "driver"),
        ("no answer from the printer at 10.0.0.9:9100; switch it off and on", "no_answer"),
        ("", "no_answer"),
    ],
)
def test_whatever_a_driver_says_staff_are_told_a_word_there_is_a_translation_of(told: str, word: str) -> None:
    rig = Rig()
    rig.intake.event(StatusChanged("printer", "lost", told))
    assert rig.put == [i.DeviceLost("printer", word)]  # type: ignore[arg-type]  # the parameters are those words


def test_what_a_terminal_asks_of_the_shopper_is_handed_on_with_its_payment() -> None:
    rig = Rig()
    rig.intake.event(Prompt("card_reader", "r", "enter_pin"))
    assert rig.put == [i.TerminalPrompted("r", "enter_pin")]


def test_a_dark_lamp_is_told_in_the_log_and_to_staff(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.intake.event(StatusChanged("lights", "lost", "cable"))
    assert rig.put == [i.DeviceLost("lights", "cable")]
    assert "lights lost: cable" in caplog.text
