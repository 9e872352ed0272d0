"""What the little world checks before it starts anything, and how its power is switched."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.processes import Child, NotReadyError, find_program
from bench.window import check_window
from bench.world import Options, World
from tests.support.waiting import wait_until

_SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_missing_broker_is_named_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="mosquitto is not installed: apt-get install mosquitto"):
        find_program("mosquitto", path=str(tmp_path))


def test_system_programs_are_found_without_their_folder_in_the_path(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="no-such-program is not installed: apt-get install its-package"):
        find_program("no-such-program", "its-package")
    program = tmp_path / "scale"
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    assert find_program("scale", path=str(tmp_path)) == str(program)


@pytest.mark.parametrize(
    ("there", "package"),
    [([], "xvfb"), (["Xvfb"], "x11vnc"), (["Xvfb", "x11vnc"], "websockify")],
)
def test_what_a_virtual_display_lacks_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], package: str
) -> None:
    monkeypatch.setenv("KIOSK_VIRTUAL_DISPLAY", "1")
    for name in there:
        (tmp_path / name).write_text("#!/bin/sh\n", encoding="ascii")
        (tmp_path / name).chmod(0o755)

    with pytest.raises(NotReadyError, match=f"is not installed: apt-get install {package}$"):
        check_window(str(tmp_path))


def test_a_desktop_needs_no_virtual_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIOSK_VIRTUAL_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")

    check_window(str(tmp_path))


def test_a_folder_too_long_for_sockets_is_named_before_anything_is_started(tmp_path: Path) -> None:
    world = World(tmp_path / ("x" * 100), Options(window=False))

    with pytest.raises(NotReadyError, match=r"is too long for a socket's name: set TMPDIR"):
        world.start()
    assert world.children == {}
    world.stop()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    built = World(tmp_path, Options(window=False))
    for name in ("checkout", "sync"):
        built.children[name] = Child(name, _SLEEPS, tmp_path / f"{name}.log")
    yield built
    built.stop()


def test_a_cut_while_the_kiosk_is_starting_leaves_it_dark_and_says_so(world: World) -> None:
    faults: list[str] = []

    def restore() -> None:
        try:
            world.restore_power()
        except NotReadyError as fault:
            faults.append(str(fault))

    starting = threading.Thread(target=restore)
    starting.start()
    wait_until(lambda: world.children["checkout"].alive, what="the checkout is started")
    world.cut_power()
    starting.join(10)

    assert not starting.is_alive()
    assert len(faults) == 1
    assert "checkout" in faults[0]
    assert not world.powered
    assert not any(child.alive for child in world.children.values())


def test_the_page_has_the_shop_s_coupons_as_a_shopper_holds_them(tmp_path: Path) -> None:
    held = World(tmp_path, Options(window=False)).coupons()
    assert [each["code"] for each in held] == ["WELCOME", "LUCKY0001", "LUCKY0002", "LUCKY0003"]
    assert all(each["name"] for each in held)
