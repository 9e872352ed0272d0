"""The bench page's server over a fake world: what it tells, turns, refuses, and to whom it answers at all."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from bench.server import Bench, application
from bench.stories import STORIES
from tests.bench.fake_world import FakeWorld, Panels

_HOST = "127.0.0.1:8800"


@pytest.fixture
def world() -> Iterator[FakeWorld]:
    with tempfile.TemporaryDirectory(prefix="page") as folder:
        yield FakeWorld(Path(folder))


@pytest.fixture
def panels(world: FakeWorld) -> Iterator[Panels]:
    with Panels(world.boards) as served:
        yield served


@pytest.fixture
def page(world: FakeWorld) -> Iterator[TestClient]:
    with TestClient(application(world), base_url=f"http://{_HOST}") as client:
        yield client


@contextmanager
def _talk(page: TestClient, host: str = _HOST, **headers: str) -> Iterator[WebSocketTestSession]:
    with page.websocket_connect(f"ws://{host}/ws", headers=headers) as socket:
        yield socket


def _until(socket: WebSocketTestSession, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(50):
        told: dict[str, Any] = json.loads(socket.receive_text())
        if wanted(told):
            return told
    message = "fifty things were told, and not what was waited for"
    raise AssertionError(message)


def _event(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda told: bool(told["event"] == name)


def _refused(socket: WebSocketTestSession, request: object) -> str:
    socket.send_text(request if isinstance(request, str) else json.dumps(request))
    return str(_until(socket, _event("refused"))["args"]["text"])


def test_the_start_tells_what_the_page_draws(page: TestClient) -> None:
    told = page.get("/api/start").json()

    assert told["country"] == "bd"
    assert [pack["name"] for pack in told["products"]][:2] == ["Pack 0", "Pack 1"]
    assert told["produce"][0]["grams"] == 865
    assert told["coupons"] == [{"name": "Half off", "code": "HALF"}]
    assert {story["id"] for story in told["stories"]} == {story.id for story in STORIES if not story.bags}
    assert told["bags"] is False
    assert (told["screen"], told["office"]) == (6080, "http://127.0.0.1:8801/look")
    assert told["receipts"] == []


def test_the_page_and_all_it_asks_for_are_served(page: TestClient, world: FakeWorld) -> None:
    (world.pictures / "pack.png").write_bytes(b"png")
    (world.receipts / "000001.png").write_bytes(b"strip")

    whole = page.get("/")
    assert "The bench" in whole.text
    assert page.get("/static/bench.js").status_code == page.get("/static/bench.css").status_code == 200
    assert (page.get("/pictures/pack.png").content, page.get("/receipts/000001.png").content) == (b"png", b"strip")
    assert page.get("/static/%2e%2e/server.py").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "bench.evil.example:8800", "192.168.1.5:8800"])
def test_only_loopback_names_are_answered(page: TestClient, host: str) -> None:
    for path in ("/", "/api/start", "/static/bench.js"):
        assert page.get(path, headers={"host": host}).status_code == 400
    with pytest.raises(WebSocketDisconnect), _talk(page, host):
        pass


def test_localhost_is_a_loopback_name(page: TestClient) -> None:
    assert page.get("/api/start", headers={"host": "localhost:8800"}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", f"https://{_HOST}", "null"])
def test_another_page_in_the_same_browser_cannot_turn_knobs(page: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect) as closed, _talk(page, origin=origin):
        pass
    assert closed.value.code == 1008


def test_its_own_page_and_a_program_without_a_page_may(page: TestClient) -> None:
    for headers in ({"origin": f"http://{_HOST}"}, {}):
        with _talk(page, **headers) as socket:
            assert _until(socket, _event("power"))["args"] == {"on": True}


def test_a_page_hears_how_the_boards_stand_when_it_comes(page: TestClient, panels: Panels) -> None:
    with _talk(page) as first:
        _until(first, lambda told: bool(told["event"] == "here" and told["board"] == "lights"))
        panels.light("amber")
        assert _until(first, _event("light"))["args"] == {"colour": "amber", "blinking": False}
    with _talk(page) as second:
        here = _until(second, lambda told: bool(told["event"] == "here" and told["board"] == "lights"))
        assert here["args"]["state"] == {"colour": "amber"}


def test_a_board_that_goes_is_told(page: TestClient, panels: Panels) -> None:
    with _talk(page) as socket:
        _until(socket, lambda told: bool(told["event"] == "here" and told["board"] == "lights"))
        panels.do(panels.panels["lights"].close())
        assert _until(socket, _event("gone"))["board"] == "lights"


def test_a_turned_knob_reaches_its_board(page: TestClient, panels: Panels) -> None:
    with _talk(page) as socket:
        _until(socket, lambda told: bool(told["event"] == "here" and told["board"] == "scanner"))
        socket.send_json({"do": "turn", "board": "scanner", "knob": "scan", "args": {"data": "4006381333931"}})
        assert "no code" in _refused(socket, {"do": "turn", "board": "scanner", "knob": "scan", "args": {"data": ""}})
    assert panels.scanned == ["4006381333931"]


def test_what_cannot_be_turned_is_refused_in_words(page: TestClient, panels: Panels) -> None:
    with _talk(page) as socket:
        _until(socket, lambda told: bool(told["event"] == "here" and told["board"] == "lights"))

        assert "no knob 'polish'" in _refused(socket, {"do": "turn", "board": "lights", "knob": "polish"})
        assert "there is no board called 'toaster'" in _refused(
            socket, {"do": "turn", "board": "toaster", "knob": "polish"}
        )
        for args in ({"board": "x"}, {"self": 1}, [1]):
            asked = {"do": "turn", "board": "lights", "knob": "staff_key", "args": args}
            assert "lights: staff_key cannot be turned with" in _refused(socket, asked)


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "dance"},
        {"do": "turn", "board": "lights"},
        {"do": "story"},
        {},
        [1],
        "not json",
        "[" * 20_000,
        '"text"',
    ],
)
def test_a_request_nobody_knows_is_refused_and_the_page_stays(page: TestClient, request_: object) -> None:
    with _talk(page) as socket:
        assert _refused(socket, request_).startswith("the bench does not understand")
        assert _refused(socket, {"do": "sing"}).endswith('{"do": "sing"}')


def test_power_off_and_on_call_the_world_and_tell_every_page(page: TestClient, world: FakeWorld) -> None:
    with _talk(page) as one, _talk(page) as other:
        for socket in (one, other):
            _until(socket, _event("power"))
        one.send_json({"do": "power_off"})
        assert [_until(socket, _event("power"))["args"] for socket in (one, other)] == [{"on": False}] * 2
        one.send_json({"do": "power_on"})
        assert [_until(socket, _event("power"))["args"] for socket in (one, other)] == [{"on": True}] * 2
    assert world.switched == ["off", "on"]


def test_a_kiosk_that_does_not_come_up_is_told_in_words(page: TestClient, world: FakeWorld) -> None:
    with _talk(page) as socket:
        _until(socket, _event("power"))
        world.down = "checkout ended (code 2) before it was ready"
        socket.send_json({"do": "power_off"})
        socket.send_json({"do": "power_on"})
        told = _until(socket, _event("refused"))
        assert told["args"]["text"] == world.down
        assert _refused(socket, {"do": "dance"})


def test_a_story_that_cannot_go_on_says_so_and_another_waits_for_its_end(page: TestClient) -> None:
    with _talk(page) as socket:
        socket.send_json({"do": "story", "story": "offer"})
        told = _until(socket, _event("story"))
        assert told["args"]["text"] == "The story stopped: there is no board called 'panel'"
        assert _refused(socket, {"do": "story", "story": "network"}) == "a story is being played"


def _save(folder: Path, number: int) -> None:
    told = {"text": [f"receipt {number}"], "complete": True}
    (folder / f"{number:06}.json").write_text(json.dumps(told), encoding="utf-8")


def test_a_printed_receipt_is_shown_once_and_those_of_before_are_no_news(world: FakeWorld) -> None:
    async def run() -> list[dict[str, Any]]:
        _save(world.receipts, 1)
        bench = Bench(world)
        await bench.start()
        shown = await bench.open_page()
        _save(world.receipts, 2)
        bench._told("printer", "printed", {"receipt": 2, "complete": True})
        bench._told("printer", "printed", {"receipt": 2, "complete": True})
        await bench.close()
        assert [receipt["text"] for receipt in bench.opening()["receipts"]] == ["receipt 1", "receipt 2"]
        return [json.loads(shown.get_nowait() or "") for _ in range(shown.qsize())]

    told = [each for each in asyncio.run(run()) if each["event"] == "receipt"]
    assert [each["args"]["text"] for each in told] == ["receipt 2"]


def test_a_page_that_does_not_read_is_let_go_and_not_fed_from_the_middle(world: FakeWorld) -> None:
    async def run() -> None:
        bench = Bench(world)
        slow, quick = await bench.open_page(), await bench.open_page()
        for number in range(3000):
            bench.broadcast("lights", "light", {"number": number})
            while not quick.empty():
                quick.get_nowait()

        assert (slow.qsize(), slow.get_nowait()) == (1, None)
        bench.broadcast("lights", "light", {})
        assert quick.qsize() == 1
        assert slow.empty()

    asyncio.run(run())
