"""Lanes of the sample shop that sell until their journals are long enough: the kiosk's own decisions and journal.

``journalling FOLDER NAME WORKSTATION RECORDS``: a lane's ``FOLDER/NAME/journal.db``. Shoppers fill the sample
baskets; a third are members, some use a coupon, some call for help, void a line or leave; staff look after them.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from headoffice.feed_tables import FeedCurrent
from headoffice.seed import seed
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.retail.policy import Policy
from kiosk.settings import load, policy_of
from kiosk.store.book import SqliteBook
from kiosk.store.book_builder import BookBuilder
from kiosk.store.chain import Identity
from kiosk.store.journal import Journal, mint_epoch
from samples.catalogue import load_baskets, load_shop
from tests.benchmarks.programs.said import say
from tests.support.lane import AGREE, HandLane
from tests.support.ledgers import brief_database
from tests.support.shop import VERIFIED

__all__ = ["STORE", "journal_of", "main"]

STORE = "dhaka-1"
_NOW_MS = 1_794_000_000_000
_APPENDED_AT_ONCE = 200
_STAFF = i.OperatorSignedIn("op1", "Rahima", "supervisor", "pin")
_HASH = "ab" * 32


class _Book:
    """The book the sample shop's lanes have, its policy seen through a kiosk's own settings."""

    def __init__(self, folder: Path) -> None:
        told: dict[str, Any] = {}
        with brief_database() as database, BookBuilder(folder) as builder:
            seed(database, load_shop("bd"), load_baskets(), now_ms=_NOW_MS, days=0, key=bytes(range(32)))
            with database.read() as session:
                for row in session.scalars(select(FeedCurrent).where(FeedCurrent.payload.is_not(None))):
                    builder.put(row.kind, row.key, row.payload or b"")
                    if row.kind == "policy":
                        told = msgspec.json.decode(row.payload or b"")
            self._book = SqliteBook.open(builder.finish(1))
        local = folder / "kiosk.toml"
        local.write_text('country = "bd"\n[identity]\nkiosk = "k"\nstore = "s"\nworkstation = "1"\n', encoding="utf-8")
        self._policy = replace(policy_of(load(local), told), weighing=VERIFIED)

    @property
    def policy(self) -> Policy:
        """As this country's pack and the retailer have it."""
        return self._policy

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Members of the shop, by id."""
        return tuple(member.member_id for member in load_shop("bd").members)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the book has
        return getattr(self._book, name)


class _Shoppers:
    """One shopper after the other at one lane."""

    def __init__(self, book: _Book, name: str, workstation: str) -> None:
        self._book, self._chance = book, random.Random(name)
        self.epoch = mint_epoch(_NOW_MS // 1000, self._chance.getrandbits(20))
        self.lane = HandLane(book)  # type: ignore[arg-type]  # a book of the kiosk's own
        self.lane._seed = self._chance.getrandbits(40)
        self.lane.tell(i.PowerRestored(name, self.epoch, STORE, workstation, "0.1.0"))
        asked = self.lane.effect(f.AskNumbers)
        self.lane.tell(i.WeighingChecked("0" * 64, intact=True, scale="simulated"))
        self.lane.tell(i.NumbersAnswered(asked.correlation), i.NetworkChanged(online=True))
        shop = load_shop("bd")
        self._items = {item.item_id: item for item in shop.items}
        self._baskets = load_baskets()

    def come(self) -> None:
        """A visit, from the first touch to the last."""
        lane, chance = self.lane, self._chance
        lane.tell(i.ShopperArrived(chance.choice(("bn", "bn", "en"))))
        if chance.random() < 0.33:
            lane.tell(i.LoyaltyPresented(_HASH, "card"))
            asked = lane.effect(f.AskMember)
            lane.tell(i.MemberAnswered(asked.correlation, chance.choice(self._book.members), "silver", points=250))
        if chance.random() < 0.1:
            lane.scan("WELCOME")
        for item_id, grams in chance.choice(self._baskets):
            self._ring(item_id, grams)
        self._staff()
        lines = self._lines()
        if lines and chance.random() < 0.15:
            lane.tell(i.LineVoidRequested(chance.choice(lines)))
        if chance.random() < 0.08:
            lane.tell(i.HelpPressed())
        self._staff()
        if not self._lines() or chance.random() < 0.04:
            lane.tell(_STAFF, i.OperatorActed("cancel_transaction"), i.OperatorSignedOut())
        else:
            self._pay()
        lane.later(90_000)

    def _ring(self, item_id: str, grams: int | None) -> None:
        item = self._items.get(item_id)
        if item is None:
            return
        self.lane.later(2_000)
        if item.gtin:
            self.lane.scan(item.gtin)
        elif grams:
            self.lane.tell(i.ItemChosen(item_id)).weigh(0).weigh(grams + item.tare_grams).tell(AGREE)
        else:
            self.lane.tell(i.ItemChosen(item_id))

    def _lines(self) -> list[int]:
        basket = self.lane.state.transaction
        return [line.line for line in basket.live_lines] if basket is not None else []

    def _staff(self) -> None:
        """Somebody looks at what only staff may judge."""
        for raised in list(self.lane.state.interventions):
            acted = i.OperatorActed("approve", target=raised.intervention)
            self.lane.tell(_STAFF, acted, i.OperatorSignedOut())

    def _pay(self) -> None:
        lane = self.lane
        lane.tell(i.CheckoutRequested(), i.TenderChosen("card"))
        charges = [effect for effect in lane.effects if isinstance(effect, f.Charge)]
        if charges:
            lane.approve(charges[0].tender)
            printed = [effect for effect in lane.effects if isinstance(effect, f.Print)]
            if printed:
                lane.tell(i.PrinterAnswered(printed[0].job, "printed"))
        lane.tell(i.TimerElapsed("thanks"))


def _written(shoppers: _Shoppers) -> Iterator[list[Any]]:
    """The events as they come, some visits together."""
    while True:
        while len(shoppers.lane.journal) < _APPENDED_AT_ONCE:
            shoppers.come()
        told, shoppers.lane.journal = shoppers.lane.journal, []
        shoppers.lane.commits.clear()
        yield told


def journal_of(folder: Path, name: str, workstation: str, records: int) -> dict[str, int]:
    """Journal at least so many records; gives how many there are, and of what size."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    shoppers = _Shoppers(_Book(place), name, workstation)
    size = 0
    with Journal.open(place / "journal.db", identity=Identity(name, shoppers.epoch)) as journal:
        for events in _written(shoppers):
            journal.append(events, shoppers.lane.now_ms)
            if journal.head.sequence >= records:
                break
        (size,) = journal._connection.execute("SELECT sum(length(payload)) FROM record").fetchone()
        return {"records": journal.head.sequence, "bytes": size}


def main() -> None:
    """Say how long the journal is."""
    folder, name, workstation, records = sys.argv[1:]
    say(journalled=journal_of(Path(folder), name, workstation, int(records)))


if __name__ == "__main__":
    main()
