"""The rack and the performer with devices that misbehave in every way a driver can."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from hal.camera.contract import Guess
from hal.card_reader.contract import Payment
from hal.device import ClaimedError, DeviceEvent, NoHardwareError, Sink, StatusChanged, TimeoutExpiredError
from hal.printer.contract import PrintOutcome
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.retail.day_report import TerminalTotal
from kiosk.retail.money import Money
from kiosk.workstation.devices import Rack
from tests.support.shop import bangladesh
from tests.support.waiting import wait_until_async
from tests.workstation.rack import TAKA, FakeDevice, FakeLights, FakePrinter, FakeTerminal, Rig, a_sale

# --- the rack ----------------------------------------------------------------------------------------------------


def test_a_device_that_is_not_there_yet_is_told_lost_and_found_later() -> None:
    device = FakeDevice("printer", [NoHardwareError("no port"), ClaimedError("held")])
    rig = Rig([("printer", device)])

    async def work() -> None:
        assert rig.lost == [("printer", "no port"), ("printer", "held")]
        assert device.calls[-3:] == ["open", "claim", "enable"]
        assert rig.told == [StatusChanged("printer", "ready")]

    rig.run(work)
    assert device.calls[-1] == "close"


def test_a_device_that_opened_at_last_and_said_it_is_lost_is_not_called_ready() -> None:
    @dataclass
    class Unplugged(FakeDevice):
        async def open(self, sink: Sink) -> None:
            await super().open(sink)
            sink(StatusChanged(self.name, "lost", "no answer"))

    rig = Rig([("printer", Unplugged("printer", [NoHardwareError("no font")]))])

    async def work() -> None:
        assert rig.told == [StatusChanged("printer", "lost", "no answer")]

    rig.run(work)


def test_what_is_wanted_while_a_device_comes_up_is_what_it_does_then() -> None:
    @dataclass
    class Slow(FakeDevice):
        gate: asyncio.Event = field(default_factory=asyncio.Event)

        async def disable(self) -> None:
            await self.gate.wait()
            await super().disable()

    scanner = Slow("scanner")
    rig = Rig([("scanner", scanner)])

    async def work() -> None:
        rig.rack.start()
        await wait_until_async(lambda: "claim" in scanner.calls)
        rig.rack.let_flow("scanner", wanted=True)
        scanner.gate.set()
        await wait_until_async(lambda: scanner.calls[-1] == "enable", what="codes flow")

    rig.run(work, up=False)


def test_a_driver_that_fails_in_any_way_is_lost_and_the_others_come_up(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = FakeDevice("printer", [RuntimeError("a bug")] * 9), FakeDevice("lights")
    rig = Rig([("printer", broken), ("lights", sound)])

    async def work() -> None:
        rig.rack.start()
        await wait_until_async(lambda: rig.ready == ["lights"] and rig.lost)

    rig.run(work, up=False)
    assert rig.lost[0] == ("printer", "driver: RuntimeError")


def test_codes_flow_only_while_they_are_wanted() -> None:
    scanner, camera, printer = FakeDevice("scanner"), FakeDevice("shelf_camera"), FakeDevice("printer")
    rig = Rig([("scanner", scanner), ("camera", camera), ("printer", printer)])

    async def work() -> None:
        assert (scanner.calls[-1], camera.calls[-1], printer.calls[-1]) == ("disable", "disable", "enable")
        rig.performer.perform(f.Enable("scanner"))
        await wait_until_async(lambda: scanner.calls[-1] == camera.calls[-1] == "enable")
        rig.performer.perform(f.Disable("scanner"))
        await wait_until_async(lambda: scanner.calls[-1] == camera.calls[-1] == "disable")
        assert printer.calls[-1] == "enable"

    rig.run(work)


def test_a_fault_of_ours_does_not_go_back_into_the_driver(caplog: pytest.LogCaptureFixture) -> None:
    device = FakeDevice("scanner")

    def refuse(event: DeviceEvent) -> None:
        text = "a bug of ours"
        raise RuntimeError(text)

    async def run() -> None:
        rack = Rack([("scanner", device)], tell=refuse, lost=lambda *_: None, ready=lambda _: None)
        rack.start()
        await wait_until_async(lambda: device.sink is not None)
        assert device.sink is not None
        device.sink(StatusChanged("scanner", "warning", "dirty glass"))
        await rack.stop()

    asyncio.run(run())
    assert "could not be taken in" in caplog.text


def test_a_receipt_asked_for_before_the_printer_is_up_waits_for_it() -> None:
    printer = FakePrinter("printer", failures=[NoHardwareError("no cable")])
    rig = Rig([("printer", printer)])

    async def work() -> None:
        rig.performer.perform(f.Print("j-1", a_sale(), "", copy=False))
        rig.rack.start()
        await wait_until_async(lambda: rig.put, what="an answer")

    rig.run(work, up=False)
    assert rig.put == [i.PrinterAnswered("j-1", "printed")]
    assert printer.calls[:5] == ["open", "close", "open", "claim", "enable"]


class _Hanging(FakeDevice):
    """Does not let go, however it is asked."""

    async def close(self) -> None:
        await asyncio.Event().wait()


def test_devices_close_side_by_side_and_one_that_hangs_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    together = asyncio.Barrier(2)

    class Together(FakeDevice):
        async def close(self) -> None:
            await together.wait()
            await super().close()

    one, other = Together("printer"), Together("lights")
    rig = Rig([("scale", _Hanging("produce_scale")), ("printer", one), ("lights", other)])

    async def nothing() -> None: ...

    rig.run(nothing)
    assert [one.calls[-1], other.calls[-1]] == ["close", "close"]
    assert "produce_scale has not closed" in caplog.text


# --- money -------------------------------------------------------------------------------------------------------


def test_a_charge_is_asked_for_once_in_its_own_kind_and_answered() -> None:
    terminal = FakeTerminal("card_reader")
    answer = Rig([("card_reader", terminal)]).answers(f.Charge("t", "voucher", "lunch", TAKA))
    assert answer == i.TerminalAnswered("t", "approved", TAKA, reference="r")
    assert [call for call in terminal.calls if call.startswith("pay")] == ["pay t 9500 BDT voucher"]


def test_a_charge_in_parts_is_asked_for_in_parts_and_of_a_terminal_that_cannot_not_at_all() -> None:
    charge = f.Charge("t", "card", "card", TAKA, instalments=3, instalments_by="issuer")
    able, unable = FakeTerminal("card_reader", capabilities=frozenset({"instalments"})), FakeTerminal("card_reader")
    answer = Rig([("card_reader", able)]).answers(charge)
    assert answer == i.TerminalAnswered("t", "approved", TAKA, reference="r")
    assert [call for call in able.calls if call.startswith("pay")] == ["pay t 9500 BDT 3 issuer"]
    answer = Rig([("card_reader", unable)]).answers(charge)
    assert answer == i.TerminalAnswered("t", "declined", reason=i.NO_INSTALMENTS)
    assert [call for call in unable.calls if call.startswith("pay")] == []


@pytest.mark.parametrize("fault", [TimeoutExpiredError("silent"), NoHardwareError("cable"), RuntimeError("a bug")])
@pytest.mark.parametrize("effect", [f.Charge("t", "card", "card", TAKA), f.AskTerminal("t", "card")])
def test_whatever_goes_wrong_at_the_terminal_leaves_the_outcome_unknown(fault: Exception, effect: f.Effect) -> None:
    assert Rig([("card_reader", FakeTerminal("card_reader", answer=fault))]).answers(effect) == i.TerminalSilent("t")


def test_without_a_terminal_a_charge_was_never_asked_for_and_a_question_stays_open() -> None:
    assert Rig([]).answers(f.Charge("t", "card", "card", TAKA)) == i.TerminalAnswered(
        "t", "not_found", reason="no card terminal in the settings"
    )
    assert Rig([]).answers(f.AskTerminal("t", "card")) == i.TerminalSilent("t")


def test_a_declined_payment_carries_no_amount() -> None:
    declined = FakeTerminal("card_reader", answer=Payment("t", "declined", reason="funds"))
    answer = Rig([("card_reader", declined)]).answers(f.Charge("t", "card", "card", TAKA))
    assert answer == i.TerminalAnswered("t", "declined", None, reason="funds")


def test_what_a_receipt_owes_comes_through_whole() -> None:
    paid = Payment(
        "t", "approved", 100, "BDT", acquirer="B", terminal_id="T7", entry="chip", signature=True, slip=("S",)
    )
    answer = Rig([("card_reader", FakeTerminal("card_reader", answer=paid))]).answers(
        f.Charge("t", "card", "card", TAKA)
    )
    assert answer == i.TerminalAnswered(
        "t",
        "approved",
        Money(100, "BDT"),
        acquirer="B",
        terminal_id="T7",
        card_entry="chip",
        signature=True,
        slip=("S",),
    )


def test_a_terminal_that_ends_its_day_tells_what_it_came_to_and_no_card_number() -> None:
    terminal = FakeTerminal("card_reader", capabilities=frozenset({"end_of_day"}))
    told = Rig([("card_reader", terminal)]).answers(f.CloseTerminalDay("2026-11-22"))
    assert told == i.TerminalDayAnswered("2026-11-22", done=True, report=("TOTAL **** **** **** 1111", "VISA 3 285.00"))


def test_a_terminal_that_tells_amounts_has_them_compared_by_brand() -> None:
    terminal = FakeTerminal("card_reader", capabilities=frozenset({"end_of_day", "day_totals"}))
    told = Rig([("card_reader", terminal)]).answers(f.CloseTerminalDay("2026-11-22"))
    assert isinstance(told, i.TerminalDayAnswered)
    assert told.totals == (TerminalTotal("VISA", 3, 28_500),)


@pytest.mark.parametrize("fault", [TimeoutExpiredError("silent"), RuntimeError("it said 4111111111111111")])
def test_a_terminal_that_cannot_end_its_day_is_told_with_its_cause(fault: Exception) -> None:
    terminal = FakeTerminal("card_reader", capabilities=frozenset({"end_of_day"}), answer=fault)
    told = Rig([("card_reader", terminal)]).answers(f.CloseTerminalDay("2026-11-22"))
    assert isinstance(told, i.TerminalDayAnswered)
    assert not told.done
    assert told.reason
    assert "4111111" not in told.reason


def test_a_terminal_that_ends_no_days_and_shows_no_words_is_left_in_peace() -> None:
    terminal = FakeTerminal("card_reader")
    rig = Rig([("card_reader", terminal)])

    async def work() -> None:
        rig.performer.perform(f.CloseTerminalDay("2026-11-22"))
        rig.performer.perform(f.TellTerminal(closed=True))
        rig.performer.perform(f.Charge("t", "card", "card", TAKA))
        await wait_until_async(lambda: rig.put, what="the answer to what was asked last")

    rig.run(work)
    assert [type(each) for each in rig.put] == [i.TerminalAnswered]
    assert not {"end_of_day", "display 3"} & set(terminal.calls)


def _words_shown(terminal: FakeTerminal) -> list[str]:
    return [call for call in terminal.calls if call.startswith("display")]


def test_an_idle_terminal_says_in_the_shop_s_languages_that_the_lane_is_closed_and_again_when_it_is_back() -> None:
    terminal = FakeTerminal("card_reader", capabilities=frozenset({"display"}))
    rig = Rig([("card_reader", terminal)])

    async def work() -> None:
        async def told(number: int) -> None:
            await wait_until_async(lambda: len(_words_shown(terminal)) == number, what="words on the terminal")

        rig.performer.perform(f.TellTerminal(closed=True))
        await told(1)
        rig.performer.tell_terminal()
        await told(2)
        rig.performer.perform(f.TellTerminal(closed=False))
        await told(3)
        rig.performer.tell_terminal()

    rig.run(work)
    languages = len(bangladesh().languages)
    assert _words_shown(terminal) == [f"display {languages}", f"display {languages}", "display 0"]


@pytest.mark.parametrize(
    ("answer", "done"),
    [(Payment("t", "approved"), True), (Payment("t", "declined"), False), (NoHardwareError("cable"), False)],
)
def test_a_reversal_is_done_only_when_the_terminal_says_so(answer: Payment | Exception, *, done: bool) -> None:
    told = Rig([("card_reader", FakeTerminal("card_reader", answer=answer))]).answers(f.Reverse("t", "card", TAKA, "r"))
    assert isinstance(told, i.ReversalAnswered)
    assert told.done is done
    assert told.unknown is isinstance(answer, Exception)


# --- paper, light, sound, timers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (PrintOutcome("j", "printed"), "printed"),
        (PrintOutcome("j", "unknown", "link"), "unknown"),
        (NoHardwareError("cable"), "failed"),
        (RuntimeError("a bug in mid-job"), "unknown"),
    ],
)
def test_the_fate_of_a_receipt_is_told(outcome: PrintOutcome | Exception, told: str) -> None:
    answer = Rig([("printer", FakePrinter("printer", outcome=outcome))]).answers(f.Print("j", a_sale(), "", copy=False))
    assert isinstance(answer, i.PrinterAnswered)
    assert (answer.job, answer.outcome) == ("j", told)


def test_a_receipt_that_cannot_be_laid_out_costs_no_sale() -> None:
    printer = FakePrinter("printer")
    answer = Rig([("printer", printer)], receipt_fails=True).answers(f.Print("j", a_sale(), "", copy=False))
    assert answer == i.PrinterAnswered("j", "failed", "layout: LookupError")
    assert "print j" not in printer.calls


def test_without_a_printer_the_receipt_has_failed() -> None:
    assert Rig([]).answers(f.Print("j", a_sale(), "", copy=False)) == i.PrinterAnswered(
        "j", "failed", "no printer in the settings"
    )


def test_a_light_that_was_dark_shows_what_it_should_once_it_is_back() -> None:
    lights = FakeLights("lights", dark=True)
    rig = Rig([("lights", lights)])

    async def work() -> None:
        rig.performer.perform(f.SetLight("red", blinking=True))
        await asyncio.sleep(0)
        lights.dark = False
        rig.performer.relight()
        await wait_until_async(lambda: lights.calls[-1] == "red True")

    rig.run(work)


def test_a_timer_started_again_starts_over_and_a_stopped_one_never_elapses() -> None:
    rig = Rig([])

    async def work() -> None:
        rig.performer.perform(f.StartTimer("idle", 1))
        rig.performer.perform(f.StartTimer("idle", 30))
        rig.performer.perform(f.StartTimer("leaving", 1))
        rig.performer.perform(f.StopTimer("leaving"))
        rig.performer.perform(f.StopTimer("never started"))
        await wait_until_async(lambda: rig.put)

    rig.run(work)
    assert rig.put == [i.TimerElapsed("idle")]


def test_a_sound_that_cannot_be_played_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig([])

    def broken(sound: str) -> None:
        raise OSError(sound)

    rig.performer._sounds = broken
    rig.performer.perform(f.Beep("scan"))
    assert "could not be played" in caplog.text


@dataclass
class FakeCamera(FakeDevice):
    """Guesses, raises, or does not answer."""

    guesses: tuple[Guess, ...] | Exception = ()
    silent: bool = False

    async def likeliest_produce(self) -> tuple[Guess, ...]:
        if self.silent:
            await asyncio.Event().wait()
        if isinstance(self.guesses, Exception):
            raise self.guesses
        return self.guesses


def test_what_the_camera_guesses_is_told_as_price_look_up_numbers() -> None:
    guesses = tuple(Guess(key, 0.1) for key in ("4011", "94011", "Conference", "12", "৪০১১", "4022"))
    camera = FakeCamera("camera", guesses=guesses)
    assert Rig([("camera", camera)]).answers(f.AskProduce("c", 5_000)) == i.ProduceSeen(
        "c", ("4011", "94011", "4022"), (1000, 1000, 1000)
    )


@pytest.mark.parametrize(
    "camera",
    [
        FakeCamera("camera", guesses=NoHardwareError("pulled")),
        FakeCamera("camera", guesses=ValueError("a driver's fault")),
        FakeCamera("camera", silent=True),
    ],
)
def test_a_camera_that_cannot_say_suggests_nothing_and_holds_nothing_up(camera: FakeCamera) -> None:
    assert Rig([("camera", camera)]).answers(f.AskProduce("c", 20)) == i.ProduceSeen("c")


def test_a_kiosk_without_a_camera_answers_at_once() -> None:
    assert Rig([]).answers(f.AskProduce("c", 60_000)) == i.ProduceSeen("c")


def test_questions_to_head_office_are_answered_offline_when_nobody_is_there() -> None:
    assert Rig([]).answers(f.AskMember("c", "h", 10)) == i.MemberAnswered("c", offline=True)
    assert Rig([]).answers(f.AskNumbers("c", 10)) == i.NumbersAnswered("c", offline=True)


@pytest.mark.parametrize("fault", [NoHardwareError, ValueError])
@pytest.mark.parametrize("effect", [f.Charge("t", "card", "card", TAKA), f.Reverse("t", "card", TAKA, "r")])
def test_a_card_number_in_a_driver_s_exception_reaches_neither_log_nor_journal(
    effect: f.Charge | f.Reverse, fault: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    terminal = FakeTerminal("card_reader", answer=fault("it said 4111 1111 1111 1111=2512"))
    with caplog.at_level("DEBUG"):
        answer = Rig([("card_reader", terminal)]).answers(effect)
    said = repr(answer) + caplog.text
    assert "1111=2512" in said, "what is wrong is told, without the number"
    assert "4111" not in said
