"""The shop of the journeys: a lane with simulated devices and their far ends, the window before it, our own clock."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kivy.core.window import Window

from kiosk.bootstrap import Kiosk, build_from
from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.book import Member
from kiosk.retail.item import Item, Recall
from kiosk.retail.money import Money
from kiosk.retail.policy import CouponRules, Policy, TenderType
from kiosk.store.rows import Department, Operator
from kiosk.workstation.identity import Hasher
from tests.journeys.clock import NOON, JourneyClock, turn
from tests.journeys.far_office import FarOffice
from tests.journeys.kiosk_page import Glass, Shopper
from tests.support.kiosk import SHOP_KEY, Lane, build_book, lane
from tests.support.shop import MemoryBook, bangladesh, small_shop
from tests.support.waiting import wait_until
from tests.support.window import frames
from ui.app import KioskApp
from ui.sound import Earcons

__all__ = [
    "BADGES",
    "BLADES",
    "GIFT",
    "MEMBER",
    "MILK",
    "MYSTERY",
    "NAMES",
    "PHONE",
    "PINS",
    "RECALLED",
    "TEA",
    "WIDE",
    "WINE",
    "Plan",
    "Scale",
    "Scanner",
    "Shop",
    "Staff",
    "Terminal",
    "opened",
]

MILK, TEA, WINE = "8901234567890", "4006381333931", "9780201379624"
BLADES, MYSTERY, RICE, BAG, GIFT = "036000291452", "0012345678905", "725272730706", "5901234123457", "614141000036"
RECALLED = "4901234567894"
MEMBER, PHONE = "2900000000018", "01712345678"
"""A loyalty card of this shop; what stands behind it is m-001."""
BADGES: Final = {"attendant": "2800000000011", "supervisor": "2800000000028", "technician": "2800000000035"}
NAMES: Final = {"attendant": "Rina", "supervisor": "Karim", "technician": "Tapan"}
PINS: Final = {"attendant": "12345678", "supervisor": "23456789", "technician": "34567890"}
_SALT: Final = b"salt"
PRODUCE: Final = {"en": "Fruit and vegetables", "bn": "ফল ও সবজি", "pt_BR": "Frutas e verduras"}
WIDE: Final = (1280, 800)


@dataclass
class Plan:
    """How a journey's shop differs from the usual one."""

    policy: Callable[[Policy], Policy] = lambda policy: policy
    book: Callable[[MemoryBook], None] = lambda _: None
    settings: str = ""
    """More of the workstation's settings; ``{folder}`` is the lane's."""
    office: bool = False
    """Somebody answers for head office."""
    start: str = ""
    """By the shop's clock (``YYYY-MM-DDTHH:MM``); empty: noon of a Tuesday."""


def shop_book(plan: Plan) -> MemoryBook:
    """The small shop with names in three languages, and one pack of each kind that staff must see."""
    policy = replace(
        bangladesh(),
        languages=("en", "bn", "pt_BR"),
        store_name={"bn": "সবুজ বাজার", "en": "Sobuj Bazar", "pt_BR": "Mercado Verde"},
        member_prefix="29",
        badge_prefix="28",
        coupons=CouponRules(prefixes=("99",)),
        tenders=(
            TenderType("card", "card", {"en": "Card", "bn": "কার্ড", "pt_BR": "Cartão"}),
            TenderType("bkash", "qr", {"en": "bKash", "bn": "বিকাশ", "pt_BR": "bKash"}),
            TenderType("cash", "cash", {"en": "Cash", "bn": "নগদ", "pt_BR": "Dinheiro"}),
        ),
    )
    book = small_shop(plan.policy(policy))
    names = {"milk": {"en": "Milk 1 l", "bn": "দুধ ১ লিটার", "pt_BR": "Leite 1 l"}}
    names |= {"tea": {"en": "Tea 400 g", "bn": "চা", "pt_BR": "Chá 400 g"}}
    names |= {"banana": {"en": "Bananas", "bn": "কলা", "pt_BR": "Bananas"}}
    for item_id, said in names.items():
        book.items[item_id] = replace(book.items[item_id], names=said)
    book.items["infant"] = Item(
        "infant", {"en": "Infant milk"}, "dairy", "standard", Money(80_000, "BDT"), gtin=f"0{RECALLED}",
        recall=Recall(lots=("L7",)),
    )  # fmt: skip
    member, hasher = (
        Member("m-001", "gold", "Rahima", points=5_000, points_utc_ms=int(NOON.timestamp() - 7_200) * 1000),
        Hasher(SHOP_KEY),
    )
    book.members = {hasher.of("card", MEMBER): member, hasher.of("phone", f"+88{PHONE}"): member}
    plan.book(book)
    return book


