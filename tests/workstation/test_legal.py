"""The legally relevant software: recorded, measured at start, and noticed when it is another."""

from __future__ import annotations

import shutil
from pathlib import Path

from hal.drivers import load
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.workstation import legal
from tests.support.kiosk import lane
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]


def _copy(folder: Path) -> Path:
    for name in legal.FILES:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)
    return folder


def test_the_recorded_checksum_is_that_of_the_files_else_run_tools_record_weighing() -> None:
    assert legal.measured() == legal.RECORDED


def test_a_changed_a_missing_and_a_renamed_file_are_noticed(tmp_path: Path) -> None:
    copy = _copy(tmp_path)
    assert legal.measured(copy) == legal.RECORDED
    rule = copy / "kiosk/retail/weighing.py"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("FRESH_MS: Final = 1_000", "FRESH_MS: Final = 9_000"), encoding="utf-8")
    changed = legal.measured(copy)
    rule.unlink()
    assert len({legal.RECORDED, changed, legal.measured(copy)}) == 3


def test_every_file_of_the_list_is_there() -> None:
    assert [name for name in legal.FILES if not (ROOT / name).is_file()] == []


def test_the_scale_is_known_by_its_driver_and_its_settings_but_not_by_its_knobs() -> None:
    scale = load("scale", "simulated", "produce_scale", {})
    one = legal.checked(scale, "simulated", {"exponent": -3, "knob_socket": "a"})
    same = legal.checked(scale, "simulated", {"exponent": -3, "knob_socket": "b"})
    other = legal.checked(scale, "simulated", {"exponent": -2, "knob_socket": "a"})
    assert one == same
    assert one.scale.startswith("simulated ")
    assert one.scale != other.scale
    assert legal.checked(None, "", {}).scale == ""


def test_a_kiosk_tells_its_checksum_and_counts_its_parameters_once_over_two_starts() -> None:
    with lane() as at:
        for _ in range(2):
            with at.kiosk() as kiosk:
                kiosk.sees(s.AttractBody)
                wait_until(lambda: at.happened(e.WeighingParametersChanged), what="the count")
                kiosk.touch(i.ItemChosen("banana"))
                kiosk.sees(s.WeighBody)
        (counted,) = at.happened(e.WeighingParametersChanged)
        assert counted.count == 1
        assert legal.RECORDED in counted.parameters
