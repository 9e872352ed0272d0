"""Pictures of the plate at head office: beside what waits, for whoever is signed in, and gone with it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from headoffice.console.app import build_app
from headoffice.lane_frames import Frames
from headoffice.ledger.frame_tables import LaneFrame
from kiosk.checkout import events
from messages.frames import FrameTaken
from tests.headoffice.pages import sign_in
from tests.headoffice.test_attend import Shop
from tests.support.journals import T0

JPEG = b"\xff\xd8\xff picture"


@pytest.fixture
def shop(services: object) -> Shop:
    return Shop(services)  # type: ignore[arg-type]  # the fixture's own class


def frames_of(shop: Shop) -> Frames:
    return Frames(shop.database, clock=lambda: shop.now)


def take(shop: Shop, intervention: str, number: int = 0, *, minutes: int = 60, owner: str = "lane-1") -> None:
    until = shop.now + minutes * 60_000
    frame = FrameTaken(kiosk=owner, intervention=intervention, number=number, erase_ms=until, jpeg=JPEG)
    frames_of(shop).taken(owner, frame)


def held(shop: Shop) -> int:
    with shop.database.read() as session:
        return len(session.scalars(select(LaneFrame.number)).all())


def test_pictures_stand_beside_what_waits(shop: Shop) -> None:
    ident = shop.one.calls("staff_item", T0)
    take(shop, ident)
    take(shop, ident, 1)
    take(shop, ident, 1)
    assert [list(one.frames) for one in shop.board().waiting] == [[0, 1]]
    with TestClient(build_app(shop.services), headers={"accept-language": "en"}) as client:
        path = f"/attend/frame/lane-1/{ident}/1"
        assert client.get(path, follow_redirects=False).status_code in (302, 303, 307)
        sign_in(client)
        assert f'src="{path}"' in client.get("/attend/board", params={"store": "dhk-1"}).text
        answer = client.get(path)
        assert (answer.content, answer.headers["content-type"]) == (JPEG, "image/jpeg")
        assert "no-store" in answer.headers["cache-control"]
        assert client.get(f"/attend/frame/lane-1/{ident}/7").status_code == 404


def test_they_are_gone_once_it_was_judged(shop: Shop) -> None:
    ident = shop.one.calls("staff_item", T0)
    take(shop, ident)
    shop.one.tell(events.InterventionCleared(ident, "approved", "op-7"))
    assert held(shop) == 1
    assert frames_of(shop).erase() == 1
    assert held(shop) == 0


def test_they_are_gone_when_their_time_is_over_though_nobody_judged(shop: Shop) -> None:
    ident = shop.one.calls("staff_item", T0)
    take(shop, ident, minutes=5)
    assert frames_of(shop).erase() == 0
    shop.now += 5 * 60_000
    assert [list(one.frames) for one in shop.board().waiting] == [[]]
    assert frames_of(shop).erase() == 1


@pytest.mark.parametrize("owner", ["lane-1", "lane-2"])
def test_what_nobody_waits_for_is_not_kept(shop: Shop, owner: str) -> None:
    ident = shop.one.calls("staff_item", T0)
    take(shop, ident if owner == "lane-2" else "another", owner=owner)
    take(shop, ident, minutes=0)
    assert held(shop) == 0


def test_one_lane_fills_no_database(shop: Shop) -> None:
    idents = [f"call-{number}" for number in range(8)]
    for ident in idents:
        shop.one.tell(events.InterventionRaised(ident, "staff_item", "payment", "attendant", T0))
    for ident in idents:
        for number in range(12):
            take(shop, ident, number)
    assert held(shop) <= 60