def operators() -> tuple[Operator, ...]:
    """One of each role, each with a badge."""
    hasher = Hasher(SHOP_KEY)
    return tuple(
        Operator(f"op-{role}", NAMES[role], role, hasher.of("badge", badge), _SALT.hex(), _hashed(PINS[role]))
        for role, badge in BADGES.items()
    )


def _hashed(pin: str) -> str:
    return hashlib.scrypt(pin.encode(), salt=_SALT, n=2**14, r=8, p=1).hex()


class Device:
    """A device of the lane, by its knobs."""

    def __init__(self, lane: Lane, name: str) -> None:
        self.lane, self.name = lane, name

    def turn(self, knob: str, **args: object) -> Any:  # noqa: ANN401 - a JSON value
        """Turn a knob."""
        return self.lane.turn(self.name, knob, **args)

    def is_unplugged(self) -> None:
        """Somebody pulls its cable."""
        self.turn("unplug")

    def is_plugged(self) -> None:
        """The cable is back."""
        self.turn("plug")


class Scanner(Device):
    """Codes held before it."""

    def scans(self, *codes: str) -> None:
        """One after the other; each is read."""
        for code in codes:
            self.lane.scan(code)


class Scale(Device):
    """The produce scale's plate."""

    def bears(self, grams: int) -> None:
        """Something is put on the empty plate."""
        self.turn("remove")
        self.turn("put", grams=grams)

    def is_empty(self) -> None:
        """Everything is taken off."""
        self.turn("remove")


class Terminal(Device):
    """The card terminal, in a process of its own."""

    def asks(self) -> None:
        """It waits for a card."""
        wait_until(lambda: self.lane.state_of("terminal")["pending"], what="the terminal asks for a card")

    def taps(self, outcome: str = "approve", amount_minor: int = 0) -> None:
        """A card is held to it."""
        self.asks()
        self.turn("tap", outcome=outcome, amount_minor=amount_minor)

    def charged(self) -> list[int]:
        """What it took, from its own memory."""
        return [each["amount_minor"] for each in self.lane.charges() if each["what"] in ("approved", "partial")]


