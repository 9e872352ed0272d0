"""Finding a driver by the settings: whatever is wrong with one costs one device, told in words, and no more."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass

import pytest

from hal import drivers
from hal.device import DeviceError


@dataclass(frozen=True, slots=True)
class Settings:
    """A stranger's."""


def _stranger(monkeypatch: pytest.MonkeyPatch, module: types.ModuleType | None) -> None:
    monkeypatch.setattr(drivers, "available", lambda _category: ("strange",))
    monkeypatch.setitem(sys.modules, "hal.scanner.strange", module)


def test_a_driver_whose_library_is_not_installed_is_a_device_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _stranger(monkeypatch, None)
    with pytest.raises(DeviceError, match=r"scanner: its driver 'strange' cannot be loaded: .*hal.scanner.strange"):
        drivers.load("scanner", "strange", "scanner", {})


@pytest.mark.parametrize("fault", [ValueError("no such port"), OSError("no such file"), TypeError("a bug")])
def test_a_driver_that_cannot_be_made_is_a_device_error(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def make(name: str, settings: Settings) -> object:
        raise fault

    module = types.ModuleType("strange")
    module.__dict__.update(Settings=Settings, Driver=make)
    _stranger(monkeypatch, module)
    with pytest.raises(DeviceError, match=f"scanner: .*{fault}"):
        drivers.load("scanner", "strange", "scanner", {})


def test_a_module_that_is_no_driver_is_a_device_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _stranger(monkeypatch, types.ModuleType("strange"))
    with pytest.raises(DeviceError, match=r"scanner: its driver .strange. cannot be loaded"):
        drivers.load("scanner", "strange", "scanner", {})
