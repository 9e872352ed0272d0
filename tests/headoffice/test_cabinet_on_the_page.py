"""The cabinet's door from its contact on the header to head office's page: pins, driver, lane, journal, page."""

from __future__ import annotations

from collections.abc import Iterator

import gpiozero
import msgspec
import pytest
from gpiozero.pins.mock import MockFactory
from starlette.testclient import TestClient

from headoffice.console.app import build_app
from headoffice.console.services import Services
from kiosk.checkout import events as e
from kiosk.store.journal import JournalReader
from messages import envelope, topics
from messages.journal import JournalBatch, JournalRecord
from tests.headoffice.pages import NOW, sign_in
from tests.support.attended import attends, desk_of
from tests.support.kiosk import Lane, lane
from tests.support.waiting import wait_until

DOOR, AMBER = 24, 27
_SIMULATED = 'model = "simulated"\nsettings = { knob_socket = "{folder}/lights" }'
_WIRED = f"""model = "gpio"
settings = {{ green_pin = 17, amber_pin = {AMBER}, red_pin = 22, door_pin = {DOOR}, bounce_ms = 0, look_ms = 20 }}"""


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    """The header of this board; contacts to ground with pull-up, so that a door is open until its pin is low."""
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "_default_pin_factory", staticmethod(lambda: factory))
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    yield factory
    factory.close()


def _wired(at: Lane) -> None:
    written = at.settings.read_text(encoding="utf-8")
    simulated = _SIMULATED.replace("{folder}", str(at.folder))
    assert simulated in written
    at.settings.write_text(written.replace(simulated, _WIRED).replace("dhaka-1", "dhk-1"), encoding="utf-8")


def _sent_up(at: Lane, services: Services) -> None:
    """The journal as it lies on the lane's disk, as the sync process sends it."""
    with JournalReader.open(at.data / "journal.db") as reader:
        records = tuple(
            JournalRecord(
                each.epoch, each.sequence, each.utc_ms, each.kind, msgspec.Raw(each.payload), each.previous.hex(),
                each.digest.hex(),
            )
            for each in reader.records_after(None, 200)
        )  # fmt: skip
    batch = JournalBatch(kiosk="kiosk-7", store="dhk-1", workstation="7", records=records)
    desk = desk_of(services.database, services.hub, NOW)
    desk.handle(topics.journal_up("kiosk-7"), envelope.encode(batch, source="kiosk/v1/kiosk-7"))


def _events(at: Lane) -> list[str]:
    return [type(each).__name__.removeprefix("Cabinet") for each in at.journal() if isinstance(each, e.CabinetEvent)]


def test_a_door_is_opened_shut_and_found_open_and_head_office_s_page_tells_the_lane_s_staff(
    services: Services, pins: MockFactory
) -> None:
    with lane() as at:
        _wired(at)
        with at.kiosk():
            wait_until(lambda: _events(at) == ["Opened"], what="a door that was found open")
            pins.pin(DOOR).drive_low()
            wait_until(lambda: _events(at) == ["Opened", "Closed"], what="a door that was shut")
            pins.pin(DOOR).drive_high()
            wait_until(lambda: _events(at) == ["Opened", "Closed", "Opened"], what="a door that was opened")
        with at.kiosk():
            wait_until(lambda: pins.pin(DOOR).state and pins.pin(AMBER).state, what="a lane that calls, its door open")
            pins.pin(DOOR).drive_low()
            wait_until(lambda: _events(at)[3:], what="a door that was shut again")
        assert _events(at) == ["Opened", "Closed"] * 2, "what was found open was not opened again"
        _sent_up(at, services)
    attends(services.accounts, services.feed, "mita")
    with TestClient(build_app(services), headers={"accept-language": "en"}) as client:
        sign_in(client)
        page = client.get("/attend", params={"lane": "kiosk-7"}).text
    assert "Cabinet opened" in page
