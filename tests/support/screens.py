"""Hand-made screens, rich enough to try the drawing of each: long names, many lines, every state."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout.look_up import Shelf, Tile
from kiosk.checkout.screen import (
    AttractBody,
    BaggingView,
    BasketBody,
    Body,
    BuyerBody,
    BuyerView,
    CardBody,
    CashBody,
    CashMachineBody,
    Chrome,
    CouponBody,
    CouponView,
    DeviceRow,
    DevicesBody,
    EnquiryView,
    GiftAmountBody,
    GiftView,
    HintView,
    InstalmentsBody,
    InterventionView,
    LineView,
    LookUpBody,
    LoyaltyBody,
    Notice,
    OutOfServiceBody,
    Part,
    PointsBody,
    PointsChoice,
    PointsView,
    QrBody,
    QuantityBody,
    ReceiptChoiceBody,
    RefundFindBody,
    RefundLinesBody,
    RefundMoneyBody,
    ReturnLineView,
    Screen,
    StaffBadge,
    StaffBody,
    StaffSignInBody,
    TenderChoiceBody,
    ThanksBody,
    TotalsView,
    ValueBody,
    VoucherRestBody,
    WeighBody,
)
from kiosk.checkout.shown import Choice
from kiosk.checkout.text import text
from kiosk.retail.item import Names
from kiosk.retail.merchant_qr import Account, MerchantQr, build
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.returns import ReturnRules
from kiosk.retail.rights import Rights
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.weight import Weight
from tests.support.parked_screens import PARKED_BODIES

STRAWBERRY: Names = {"bn": "স্ট্রবেরি", "en": "Strawberries", "pt_BR": "Morangos"}
CARROT: Names = {"bn": "গাজর (দেশি)", "en": "Carrots, local", "pt_BR": "Cenoura"}
BREAD: Names = {
    "bn": "অলিম্পিক ব্রাউন ব্রেড (আটার পাউরুটি) ৪০০ গ্রাম",  # noqa: RUF001 - Bengali digits
    "en": "Olympic wholewheat brown bread, sliced, 400 g",
    "pt_BR": "Pão de forma integral fatiado Olympic 400 g",
}
TEA: Names = {"bn": "কৃষ্ণচূড়া চা", "en": "Krishnachura tea", "pt_BR": "Chá Krishnachura"}
MILK: Names = {"bn": "প্রাণ দুধ ১ লিটার", "en": "Pran milk 1 l", "pt_BR": "Leite Pran 1 l"}
OFFER: Names = {"bn": "৩টি কিনলে ১টি ফ্রি", "en": "Buy 3, pay for 2", "pt_BR": "Leve 3, pague 2"}
WELCOME: Names = {
    "bn": "স্বাগত কুপন: ৳৫০০ থেকে ৳৫০ ছাড়, সব পণ্যে",
    "en": "Welcome coupon: ৳50 off from ৳500, on everything",
    "pt_BR": "Cupom de boas-vindas: ৳ 50 a partir de ৳ 500 em tudo",
}
COUPON: Names = {"bn": "জন্মদিনের শুভেচ্ছা", "en": "Happy birthday", "pt_BR": "Feliz aniversário"}
STORE: Names = {"bn": "সবুজ বাজার", "en": "Sobuj Bazar", "pt_BR": "Mercado Verde"}


def bdt(minor: int) -> Money:
    """Taka from poisha."""
    return Money(minor, "BDT")


def chrome(language: str = "bn", **changes: object) -> Chrome:
    """The header of lane 3."""
    plain = Chrome(
        language=language,
        languages=("bn", "en", "pt_BR"),
        large_text=False,
        high_contrast=False,
        online=True,
        store_name=STORE,
        workstation="3",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def line(number: int, names: Names, price: int, quantity: int = 1, **changes: object) -> LineView:
    """A counted line."""
    extended = bdt(price * quantity)
    plain = LineView(
        line=number,
        names=names,
        picture=None,
        unit="each",
        quantity=quantity,
        weight=None,
        unit_price=bdt(price),
        extended=extended,
        net=extended,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


LINES = (
    line(1, STRAWBERRY, 12350, picture="pomegranate.jpg"),
    line(
        2,
        CARROT,
        6000,
        unit="kg",
        weight=Weight(1200, -3, "kg"),
        extended=bdt(7200),
        net=bdt(7200),
        tare_grams=10,
        picture="tomato.jpg",
    ),
    line(3, BREAD, 10000, 3, saved=((OFFER, bdt(10000)),), net=bdt(20000), expires="2026-11-23"),
    line(4, TEA, 60000, note=text("line.age")),
    line(5, MILK, 9500, 12, latest=True, picture="pack-carton-dairy.png"),
)

TOTALS = TotalsView(
    count=18,
    subtotal=bdt(223550),
    discount=bdt(10000),
    tax=(
        TaxAmount(TaxRate("standard", 1500), bdt(150000), bdt(22500)),
        TaxAmount(TaxRate("reduced", 750), bdt(38186), bdt(2864)),
    ),
    tax_included=True,
    total=bdt(213550),
    paid=bdt(0),
    due=bdt(213550),
    savings=((OFFER, bdt(10000)),),
    tax_names={"bn": "ভ্যাট", "en": "VAT", "pt_BR": "IVA"},
)
BIG_TOTALS = replace(
    TOTALS,
    subtotal=bdt(1234567890),
    total=bdt(1234557890),
    paid=bdt(100000000),
    due=bdt(1134557890),
)
EMPTY_TOTALS = replace(TOTALS, count=0, subtotal=bdt(0), discount=bdt(0), tax=(), total=bdt(0), due=bdt(0))

INTERVENTIONS = (
    InterventionView("i1", "age", text("intervention.age", age=18), "payment", 1_770_000_000_000, 4),
    InterventionView("i2", "help", text("intervention.help"), "nothing", 1_770_000_060_000),
)
CARD = TenderType("card", "card", {"bn": "কার্ড", "en": "Card", "pt_BR": "Cartão"})
BKASH = TenderType("bkash", "qr", {"bn": "বিকাশ", "en": "bKash QR", "pt_BR": "bKash QR"})
CASH = TenderType("cash", "cash", {"bn": "নগদ টাকা", "en": "Cash", "pt_BR": "Dinheiro"})
VOUCHER = TenderType("voucher", "voucher", {"bn": "গিফট ভাউচার", "en": "Gift voucher", "pt_BR": "Vale-presente"})
STAFF = StaffBadge("রহিমা আক্তার", "attendant")

BREAKFAST: Names = {
    "bn": "সকালের নাশতা: পাউরুটি, দুধ ও চা একসাথে",
    "en": "Breakfast: bread, milk and tea together",
    "pt_BR": "Café da manhã: pão, leite e chá juntos",
}
MORE = HintView(text("hint.more", count=2, price=bdt(20000), amount=bdt(12550)), BREAD, BREAKFAST, bdt(7450))
FREE = HintView(text("hint.free", count=1), MILK, OFFER, bdt(9500), line=5, quantity=13)
SPEND = HintView(text("hint.spend", amount=bdt(12000), saving=bdt(15000)), None, BREAKFAST, bdt(15000))
LESS = HintView(text("hint.less", count=1, amount=bdt(30000)), TEA, BREAKFAST, bdt(40000), choose="tea")

BASKET = BasketBody(LINES, TOTALS, text("basket.hint.next"), can_pay=True)


BANANA: Names = {"bn": "সাগর কলা", "en": "Bananas, Sagor", "pt_BR": "Bananas"}
MANGO: Names = {"bn": "আম (হিমসাগর)", "en": "Mango, Himsagar", "pt_BR": "Manga Himsagar"}
ONION: Names = {"bn": "পেঁয়াজ (দেশি)", "en": "Onions, local", "pt_BR": "Cebola"}
COCONUT: Names = {"bn": "ডাব", "en": "Green coconut", "pt_BR": "Coco verde"}
FRUIT: Names = {"bn": "ফল", "en": "Fruit", "pt_BR": "Frutas"}
VEGETABLES: Names = {"bn": "শাকসবজি", "en": "Vegetables", "pt_BR": "Verduras e legumes"}
BAKERY: Names = {"bn": "বেকারি", "en": "Bakery", "pt_BR": "Padaria"}
FISH: Names = {"bn": "মাছ ও মাংস", "en": "Fish and meat", "pt_BR": "Peixes e carnes"}


class PaperLookUp:
    """A look-up over a handful of tiles, by any part of any name or by number."""

    TILES = (
        Tile("banana", BANANA, "banana.jpg", "kg", bdt(12000), "4011"),
        Tile("mango", MANGO, "mango.jpg", "kg", bdt(18000), "4051", 12_000),
        Tile("onion", ONION, "onion.jpg", "kg", bdt(9000), "4093"),
        Tile("carrot", CARROT, None, "kg", bdt(6000), "4562"),
        Tile("coconut", COCONUT, None, "each", bdt(8000), "4261", 4),
        Tile("strawberry", STRAWBERRY, None, "each", bdt(12350), None, 0),
        Tile("bread", BREAD, None, "each", bdt(10000)),
        Tile("tea", TEA, None, "each", None),
    )

    def search(self, query: str, *, language: str, limit: int = 24) -> tuple[Tile, ...]:
        """Tiles one of whose names holds the query, or whose number begins with it; in any language."""
        del language
        wanted = query.casefold()
        return tuple(
            tile
            for tile in self.TILES
            if (tile.plu or "").startswith(wanted) or any(wanted in name.casefold() for name in tile.names.values())
        )[:limit]

    def shelves(self) -> tuple[Shelf, ...]:
        """Four departments."""
        return (
            Shelf("fruit", FRUIT, None),
            Shelf("vegetables", VEGETABLES, None),
            Shelf("bakery", BAKERY, None),
            Shelf("fish", FISH, None),
        )

    def shelf(self, department: str, *, limit: int = 60, first: tuple[str, ...] = ()) -> tuple[Tile, ...]:
        """All tiles, three times, so that the list scrolls, ``first`` before them; the bakery has two."""
        if department == "bakery":
            return self.TILES[6:]
        begun = tuple(tile for item_id in first for tile in self.TILES if tile.item_id == item_id)
        return (begun + tuple(tile for tile in self.TILES * 3 if tile not in begun))[:limit]


CODE = build(
    MerchantQr(
        (Account("26", (("00", "scheme.example.bd"), ("25", "psp.example/0123456789abcdef01234567"))),),
        "BDT",
        "BD",
        "Sobuj Bazar, Dhanmondi",
        "Dhaka",
        category="5411",
        amount="2135.50",
        dynamic=True,
        additional=(("05", "70007000800000000000000a"),),
    )
)
TENDERS = (CARD, BKASH, CASH, VOUCHER)
NAGAD = TenderType("nagad", "qr", {"bn": "নগদ ওয়ালেট", "en": "Nagad", "pt_BR": "Nagad"}, icon="wallet")
GIFT = TenderType("gift_card", "stored_value", {"bn": "গিফট কার্ড", "en": "Gift card", "pt_BR": "Cartão-presente"})
BOTTLES = TenderType("bottles", "paper_voucher", {"bn": "বোতল ভাউচার", "en": "Bottle slip", "pt_BR": "Vale-garrafa"})
MEAL = TenderType("meal", "voucher", {"bn": "খাদ্য ভাউচার", "en": "Food voucher", "pt_BR": "Vale-refeição"})
SEVEN = (CARD, replace(BKASH, icon="wallet"), NAGAD, GIFT, BOTTLES, MEAL, CASH)
EIGHT = (*SEVEN, TenderType("debit", "card", {"bn": "ডেবিট কার্ড", "en": "Debit card", "pt_BR": "Cartão de débito"}))
STABLE = WeighBody(
    "banana",
    BANANA,
    "banana.jpg",
    bdt(12000),
    "kg",
    10,
    Weight(1260, -3, "kg"),
    "stable",
    Weight(1250, -3, "kg"),
    bdt(15000),
)
UNPAID = text("pay.without_terminal")
WHICH = (
    Choice("plantain", {"en": "Plantain", "bn": "কাঁচা কলা", "pt_BR": "Banana-da-terra"}, "plantain.png", bdt(9000)),
    Choice("mango", {"en": "Mango", "bn": "আম", "pt_BR": "Manga"}, "mango.jpg", bdt(24000)),
)

POINTS = PointsChoice(PointsView(213, 12_480), 500, 12_000, 500, bdt(5_000), 0, bdt(0))

REFUND_LINES = RefundLinesBody(
    "3-1-000042",
    "2026-11-02",
    20,
    (
        ReturnLineView(1, STRAWBERRY, "pomegranate.jpg", None, 1, 1, bdt(12350)),
        ReturnLineView(2, BREAD, None, None, 3, 2, bdt(20000), 1, "faulty", "supplier"),
        ReturnLineView(3, TEA, None, None, 1, 1, bdt(60000), why=text("refund.why_age"), closed=True),
        ReturnLineView(4, MILK, "pack-carton-dairy.png", None, 12, 12, bdt(114000)),
    ),
    bdt(6667),
    tuple((reason.code, reason.names, reason.disposition) for reason in ReturnRules().reasons),
)
REFUND_MONEY = RefundMoneyBody(
    reference="3-1-000042",
    lines=((BREAD, 1, bdt(6667)), (MILK, 2, bdt(19000)), (TEA, 1, bdt(33783))),
    credit=bdt(59450),
    sale=None,
    owed=bdt(49450),
    done=((BKASH, bdt(10000)),),
    next=(CARD, bdt(49450)),
    stage="ready",
    may_drop=True,
    by_staff=True,
)

INSERTING = CashMachineBody(
    due=bdt(213600),
    rounding=bdt(50),
    inserted=bdt(150000),
    left=bdt(63600),
    change=bdt(0),
    stage="insert",
    notes=True,
    largest=bdt(50000),
)
BODIES: dict[str, Body] = {
    **PARKED_BODIES,
    "attract": AttractBody(TENDERS),
    "attract_card_only": AttractBody((CARD, BKASH), card_only=True),
    "basket": BASKET,
    "basket_empty": BasketBody((), EMPTY_TOTALS, text("basket.hint.first"), can_pay=False),
    "basket_waiting": replace(
        BASKET, interventions=INTERVENTIONS, can_pay=False, hint=text("basket.hint.staff"), member_tier="Gold"
    ),
    "basket_part_paid": replace(BASKET, totals=BIG_TOTALS),
    "basket_leaving": BASKET,
    "look_up_leaving": LookUpBody(TOTALS),
    "basket_hint_free": replace(BASKET, hints=(FREE,)),
    "basket_hint_more": replace(BASKET, hints=(MORE,)),
    "basket_hint_spend": replace(BASKET, hints=(SPEND,)),
    "basket_hint_less": replace(BASKET, hints=(LESS,)),
    "basket_coupons": replace(
        BASKET,
        lines=LINES[:2],
        coupons=(
            CouponView("KPSPRING", OFFER, bdt(5_000)),
            CouponView("WELCOME", WELCOME, bdt(5_000)),
            CouponView("9912345000017", COUPON),
        ),
        gifts=(GiftView(TEA, 1),),
    ),
    "basket_weighs_bags": replace(BASKET, weighs_bags=True, types_codes=True),
    "basket_types_codes": replace(BASKET, types_codes=True),
    "basket_bag_place": replace(
        BASKET, weighs_bags=True, bagging=BaggingView(text("bagging.place", item=STRAWBERRY), skip=1)
    ),
    "basket_bag_unexpected": replace(
        BASKET, weighs_bags=True, bagging=BaggingView(text("bagging.unexpected"), own_bag=True)
    ),
    "basket_bag_staff": replace(
        BASKET,
        weighs_bags=True,
        can_pay=False,
        hint=text("basket.hint.staff"),
        interventions=(InterventionView("i9", "bagging", text("intervention.bagging"), "payment", 0, 1),),
        bagging=BaggingView(text("bagging.mismatch", item=TEA), own_bag=True, skip=4, with_staff=True),
    ),
    "basket_points": replace(BASKET, member_tier="gold", points=PointsView(213, 12_480, 31)),
    "basket_points_hint": replace(BASKET, member_tier="gold", points=PointsView(213, 12_480), hints=(MORE,)),
    "look_up": LookUpBody(TOTALS),
    "look_up_asking": LookUpBody(TOTALS, asking=True),
    "look_up_suggested": LookUpBody(TOTALS, ("mango", "coconut"), "fruit"),
    "weigh_waiting": replace(STABLE, reading=None, state="waiting", net=None, price=None),
    "weigh_motion": replace(STABLE, state="motion", net=None, price=None),
    "weigh_stable": STABLE,
    "weigh_which": replace(STABLE, choices=WHICH),
    "weigh_empty_first": replace(STABLE, state="empty_first", net=None, price=None),
    "weigh_service": replace(STABLE, state="service", net=None, price=None),
    "weigh_fault": replace(STABLE, reading=None, state="fault", net=None, price=None),
    "quantity": QuantityBody(LINES[2], 99),
    "loyalty": LoyaltyBody(),
    "loyalty_busy": LoyaltyBody(busy=True),
    "coupon_code": CouponBody(),
    "coupon_code_busy": CouponBody(busy=True),
    "coupon_code_staff": CouponBody(staff=True),
    "tender_choice": TenderChoiceBody(TOTALS, TENDERS),
    "tender_choice_buyer": TenderChoiceBody(TOTALS, TENDERS, buyer=BuyerView("CPF/CNPJ")),
    "tender_choice_buyer_must": TenderChoiceBody(TOTALS, TENDERS, (), POINTS, BuyerView("CPF/CNPJ", required=True)),
    "tender_choice_buyer_given": TenderChoiceBody(TOTALS, TENDERS, buyer=BuyerView("BIN", "BIN 000123456-0101")),
    "buyer_figures": BuyerBody("BIN", 13),
    "buyer_letters": BuyerBody("CPF/CNPJ", 14, letters=True),
    "buyer_given": BuyerBody("CPF/CNPJ", 14, letters=True, given="CPF •••.456.789-••"),
    "tender_choice_lost": TenderChoiceBody(
        TOTALS, TENDERS, (("card", UNPAID), ("bkash", text("pay.without_head_office")), ("voucher", UNPAID))
    ),
    "tender_choice_counter": TenderChoiceBody(TOTALS, TENDERS, counter=True),
    "tender_choice_points": TenderChoiceBody(TOTALS, TENDERS, (), POINTS),
    "tender_choice_points_used": TenderChoiceBody(
        replace(TOTALS, paid=bdt(100_000), due=bdt(113_550)),
        TENDERS,
        (),
        replace(POINTS, most=0, used=10_000, used_value=bdt(100_000)),
    ),
    "tender_choice_points_why": TenderChoiceBody(
        TOTALS, TENDERS, (), replace(POINTS, has=PointsView(213, 12_480, 50), most=0, why=text("points.why_offline"))
    ),
    "tender_choice_seven": TenderChoiceBody(TOTALS, SEVEN),
    "tender_choice_eight": TenderChoiceBody(
        TOTALS,
        EIGHT,
        tuple((each.tender_id, text("pay.without_head_office")) for each in SEVEN[1:5]),
        POINTS,
        BuyerView("BIN"),
        counter=True,
    ),
    "attract_away": AttractBody((CARD, CASH), missing=(BKASH, NAGAD, GIFT, BOTTLES)),
    "attract_cash": AttractBody((CASH,), missing=(CARD, BKASH)),
    "attract_nothing": AttractBody((), card_only=True, missing=(CARD, BKASH)),
    "gift_card": ValueBody(bdt(213550), GIFT, "present", keyed=True),
    "gift_card_asking": ValueBody(bdt(213550), GIFT, "asking"),
    "paper_voucher": ValueBody(bdt(213550), BOTTLES, "present"),
    "voucher_rest": VoucherRestBody(BOTTLES, bdt(250000), bdt(213550), bdt(36450)),
    "gift_amount": GiftAmountBody((bdt(50_000), bdt(100_000), bdt(200_000), bdt(500_000)), "**** 0031"),
    "instalments": InstalmentsBody(
        bdt(213550),
        CARD,
        (
            Part(1, bdt(213550), bdt(213550), ""),
            *(
                Part(count, bdt(213550 - 213550 // count * (count - 1)), bdt(213550 // count), by)
                for by in ("merchant", "issuer")
                for count in (2, 3)
            ),
        ),
    ),
    "points": PointsBody(bdt(100_000), 10_000),
    "card_present": CardBody(bdt(213550), CARD, "present"),
    "qr_getting": QrBody(bdt(213550), BKASH, "getting"),
    "qr_present": QrBody(bdt(213550), BKASH, "present", CODE, 119),
    "qr_asking": QrBody(bdt(213550), BKASH, "asking"),
    "qr_staff": QrBody(bdt(213550), BKASH, "staff"),
    "qr_cancelling": QrBody(bdt(213550), BKASH, "cancelling"),
    "card_pin": CardBody(bdt(213550), CARD, "present", "enter_pin"),
    "card_wait": CardBody(bdt(213550), CARD, "present", "wait"),
    "card_remove": CardBody(bdt(213550), CARD, "present", "remove_card"),
    "card_asking": CardBody(bdt(213550), CARD, "asking"),
    "card_staff": CardBody(bdt(213550), CARD, "staff"),
    "card_cancelling": CardBody(bdt(213550), CARD, "cancelling"),
    "card_signature": CardBody(bdt(213550), CARD, "signature"),
    "cash": CashBody(bdt(213600), bdt(50)),
    "cash_machine": INSERTING,
    "cash_machine_part": replace(INSERTING, part=True),
    "cash_machine_gap": replace(
        INSERTING, largest=bdt(0), ranges=((bdt(200), bdt(1000)), (bdt(50000), bdt(50000))), part=True
    ),
    "cash_machine_coins": replace(
        INSERTING, due=bdt(1800), rounding=bdt(0), inserted=bdt(0), left=bdt(1800), notes=False, largest=bdt(500)
    ),
    "cash_machine_ending": replace(INSERTING, inserted=bdt(220000), left=bdt(0), change=bdt(6400), stage="ending"),
    "cash_machine_staff": replace(INSERTING, stage="staff"),
    "receipt_choice": ReceiptChoiceBody(bdt(213550), None, ("paper", "none")),
    "receipt_choice_change": ReceiptChoiceBody(bdt(213550), bdt(6450), ("paper",)),
    "thanks_printing": ThanksBody(bdt(213550), bdt(10000), None, "printing", "3-1-000042"),
    "thanks_points": ThanksBody(bdt(213550), bdt(10000), None, "printed", "3-1-000042", PointsView(213, 12_693)),
    "thanks_exit": ThanksBody(
        bdt(213550), bdt(10000), None, "printed", "3-1-000042", exit_code="E1.3.1.42.1C87C55.ABCDEFGH234567AB"
    ),
    "thanks_signing": ThanksBody(bdt(213550), bdt(10000), None, "signing", "3-1-000042"),
    "thanks_held": ThanksBody(bdt(213550), bdt(10000), None, "held", "3-1-000042"),
    "thanks_failed": ThanksBody(bdt(213600), bdt(10000), bdt(6400), "failed", "3-1-000042"),
    "thanks_returned": ThanksBody(bdt(40000), bdt(0), None, "printed", "3-1-000043", returned=True),
    "thanks_returned_held": ThanksBody(bdt(40000), bdt(0), None, "held", "3-1-000043", returned=True),
    "refund_find": RefundFindBody(),
    "refund_find_busy": RefundFindBody(busy=True),
    "refund_lines": REFUND_LINES,
    "refund_keeping": replace(REFUND_MONEY, stage="keeping"),
    "refund_ready": REFUND_MONEY,
    "refund_asking": replace(REFUND_MONEY, stage="asking", may_drop=False),
    "refund_unknown_code": replace(REFUND_MONEY, stage="unknown", may_drop=False, next=(BKASH, bdt(9500))),
    "refund_unknown": replace(REFUND_MONEY, stage="unknown", may_drop=False),
    "refund_refused": replace(REFUND_MONEY, stage="refused", may_cash=True, may_credit=True),
    "refund_cash": replace(REFUND_MONEY, stage="cash", cash_due=bdt(49500), next=(CASH, bdt(49450)), may_drop=False),
    "refund_pays": replace(REFUND_MONEY, stage="pays", sale=bdt(60000), owed=bdt(-10550), next=None),
    "refund_shopper": replace(REFUND_MONEY, by_staff=False),
    "basket_credit": replace(BASKET, totals=replace(TOTALS, credit=bdt(49450), due=bdt(164100))),
    "attract_counter": AttractBody((CARD, BKASH), counter=True),
    "attract_counter_only": AttractBody((), missing=(CARD, BKASH), counter=True),
    "staff_sign_in": StaffSignInBody(None),
    "staff_sign_in_refused": StaffSignInBody(2),
    "staff": StaffBody(
        interventions=INTERVENTIONS,
        lines=LINES,
        totals=TOTALS,
        acts=("approve", "refuse", "cancel_transaction", "void_line", "reprint", "close_lane"),
        devices=(("printer", "paper_out"),),
        suspended=1,
    ),
    "staff_cash": StaffBody(
        interventions=(InterventionView("i3", "cash", text("intervention.cash"), "payment", 1_770_000_000_000),),
        lines=LINES,
        totals=TOTALS,
        acts=("cash_received", "close_lane"),
        devices=(),
        cash_due=bdt(213600),
    ),
    "staff_trouble": StaffBody(
        interventions=INTERVENTIONS,
        lines=LINES,
        totals=TOTALS,
        acts=("approve", "refuse", "cancel_transaction", "void_line", "reprint", "close_lane"),
        devices=(("card_reader", "no_answer"), ("printer", "settings")),
        conditions=(text("condition.settings"), text("condition.clock"), text("weighing.not_verified")),
        weighing=text("weighing.identity", version="1.0.0", checksum="84ba17e8", changes=3),
        suspended=1,
    ),
    "staff_cabinet": StaffBody(
        interventions=(
            InterventionView(
                "i5",
                "tamper",
                text("intervention.tamper"),
                "payment",
                1_770_000_000_000,
                severity="now",
                may_clear="supervisor",
            ),
            InterventionView("i6", "door", text("intervention.door_unattended"), "nothing", 1_770_000_060_000),
        ),
        lines=LINES,
        totals=TOTALS,
        acts=("approve", "refuse", "cancel_transaction", "void_line", "reprint", "close_lane"),
        devices=(),
        conditions=(text("condition.door_open"), text("condition.tampered"), text("condition.drawer_open")),
    ),
    "staff_second": StaffSignInBody(None, "price_override"),
    "staff_devices": DevicesBody(
        (
            DeviceRow("printer", "printer", "escpos", "/dev/usb/lp0", "cover_open", 2, "cover_open", "failed", "cover"),
            DeviceRow(
                "produce_scale", "scale", "toledo_8217", "/dev/ttyUSB0", "", 0, "", "", "", Weight(1250, -3, "kg")
            ),
            DeviceRow(
                "card_reader",
                "card_reader",
                "nexo",
                "192.0.2.7",
                "",
                1,
                "no_answer",
                "ok",
                "card_reader at 192.0.2.7:4000: logged in, POI 12345678, software 3.2.1",
            ),
            DeviceRow("scanner", "scanner", "zebra_ssi", "/dev/ttyACM0", "", 0, "", "asked", ""),
            DeviceRow("hall_display", "lights", "gpio", "", "", 0, "", "", ""),
        )
    ),
    "staff_acts": StaffBody(
        interventions=(),
        lines=LINES,
        totals=TOTALS,
        acts=(
            "cancel_transaction",
            "void_line",
            "price_override",
            "quantity",
            "suspend",
            "weight_keyed",
            "reprint",
            "close_lane",
            "coupon",
            "price_check",
            "no_sale",
        ),
        devices=(),
        reasons=tuple((act, Rights().reasons_for(act)) for act in Rights().need_reason),
        lowest=tuple((line.line, replace(line.unit_price, minor=line.unit_price.minor * 9 // 10)) for line in LINES),
        most=999,
        weighing_item={"en": "Bananas", "bn": "কলা", "pt_BR": "Bananas"},
    ),
    "staff_enquiry": StaffBody(
        (),
        (),
        None,
        ("price_check", "close_lane"),
        (),
        enquiry=EnquiryView(
            TEA,
            bdt(60_000),
            "each",
            (OFFER,),
            12,
            {"en": "Produce", "bn": "ফল ও সবজি", "pt_BR": "Hortifruti"},
            750,
            18,
            elsewhere=(("dhk-2", {"en": "Mirpur", "bn": "মিরপুর"}, 40), ("ctg-1", {}, 7)),
            above=bdt(60_050),
        ),
    ),
    "staff_idle": StaffBody((), (), None, ("resume_suspended", "reprint", "open_lane"), (), suspended=2),
    "out_of_service": OutOfServiceBody(text("closed.lane")),
    "out_of_service_storage": OutOfServiceBody(text("closed.storage_paying"), text("storage.error")),
}
"""Every body in every state worth a look."""


def screen(name: str, language: str = "bn", *, notice: Notice | None = None, **changes: object) -> Screen:
    """The screen called ``name``, with staff in the header where it is theirs."""
    if name.startswith("staff") and not name.startswith("staff_sign_in"):
        changes.setdefault("staff", STAFF)
    leaving = text("leaving.basket") if name.endswith("_leaving") else None
    return Screen(chrome(language, **changes), BODIES[name], notice, leaving=leaving)
