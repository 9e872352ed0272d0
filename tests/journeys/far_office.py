"""The other end of the checkout's socket: what head office says through the sync process, told by a journey."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from kiosk.checkout.events import TransactionCompleted
from kiosk.retail.merchant_qr import Account, MerchantQr, build
from messages import local
from messages.asks import PaymentState, PointsState
from messages.basket_asks import BasketRow
from messages.transaction_events import TransactionCompleted as SoldAsTold
from messages.values import FiscalDocument, OriginalTender
from tests.support.waiting import wait_until

__all__ = ["FarOffice"]


def _code(minor: int) -> str:
    account = Account("26", (("00", "com.bkash"), ("01", "01712345678")))
    amount = f"{minor // 100}.{minor % 100:02}"
    return build(MerchantQr((account,), "BDT", "BD", "Sobuj Bazar", "Dhaka", amount=amount))


class FarOffice:
    """Listens at the socket and answers as it was told; ``says`` tells the checkout something unasked."""

    def __init__(self, path: Path) -> None:
        self.heard: list[local.FromCheckout] = []
        self.members: dict[str, local.LoyaltyFound] = {}
        self.payments: dict[str, local.PaymentTold] = {}
        self.sold_before: set[str] = set()
        self.sales: dict[str, local.SaleFound] = {}
        self.baskets: list[local.BasketFound] = []
        """What it says of parked baskets, one after the other; then it knows none."""
        self.place = 0
        """Where a call from here stands in the queue; 0: it does not know of it."""
        self.parked: tuple[BasketRow, ...] = ()
        """The shop's parked baskets, as it lists them."""
        self.on_card: int | None = None
        """What is on every gift card; ``None``: none has been bought yet."""
        self.silent: set[type] = set()
        self._path = path
        self._online = True
        self._line: socket.socket | None = None
        self._answers: dict[type, Callable[[Any], local.FromSync | None]] = {
            local.Hello: lambda _: local.Online(self._online),
            local.AskNumbers: lambda ask: local.NumbersFound(ask.correlation),
            local.AskLoyalty: self._member,
            local.AskSerial: lambda ask: local.SerialTold(
                ask.correlation, sold=ask.serial in self.sold_before, offline=not self._online
            ),
            local.AskCoupon: lambda ask: local.CouponTold(ask.correlation, offline=not self._online),
            local.AskPayment: self._payment,
            local.AskPoints: self._points,
            local.AskValue: self._value,
            local.AskSale: self._sale,
            local.AskReturn: lambda ask: local.ReturnTold(ask.correlation, "held", offline=not self._online),
            local.AskBasket: self._basket,
            local.AskPlace: lambda ask: local.PlaceFound(ask.correlation, self.place if self._online else 0),
            local.AskBaskets: self._listed,
        }
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(path))
        self._door.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody listens any more."""
        for each in (self._door, self._line):
            if each is not None:
                each.close()

    # --- what a journey has it do ----------------------------------------------------------------------------------

    def goes(self, *, online: bool) -> None:
        """The connection to head office breaks, or is there again."""
        self._online = online
        self.says(local.Online(online))

    def says(self, record: local.FromSync) -> None:
        """Tell the checkout."""
        line = wait_until(lambda: self._line, what="a checkout at the socket")
        line.sendall(local.encode(record))

    def pays(self, state: PaymentState = "paid", *, late: bool = False) -> None:
        """The shopper's telephone pays the code that was asked for last; the acquirer's news comes at once."""
        request, shown = list(self.payments.items())[-1]
        self.payments[request] = msgspec.structs.replace(shown, state=state, reference="TX-1", scheme="bKash")
        if not late:
            self.says(msgspec.structs.replace(self.payments[request], correlation=""))

    def expires(self) -> None:
        """The time to pay the code that was asked for last is up."""
        request, shown = list(self.payments.items())[-1]
        self.payments[request] = msgspec.structs.replace(shown, state="declined", reason="expired")

    def knows(self, sale: TransactionCompleted, document: FiscalDocument | None = None) -> None:
        """The journal of this sale has come up: its receipt is known, and nothing of it has come back."""
        told = msgspec.convert(msgspec.to_builtins(sale), SoldAsTold)
        tenders = tuple(
            OriginalTender(
                each.tender, each.tender_id, each.kind, each.amount, each.amount, each.reference, each.brand,
                each.masked_pan, each.points,
            )
            for each in told.tenders
        )  # fmt: skip
        self.sales[f"sale:{sale.transaction.uuid}"] = local.SaleFound("", told, tenders=tenders, document=document)

    def refunded_once(self) -> None:
        """What came too late has been given back, or never was taken."""
        deeds = [each for each in self.asked(local.AskPayment) if each.deed == "refund"]
        wait_until(lambda: [p.state for p in self.payments.values()] == ["refunded"], what="the money given back")
        assert len({each.request for each in deeds}) <= 1

    def asked(self, kind: type) -> list[Any]:
        """What the checkout asked, of one kind."""
        return [record for record in self.heard if isinstance(record, kind)]

    # --- answers ---------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as lines:
                self._line = line
                try:
                    for each in lines:
                        self._answer(line, local.decode_from_checkout(each))
                except OSError:
                    continue

    def _answer(self, line: socket.socket, record: local.FromCheckout) -> None:
        self.heard.append(record)
        answer = self._answers.get(type(record))
        told = answer(record) if answer is not None and type(record) not in self.silent else None
        if told is not None:
            line.sendall(local.encode(told))

    def _sale(self, ask: local.AskSale) -> local.SaleFound:
        if not self._online:
            return local.SaleFound(ask.correlation, offline=True)
        return msgspec.structs.replace(self.sales.get(ask.sought, local.SaleFound("")), correlation=ask.correlation)

    def _member(self, ask: local.AskLoyalty) -> local.LoyaltyFound:
        if not self._online:
            return local.LoyaltyFound(ask.correlation, offline=True)
        found = self.members.get(ask.keyed_hash, local.LoyaltyFound(""))
        return msgspec.structs.replace(found, correlation=ask.correlation)

    def _basket(self, ask: local.AskBasket) -> local.BasketFound:
        if not self._online:
            return local.BasketFound(ask.correlation, offline=True)
        told = self.baskets.pop(0) if self.baskets else local.BasketFound("")
        return msgspec.structs.replace(told, correlation=ask.correlation)

    def _listed(self, ask: local.AskBaskets) -> local.BasketsFound:
        return local.BasketsFound(ask.correlation, self.parked, offline=not self._online)

    def _payment(self, ask: local.AskPayment) -> local.PaymentTold:
        if not self._online:
            return local.PaymentTold(ask.correlation, ask.request, offline=True)
        known = self.payments.get(ask.request)
        if known is None and ask.deed == "charge":
            code = _code(ask.amount_minor)
            known = local.PaymentTold("", ask.request, "waiting", code, 120_000, ask.amount_minor, "BDT")
        if known is None:
            return local.PaymentTold(ask.correlation, ask.request, "not_found")
        if ask.deed == "cancel" and known.state == "waiting":
            known = msgspec.structs.replace(known, state="declined", reason="cancelled")
        if ask.deed == "refund":
            known = msgspec.structs.replace(known, state="refunded")
        self.payments[ask.request] = known
        return msgspec.structs.replace(known, correlation=ask.correlation)

    def _value(self, ask: local.AskValue) -> local.ValueTold:
        told = local.ValueTold(ask.correlation, ask.request, currency="BDT", account="a-1", masked="**** 0017")
        if not self._online:
            return msgspec.structs.replace(told, offline=True)
        if self.on_card is None:
            return msgspec.structs.replace(told, state="refused", reason="inactive", kind="gift_card")
        if ask.deed == "look":
            return msgspec.structs.replace(told, state="known", balance=self.on_card)
        held = min(ask.amount_minor, self.on_card)
        return msgspec.structs.replace(told, state="held", amount_minor=held, balance=self.on_card - held)

    def _points(self, ask: local.AskPoints) -> local.PointsHeld:
        state: PointsState = "released" if ask.deed == "release" else "held"
        return local.PointsHeld(
            ask.correlation, ask.request, state, ask.points, ask.amount_minor, ask.currency, offline=not self._online
        )
