"""Two log lines a fault."""

from __future__ import annotations

import logging

import pytest

from kiosk.sync.faults import Faults


def test_a_fault_is_logged_when_it_begins_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    now = [10.0]
    faults = Faults(logging.getLogger("test"), lambda: now[0])
    with caplog.at_level(logging.INFO):
        faults.end("scale")
        for _ in range(5):
            faults.begin("scale", "cable")
        now[0] = 52.0
        faults.end("scale")
        faults.end("scale")
    assert [record.getMessage() for record in caplog.records] == ["scale: cable", "scale: well again after 42 s"]


def test_a_fault_for_another_reason_is_said_again_and_lasts_since_the_first(caplog: pytest.LogCaptureFixture) -> None:
    now = [10.0]
    faults = Faults(logging.getLogger("test"), lambda: now[0])
    with caplog.at_level(logging.INFO):
        faults.begin("scale", "cable")
        now[0] = 15.0
        faults.begin("scale", "motion")
        assert faults.standing() == {"scale": "motion"}
        now[0] = 20.0
        faults.end("scale")
    assert [record.getMessage() for record in caplog.records][1:] == ["scale: motion", "scale: well again after 10 s"]
