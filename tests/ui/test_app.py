"""The application around the screens: its port to the kiosk, its threads, its start and its end."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest
from kivy.tests.common import UnitTestTouch

from kiosk.checkout.events import InterventionKind
from kiosk.checkout.inputs import HelpPressed, OperatorAct, Touch
from kiosk.checkout.screen import AttractBody, BasketBody, Screen
from kiosk.checkout.text import text
from kiosk.i18n.translate import Translator
from kiosk.retail.transaction import Disposition
from tests.support.kiosk import ROOT, lane
from tests.support.screens import PaperLookUp, screen
from tests.support.waiting import wait_until
from tests.ui.conftest import frames, middle
from tools.make_sounds import MELODIES, samples
from ui.app import KioskApp
from ui.area import Area
from ui.environment import prepare
from ui.main import main
from ui.pictures import Pictures, initial
from ui.sound import EARCONS, SOUNDS, Earcons
from ui.widgets.picture_tile import PictureTile

LANGUAGES = ("bn", "en", "pt_BR")
MESSAGE = re.compile(r"[a-z_]+\.[a-z_.]+[a-z_]")


class PaperKiosk:
    """A kiosk that only keeps its listeners and what it was told."""

    look_up = PaperLookUp()
    pictures = None

    def __init__(self) -> None:
        self.touches: list[Touch] = []
        self.show: Callable[[Screen], None] = lambda _: None
        self.sound: Callable[[str], None] = lambda _: None
        self.fail: Callable[[BaseException], None] = lambda _: None
        self.restart: Callable[[], None] = lambda: None

    def frames(self, _intervention: str) -> tuple[bytes, ...]:
        return ()

    def submit(self, touch: Touch) -> None:
        self.touches.append(touch)

    def on_screen(self, listener: Callable[[Screen], None]) -> None:
        self.show = listener

    def on_sound(self, listener: Callable[[str], None]) -> None:
        self.sound = listener

    def on_restart(self, listener: Callable[[], None]) -> None:
        self.restart = listener

    def on_failure(self, listener: Callable[[BaseException], None]) -> None:
        self.fail = listener


class Silent:
    """A sound that counts."""

    def __init__(self) -> None:
        self.played = 0

    def play(self) -> None:
        self.played += 1

    def stop(self) -> None:
        pass


@pytest.fixture
def app(window: Any) -> Iterator[KioskApp]:  # noqa: ANN401 - Kivy's window has no type
    heard: list[str] = []
    made = KioskApp(calm=True, earcons=Earcons(caption=heard.append, loader=lambda _: Silent()))
    made.heard = heard
    splash = made.build()
    window.add_widget(splash)
    frames()
    yield made
    window.remove_widget(made.stage.root if made.stage is not None else splash)
    window.unbind(size=made._resized)


def elsewhere(deed: Callable[[], None]) -> None:
    """Do something on another thread, as the engine does."""
    thread = Thread(target=deed)
    thread.start()
    thread.join()


def test_the_splash_gives_way_to_the_first_screen(app: KioskApp) -> None:
    kiosk = PaperKiosk()
    app.attach(kiosk)
    frames()
    assert not drawn(app, AttractBody)
    elsewhere(lambda: kiosk.show(screen("attract", "bn")))
    assert drawn(app, AttractBody)
    assert app._splash is not None
    assert app._splash.parent is None


def test_of_many_screens_between_two_frames_the_latest_is_drawn(app: KioskApp) -> None:
    kiosk = PaperKiosk()
    app.attach(kiosk)
    for name in ("attract", "basket_empty", "basket"):
        elsewhere(lambda name=name: kiosk.show(screen(name, "en")))  # type: ignore[misc]
    frames(1)
    assert app.stage is not None
    assert app.stage.screen == screen("basket", "en")


def test_a_touch_reaches_the_kiosk(app: KioskApp) -> None:
    kiosk = PaperKiosk()
    app.attach(kiosk)
    kiosk.show(screen("basket", "en"))
    frames()
    assert app.stage is not None
    assert app.stage.header is not None
    app.stage.header.help.pressed()
    assert kiosk.touches == [HelpPressed()]


def test_an_earcon_is_captioned_and_played_on_the_windows_thread(app: KioskApp) -> None:
    kiosk = PaperKiosk()
    app.attach(kiosk)
    elsewhere(lambda: kiosk.sound("scan"))
    frames()
    assert app.heard == ["scan"]


def test_a_kiosk_that_fails_is_remembered_as_the_reason(app: KioskApp) -> None:
    kiosk = PaperKiosk()
    app.attach(kiosk)
    error = OSError("the card is gone")
    elsewhere(lambda: kiosk.fail(error))
    assert app.failure is error


def test_a_shopper_begins_and_scans_at_a_real_kiosk(app: KioskApp) -> None:
    with lane() as at, at.kiosk() as running:
        app.attach(running.kiosk)
        wait_until(lambda: drawn(app, AttractBody), what="the attract screen")
        assert app.stage is not None
        press(view(app).languages["en"])
        wait_until(lambda: drawn(app, BasketBody), what="an empty basket")
        at.scan("4006381333931")
        wait_until(lambda: drawn(app, BasketBody) and view(app).lines.row(1), what="the tea's row")
        assert view(app).lines.row(1).line.names["en"] == "Tea 400 g"


def drawn(app: KioskApp, kind: type) -> bool:
    frames(1)
    return app.stage is not None and app.stage.screen is not None and isinstance(app.stage.screen.body, kind)


def view(app: KioskApp) -> Any:  # noqa: ANN401 - whichever view it is
    assert app.stage is not None
    return app.stage.view


def press(button: Any) -> None:  # noqa: ANN401 - any widget
    touch = UnitTestTouch(*middle(button.area))
    touch.touch_down()
    touch.touch_up()


def test_the_process_starts_and_ends_in_order() -> None:
    with lane() as at:
        windowed = "\n[screen]\nwidth = 1280\nheight = 800\nfullscreen = false\n"
        at.settings.write_text(at.settings.read_text(encoding="utf-8") + windowed, encoding="utf-8")
        command = [sys.executable, "-m", "ui.main", "--settings", str(at.settings), "--still"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SDL_AUDIODRIVER": "dummy"}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            assert any("the first screen is drawn" in line for line in process.stderr)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def test_settings_that_cannot_be_read_are_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text("country = 7", encoding="utf-8")
    assert main(["--settings", str(tmp_path / "kiosk.toml")]) == 2


def test_each_earcon_is_the_one_that_is_made_and_short() -> None:
    for name in EARCONS:
        with wave.open(str(SOUNDS / f"{name}.wav"), "rb") as sound:
            assert sound.readframes(sound.getnframes()) == samples(MELODIES[name]).tobytes()
            assert sound.getnframes() / sound.getframerate() < 0.7
    assert set(MELODIES) == set(EARCONS)


def test_a_sound_is_loaded_once_and_an_unknown_one_only_captioned() -> None:
    captions: list[str] = []
    loaded: list[Silent] = []

    def loader(_path: Path) -> Silent:
        loaded.append(Silent())
        return loaded[-1]

    earcons = Earcons(caption=captions.append, loader=loader)
    for name in ("scan", "scan", "fanfare"):
        earcons.play(name)
    assert captions == ["scan", "scan", "fanfare"]
    assert [sound.played for sound in loaded] == [2]


def test_without_a_loudspeaker_nothing_fails() -> None:
    Earcons(loader=lambda _: None).play("scan")


def test_a_picture_is_found_in_its_folder_and_nowhere_else(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "banana.jpg").write_bytes(b"")
    (tmp_path / "secret.jpg").write_bytes(b"")
    pictures = Pictures(folder)
    assert pictures.path("banana") == pictures.path("banana.jpg") == str(folder / "banana.jpg")
    assert [pictures.path(wrong) for wrong in ("kiwi", "../secret", ".", "", None)] == [None] * 5
    assert Pictures(None).path("banana") is None


@pytest.mark.parametrize(
    ("name", "letter"), [("banana", "B"), ("\N{LEFT DOUBLE QUOTATION MARK}Pran", "P"), ("ঁকলা", "ক"), ("", "")]
)
def test_a_letter_stands_in_for_a_picture(name: str, letter: str) -> None:
    assert initial(name) == letter


def test_a_file_that_is_no_picture_leaves_the_letter(enter: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    shopper = enter()
    kit = replace(shopper.stage.kit, pictures=Pictures(tmp_path))
    tile = PictureTile(kit)
    tile.show({"en": "Kiwi"}, "broken")
    tile.place(Area(0, 0, 72, 72))
    assert (tile._letter.text, tile._letter.opacity) == ("K", 1)


def said_in(path: Path) -> set[str]:
    """Every message id that a module of the screen says as it stands."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    said = [call.args[0] for call in calls if getattr(call.func, "attr", "") == "say" and call.args]
    parts = [part for one in said for part in ast.walk(one)]
    put_together = {id(part) for whole in parts if isinstance(whole, ast.JoinedStr) for part in whole.values}
    return {
        part.value
        for part in parts
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and id(part) not in put_together
        if MESSAGE.fullmatch(part.value)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_screen_says_is_in_the_catalogue(language: str) -> None:
    said = set().union(*(said_in(path) for path in (ROOT / "ui").rglob("*.py")))
    said |= {f"weigh.{state}" for state in ("waiting", "motion", "stable", "under", "over", "zero", "fault", "stale")}
    said |= {f"card.{stage}" for stage in ("present", "asking", "staff", "cancelling")}
    said |= {f"thanks.{receipt}" for receipt in ("printing", "printed", "declined", "failed")}
    said |= {f"act.{act}" for act in get_args(OperatorAct)} | {f"line.{kind}" for kind in get_args(InterventionKind)}
    said |= {f"refund.goes_{place}" for place in get_args(Disposition)}
    said |= {"staff.enquiry_asked", "staff.enquiry_offline"}
    said |= {f"unit.{unit}" for unit in ("kg", "g", "lb", "oz")}
    said |= {f"staff.role.{role}" for role in ("attendant", "supervisor", "technician")}
    said |= {f"tender.{kind}" for kind in ("card", "cash", "qr", "voucher")}
    translator = Translator(language)
    assert len(said) > 100
    assert {message for message in said if translator.say(text(message)) == message} == set()


def test_kivy_is_prepared_without_touching_what_is_set_already() -> None:
    environment = {"KIVY_DPI": "150", "KIVY_HOME": "/somewhere"}
    prepare(environment)
    assert environment["KIVY_DPI"] == "150"
    assert environment["KIVY_HOME"] == "/somewhere"
    assert environment["KIVY_NO_CONFIG"] == "1"


def test_the_screen_imports_no_numbers_library_and_no_camera() -> None:
    code = "import sys, ui.app; print(sorted({'numpy', 'cv2', 'kivymd'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
