"""The drill's shopper before a scripted door: what it touches, how it goes on after a cut, what it complains of."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from bench.knobs import KnobPanel, KnobRefusedError
from bench.oracle import Oracle, Picked
from bench.shopper import CutError, Shopper, StrangeScreenError
from bench.world import World
from tests.bench.shop import item, shop
from tests.support.waiting import wait_until_async

_BASKET = (Picked("tea"), Picked("banana", 510), Picked("bag"))


class _Kiosk:
    """Sells tea (scanned), bananas (weighed) and bags (picked) behind a door such as the headless kiosk's."""

    def __init__(self, folder: Path) -> None:
        self.touch_socket = folder / "door"
        self.boards = {"scanner": folder / "scanner", "produce_scale": folder / "scale"}
        self.touched: list[str] = []
        self.count = self.visits = 0
        self.body = "AttractBody"
        self.content: dict[str, Any] = {}
        self.deaf = ""
        self.shut: tuple[str, ...] = ()
        self._visitors: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._panels = {
            "scanner": KnobPanel(name="scanner", category="scanner", model="simulated", knobs=(self.scan,)),
            "produce_scale": KnobPanel(
                name="scale", category="scale", model="simulated", knobs=(self.put, self.remove)
            ),
        }

    async def start(self) -> None:
        """Open door and boards."""
        for name, panel in self._panels.items():
            await panel.start(self.boards[name])
        self._server = await asyncio.start_unix_server(self._serve, self.touch_socket)

    async def cut(self) -> None:
        """The power goes."""
        if self._server is not None:
            self._server.close()
            self._server = None
            self.touch_socket.unlink()
        for panel in self._panels.values():
            await panel.close()
        for visitor in list(self._visitors):
            visitor.transport.abort()
        await wait_until_async(lambda: not self._visitors, what="the visitors are gone")

    def show(self, body: str, **content: object) -> None:
        """The next screen."""
        self.body, self.content = body, content
        for visitor in self._visitors:
            visitor.write(self._line())

    def basket(self, more: int = 0) -> None:
        """The basket as it stands."""
        self.count += more
        self.show("BasketBody", totals={"count": self.count}, lines=[{}] * self.count)

    async def scan(self, *, data: str, symbology: str) -> None:
        """A pack."""
        if not data:
            text = "nothing to scan"
            raise KnobRefusedError(text)
        self.touched.append(f"scan {data} {symbology}")
        self.basket(1)

    async def put(self, *, grams: int) -> None:
        """On the scale."""
        self.touched.append(f"put {grams}")
        self.show("WeighBody", state="stable", item_id="banana", net="0.500", price="60.00")

    async def remove(self) -> None:
        """Off the scale."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors.add(writer)
        self.visits += 1
        writer.write(self._line())
        try:
            while line := await reader.readline():
                self._touch(json.loads(line))
        except ConnectionError:
            pass
        finally:
            self._visitors.discard(writer)
            writer.close()

    def _line(self) -> bytes:
        screen = {"body": self.content, "chrome": {"language": "en"}}
        return json.dumps({"body": self.body, "screen": screen}).encode() + b"\n"

    def _touch(self, told: dict[str, Any]) -> None:
        touch = told.pop("touch")
        self.touched.append(" ".join([touch, *map(str, told.values())]))
        match touch, told:
            case self.deaf, _:
                pass
            case "ShopperArrived", _:
                self.basket()
            case "ItemChosen", {"item_id": "banana"}:
                self.show("WeighBody", state="zero", price=None)
            case (("ItemChosen" | "WeighConfirmed"), _):
                self.basket(1)
            case "ViewRequested", _:
                self.basket()
            case "CheckoutRequested", _:
                self.show("TenderChoiceBody", unavailable=[[tender, {}] for tender in self.shut])
            case "TenderChosen", {"tender_id": "bkash"}:
                self.show("QrBody", stage="present")
                self.show("ReceiptChoiceBody")
            case "TenderChosen", _:
                self.show("ReceiptChoiceBody")
            case "ReceiptChosen", _:
                self.thank("printing")
                self.thank("printed")

    def thank(self, receipt: str) -> None:
        """Goodbye."""
        self.show("ThanksBody", reference="3-1-000007", total={"minor": 66_500}, receipt=receipt)


_Use = Callable[[_Kiosk, Shopper], Awaitable[None]]


def _before(use: _Use, *, patience: float = 20.0) -> None:
    goods = shop(item("tea", 60_000), item("bag", 500), item("banana", 12_000, unit="kg", tare_grams=10))
    bag = goods.items[1]
    object.__setattr__(bag, "gtin", None)

    async def run(folder: Path) -> None:
        kiosk = _Kiosk(folder)
        shopper = Shopper(cast("World", kiosk), Oracle(goods, offers=True), patience=patience)
        await kiosk.start()
        try:
            await use(kiosk, shopper)
        finally:
            await shopper.leave()
            await kiosk.cut()

    with tempfile.TemporaryDirectory(prefix="shopper") as folder:
        asyncio.run(run(Path(folder)))


def test_a_basket_is_rung_up_paid_and_remembered() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        await shopper.connect()
        await shopper.arrive()
        await shopper.fill(_BASKET)
        assert shopper.pieces() == 3
        sale = await shopper.pay()

        assert sale == {"reference": "3-1-000007", "total": Decimal(665)}
        scanned, *rest = kiosk.touched[1:]
        assert scanned.startswith("scan ")
        assert rest == [
            "ItemChosen banana",
            "put 510",
            "WeighConfirmed banana 0.500 60.00",
            "ItemChosen bag",
            "CheckoutRequested",
            "TenderChosen card",
            "ReceiptChosen paper",
        ]

    _before(use)


@pytest.mark.parametrize(("shut", "way"), [((), "bkash"), (("bkash",), "card")])
def test_a_shopper_with_a_phone_pays_by_code_where_that_is_offered(shut: tuple[str, ...], way: str) -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        kiosk.shut, shopper.by_code = shut, "bkash"
        await shopper.connect()
        await shopper.arrive()
        await shopper.fill(_BASKET[:1])
        await shopper.pay()
        assert f"TenderChosen {way}" in kiosk.touched

    _before(use)


def test_after_a_cut_the_basket_on_show_is_gone_on_with() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        await shopper.connect()
        await shopper.arrive()
        await shopper.fill(_BASKET[:1])
        await kiosk.cut()
        with pytest.raises(CutError):
            await shopper.until(lambda: False)
        with pytest.raises(CutError):
            shopper.touch("CheckoutRequested")
        with pytest.raises(CutError):
            await shopper.turn("scanner", "scan", data="1", symbology="")
        await kiosk.start()
        kiosk.touched.clear()
        await shopper.connect()
        await shopper.fill(_BASKET)

        assert kiosk.touched == ["ItemChosen banana", "put 510", "WeighConfirmed banana 0.500 60.00", "ItemChosen bag"]

    _before(use)


def test_a_kiosk_found_in_the_middle_of_weighing_is_taken_back_to_the_basket() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        kiosk.count = 3
        kiosk.show("WeighBody", state="zero", price=None)
        await shopper.connect()
        await shopper.fill(_BASKET)

        assert kiosk.touched == ["ViewRequested basket"]

    _before(use)


def test_the_shopper_waits_for_the_receipt_of_the_one_before() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        kiosk.thank("printing")
        await shopper.connect()
        arriving = asyncio.create_task(shopper.arrive())
        await asyncio.sleep(0)
        assert kiosk.touched == []
        kiosk.thank("printed")
        await arriving

        assert kiosk.touched == ["ShopperArrived en"]

    _before(use)


def test_a_screen_that_does_not_change_is_complained_of_with_what_is_on_show() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        kiosk.deaf = "ShopperArrived"
        await shopper.connect()
        with pytest.raises(StrangeScreenError, match="waited for an empty basket; on show is AttractBody"):
            await shopper.arrive()
        with pytest.raises(StrangeScreenError, match="nothing to scan"):
            await shopper.turn("scanner", "scan", data="", symbology="")

    _before(use, patience=0.5)


def test_a_kiosk_that_does_not_open_is_complained_of() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        await kiosk.cut()
        with pytest.raises(StrangeScreenError, match=r"no kiosk opened its door within 1 s"):
            await shopper.connect()

    _before(use, patience=0.5)


def test_a_kiosk_half_up_is_waited_for_without_lines_left_behind() -> None:
    async def use(kiosk: _Kiosk, shopper: Shopper) -> None:
        await kiosk._panels["produce_scale"].close()
        connecting = asyncio.create_task(shopper.connect())
        await wait_until_async(lambda: kiosk.visits > 1, what="a second try")
        await kiosk._panels["produce_scale"].start(kiosk.boards["produce_scale"])
        await connecting
        await wait_until_async(lambda: len(kiosk._visitors) == 1, what="one line, that of the last try")

    _before(use)
