"""A whole kiosk with real scale drivers at their far ends: weighed, priced, and nothing priced when it may not be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.checkout.text import text
from tests.support.kiosk import Lane, Running, lane
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
PAIRS = "1A2B:3C4D"


@contextmanager
def _scale(at: Lane, model: str, *options: str, **settings: object) -> Iterator[None]:
    """The scale as a program, and the lane's settings naming it."""
    port, knobs = at.folder / "by-id" / model, at.folder / "produce_scale"
    program = [sys.executable, "-m", f"bench.far_ends.scale.{model}", "--link", str(port), "--knob-socket", str(knobs)]
    with subprocess.Popen([*program, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True) as far:
        assert far.stdout is not None
        try:
            assert json.loads(far.stdout.readline())["where"] == str(port)
            written = at.settings.read_text(encoding="utf-8")
            own = f'knob_socket = "{knobs}", certified = true, period_ms = 40, settle_readings = 1'
            simulated = f'model = "simulated"\nsettings = {{ {own} }}'
            assert simulated in written
            given = {
                "port": str(port),
                "framing": "8N1",
                "certified": True,
                "poll_ms": 20,
                "answer_ms": 200,
                **settings,
            }
            real = ", ".join(f"{key} = {json.dumps(value)}" for key, value in given.items())
            at.settings.write_text(
                written.replace(simulated, f'model = "{model}"\nsettings = {{ {real} }}'), encoding="utf-8"
            )
            yield
        finally:
            far.terminate()


def _armed(kiosk: Running) -> None:
    kiosk.sees(s.AttractBody)
    kiosk.touch(i.ShopperArrived("bn"), i.ItemChosen("banana"))
    kiosk.sees(s.WeighBody)


def _until(kiosk: Running, state: str) -> None:
    wait_until(lambda: isinstance(kiosk.body, s.WeighBody) and kiosk.body.state == state, what=state)


def test_bananas_on_an_8217_are_priced_once_and_again_only_after_an_empty_platter() -> None:
    with lane() as at, _scale(at, "toledo_8217", "--division", "0.005"), at.kiosk() as kiosk:
        _armed(kiosk)
        _until(kiosk, "zero")
        at.turn("produce_scale", "put", grams=1252)
        _until(kiosk, "stable")
        kiosk.agree()
        kiosk.sees(s.BasketBody)
        kiosk.touch(i.ItemChosen("banana"))
        kiosk.sees(s.WeighBody)
        _until(kiosk, "empty_first")
        kiosk.agree()
        at.turn("produce_scale", "remove")
        _until(kiosk, "zero")
        at.turn("produce_scale", "put", grams=500)
        _until(kiosk, "stable")
        kiosk.agree()
        kiosk.sees(s.BasketBody)
        assert [added.item.weight.value for added in at.happened(e.LineAdded)] == [1250, 500]


def test_a_cable_pulled_under_the_bananas_leaves_no_weight_until_it_is_back() -> None:
    with lane() as at, _scale(at, "toledo_8217"), at.kiosk() as kiosk:
        _armed(kiosk)
        _until(kiosk, "zero")
        at.turn("produce_scale", "put", grams=500)
        _until(kiosk, "stable")
        at.turn("produce_scale", "unplug")
        _until(kiosk, "stale")
        kiosk.agree()
        at.turn("produce_scale", "plug")
        _until(kiosk, "stable")
        assert at.happened(e.LineAdded) == []


def test_a_scale_that_prices_is_told_the_price_and_its_amount_must_agree() -> None:
    with (
        lane() as at,
        _scale(at, "dialog06", "--pairs", PAIRS, checksum_pairs=PAIRS),
        at.kiosk() as kiosk,
    ):
        _armed(kiosk)
        _until(kiosk, "zero")
        at.turn("produce_scale", "misprice", on=True)
        at.turn("produce_scale", "put", grams=500)
        _until(kiosk, "service")
        kiosk.agree()
        at.turn("produce_scale", "misprice", on=False)
        at.turn("produce_scale", "remove")
        _until(kiosk, "zero")
        at.turn("produce_scale", "put", grams=1255)
        _until(kiosk, "stable")
        kiosk.agree()
        kiosk.sees(s.BasketBody)
        (line,) = at.happened(e.LineAdded)
        assert (line.item.weight.value, line.item.extended.minor) == (1255, 15_060)
        (called,) = at.happened(e.InterventionRaised)
        assert (called.kind, called.reason) == ("scale", "differs")


def test_a_kiosk_whose_verification_is_over_sells_no_banana_and_says_why_to_staff() -> None:
    over = '\n[policy.weighing]\nverified_until = "2020-01-01"\n'
    with lane(extra_settings=over) as at, _scale(at, "toledo_8217"), at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        kiosk.touch(i.ShopperArrived("bn"), i.ItemChosen("banana"))
        wait_until(lambda: at.happened(e.InterventionRaised), what="staff are called")
        kiosk.touch(i.OperatorSignedIn("op1", "Rahima", "attendant", "badge"))
        body = kiosk.sees(s.StaffBody)
        assert text("weighing.not_verified") in body.conditions
        assert body.weighing is not None