@dataclass
class Shop:
    """Everything of one journey."""

    lane: Lane
    glass: Glass
    clock: JourneyClock
    office: FarOffice | None = None
    kiosk: Kiosk | None = None
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        at = self.lane
        self.shopper = Shopper(self.glass)
        self.staff = Staff(self)
        self.scanner, self.scale = Scanner(at, "scanner"), Scale(at, "produce_scale")
        self.printer, self.camera, self.lights = (Device(at, name) for name in ("printer", "camera", "lights"))
        self.terminal = Terminal(at, "terminal")
        self.bag, self.fiscal = Scale(at, "bagging_scale"), Device(at, "fiscal")

    # --- time and power ----------------------------------------------------------------------------------------------

    @property
    def running(self) -> Kiosk:
        """The kiosk that stands here now."""
        assert self.kiosk is not None, "the kiosk is off"
        return self.kiosk

    def waits(self, seconds: float) -> None:
        """Time passes, and nobody touches anything."""
        self.clock.passes(seconds, self.running)

    def waits_for(self, words: str, seconds: float = 4, *, steps: int = 12) -> None:
        """Time passes, little by little, until something is said: scales are read in a time of their own."""
        for _ in range(steps):
            if self.shopper.soon(words):
                return
            self.waits(seconds)
        self.shopper.sees(words)

    def clock_is_set(self, local: str) -> None:
        """The machine's clock jumps."""
        self.clock.is_set(local, self.running)

    def settles(self) -> None:
        """Whatever is on its way to the kiosk has been decided."""
        turn(self.running)

    def starts(self) -> None:
        """Power."""
        self.kiosk = build_from(self.lane.settings, clock=self.clock)
        self.kiosk.start()
        self.glass.app.attach(self.kiosk)

    def stops(self) -> None:
        """In order."""
        if self.kiosk is not None:
            self.kiosk.stop()
            self.kiosk = None

    def power_is_cut(self) -> None:
        """The disk stays as it is at this instant: what a kiosk writes while it stops is lost."""
        kept = self.lane.folder / "at-the-cut"
        shutil.copytree(self.lane.data, kept, ignore=shutil.ignore_patterns("*.lock", "book-*"))
        self.stops()
        for file in kept.iterdir():
            for gone in self.lane.data.glob(f"{file.name}-*"):
                gone.unlink()
        shutil.copytree(kept, self.lane.data, dirs_exist_ok=True)
        shutil.rmtree(kept)

    # --- the disk ----------------------------------------------------------------------------------------------------

    @contextmanager
    def disk_full(self) -> Iterator[None]:
        """Not one more page for the journal."""
        connection = self.running._journal._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            connection.execute(f"PRAGMA max_page_count = {1 << 30}")

    @contextmanager
    def card_read_only(self) -> Iterator[None]:
        """The journal's card takes nothing more."""
        connection = self.running._journal._connection
        connection.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            connection.execute("PRAGMA query_only = OFF")

    @contextmanager
    def journal_locked(self) -> Iterator[None]:
        """Another program holds the journal for itself."""
        with closing(sqlite3.connect(self.lane.data / "journal.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    # --- what is on record -----------------------------------------------------------------------------------------

    def happened(self, kind: type) -> list[Any]:
        """The journal's events of a kind."""
        return self.lane.happened(kind)

    def sold(self) -> list[int]:
        """The totals of the sales on record, in minor units."""
        return [sale.total.minor for sale in self.happened(e.TransactionCompleted)]

    def papers(self) -> list[str]:
        """What the printer printed, paper by paper, in words."""
        return [_written(each) for each in self.lane.receipts()]


def _written(part: Any) -> str:  # noqa: ANN401 - JSON of any kind
    if isinstance(part, dict):
        return "\n".join(_written(each) for each in part.values())
    if isinstance(part, list):
        return "\n".join(_written(each) for each in part)
    return str(part)


class Staff(Shopper):
    """A member of staff at the same glass."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.glass)
        self.shop = shop

    def signs_in(self, role: str = "attendant") -> None:
        """With a badge before the scanner."""
        self.shop.scanner.scans(BADGES[role])
        self.sees(NAMES[role])
        self.sees_screen(s.StaffBody)

    def judges(self, waiting: str, verdict: str = "Approve", *proof: str) -> None:
        """Sign in, judge what waits there, go."""
        self.signs_in()
        self.sees(waiting)
        for each in (verdict, *proof):
            self.touches(each)
        self.sees_no(waiting)
        self.signs_out()

    def signs_out(self) -> None:
        """Leave the kiosk to the shopper."""
        self.touches("Sign out")
        self.sees_no("Sign out")

    def acts(self, words: str, *more: str) -> None:
        """Press an act, behind "More" where it has no button of its own, and answer what is asked."""
        if not self.glass.buttons(words):
            self.touches("More")
        for each in (words, *more):
            self.touches(each)


@contextmanager
def opened(plan: Plan) -> Iterator[Shop]:
    """A shop that is open, with nobody before the lane yet."""
    with ExitStack() as stack:
        sync = "sync.sock" if plan.office else ""
        times = {"answer_timeout_ms": 500}
        at = stack.enter_context(lane(shop_book(plan), sync=sync, terminal_settings=times, card_status_ms=10_000))
        with at.settings.open("a", encoding="utf-8") as settings:
            settings.write(plan.settings.replace("{folder}", str(at.folder)))
        build_book(at.data, shop_book(plan), 2, operators(), (Department("produce", PRODUCE, "fruit.webp"),))
        office = FarOffice(at.folder / "run" / "sync.sock") if plan.office else None
        if office is not None:
            stack.callback(office.close)
        heard: list[str] = []
        app = KioskApp(calm=True, earcons=Earcons(caption=heard.append, loader=lambda _: None))
        Window.size = WIDE
        splash = app.build()
        Window.add_widget(splash)
        shop = Shop(at, Glass(app, WIDE), JourneyClock(), office, heard=heard)
        stack.callback(_close, shop, app)
        if plan.start:
            shop.clock.starts_at(plan.start)
        shop.starts()
        shop.shopper.sees_screen(s.AttractBody)
        yield shop


def _close(shop: Shop, app: KioskApp) -> None:
    shop.stops()
    for widget in tuple(Window.children):
        Window.remove_widget(widget)
    with suppress(KeyError):
        Window.unbind(size=app._resized)
    frames(1)
