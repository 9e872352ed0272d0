"""The receipt of a completed transaction, laid out for any printer: columns and scripts are the printer's business.

What a country wants on it (headings, a table of VAT, legal texts) and lets be left out is data of its pack
(``ReceiptLayout``). What a fiscal device gave is printed as it gave it; where the law asks for one and there is none,
the receipt says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hal.printer.contract import Cut, Document, Feed, Part, QrCode, Rule, TextLine
from kiosk.checkout.events import SettledTender, StoreCreditIssued, TransactionCompleted
from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator
from kiosk.retail.buyer import written
from kiosk.retail.exit_code import exit_code
from kiosk.retail.fiscal import FiscalText, FiscalWord
from kiosk.retail.item import Names
from kiosk.retail.line_taxes import PartTax, line_taxes
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, ReceiptLayout
from kiosk.retail.savings import savings
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace
from kiosk.workstation import credit_note
from kiosk.workstation.value_paper import CreditNumber, credit_slips, tender_notes

__all__ = ["receipt"]

_COLUMNS = 32
"""Characters on a line of narrow paper (58 mm)."""
_WIDTH = 28
"""As many as stand there behind a small line's indent, with some to spare."""
_VISIT_MS = 1_800_000
_QR_PREFIX = "sale:"
"""What the receipt's QR begins with: no address, so that no telephone opens a page, and no product either."""


def receipt(
    completed: TransactionCompleted,
    policy: Policy,
    legal_number: str,
    *,
    copy: bool,
    job: str,
    time_zone: str,
    printed: tuple[FiscalText, ...] = (),
    fiscal: FiscalWord = "",
    training: bool = False,
    owed: tuple[StoreCreditIssued, ...] = (),
    credit_number: CreditNumber | None = None,
) -> Document:
    """The receipt in the transaction's language (the shop's first where that is unknown).

    ``legal_number`` is printed where there is one; ``copy`` heads it with the word for a copy; ``time_zone`` is the
    store's IANA name. Amounts are those of ``completed``: nothing is computed anew. ``fiscal``: a fiscal device has
    ``given`` what is ``printed``, or the sale stands ``unsigned``, which the receipt then says as the law has it. Of a
    return: ``cancelled``, the document of its sale, or ``cancel_open``, nobody can say yet. ``owed``: store credit that
    the sale gave, each on a slip behind it; ``credit_number`` knows their numbers. ``training``: nothing was sold; it
    says so all over and has nothing of a document, no title, tax number or code.
    """
    language = next((tag for tag in (completed.language, *policy.languages) if tag in LANGUAGES), "en")
    said = Translator(language, paper=True)
    layout = policy.receipt or ReceiptLayout()
    if training:
        policy = replace(policy, tax_number="")
        layout = replace(layout, heading=(), title="receipt.training_title", notices=(), legal=())
    if completed.original is not None:
        layout = credit_note.laid_out(layout)
    letters = _letters(completed) if layout.letters else {}
    parts: list[Part] = [
        *_heading(completed, policy, _notices(policy, layout, fiscal), said, copy=copy),
        *_identity(completed, legal_number, said, time_zone),
        *credit_note.from_sale(completed, said, time_zone),
        *_buyer(completed, printed, said),
        Rule(),
        *_lines(completed, layout, letters, said, policy),
        *_gifts(completed, said),
        Rule(),
        *_sums(completed, layout, letters, said, policy),
        Rule(),
        *(part for tender in completed.tenders for part in _tender(tender, policy, said)),
        *_signed(printed, said),
        *_points(completed, said, time_zone),
        *_exit(completed, policy, said, training=training),
        *credit_note.signed_for(completed, said),
        *_foot(completed, layout, said),
        Cut(),
    ]
    if credit_number is not None:
        parts += credit_slips(owed, credit_number, said, said.name(policy.store_name), copy=copy)
    return Document(job, tuple(_played(parts, said) if training else parts), language)


def _played(parts: Iterable[Part], said: Translator) -> Iterator[Part]:
    """The word for training above, below and at every rule between; and no code that anybody could bring back."""
    word = TextLine(said.t("receipt.training"), align="centre", bold=True, size=2)
    yield word
    for part in parts:
        if isinstance(part, Rule | Cut):
            yield word
        if not isinstance(part, QrCode):
            yield part


def _notices(policy: Policy, layout: ReceiptLayout, fiscal: FiscalWord) -> ReceiptLayout:
    """The layout with what it must say of its signature: that there is none, why there is none, or nothing."""
    rule = policy.fiscal
    if not fiscal:
        return layout
    if rule is None or fiscal == "given":
        return replace(layout, notices=())
    told = {"unsigned": (rule.notice,), "cancelled": rule.cancelled, "cancel_open": rule.cancelling}
    return replace(layout, notices=told[fiscal])


def _signed(printed: tuple[FiscalText, ...], said: Translator) -> Iterator[Part]:
    """What the authority wants on the receipt, in its order: sentences, named values, a code."""
    if printed:
        yield Rule()
    for each in printed:
        match each.kind:
            case "qr":
                yield QrCode(each.value)
            case "note":
                yield _centred(each.value, bold=True)
            case "text":
                yield from _named(said.t(f"fiscal.{each.key}"), each.key, each.value)


def _named(name: str, key: str, value: str) -> Iterator[Part]:
    """A value beside its name, or below it where it is long. A name nobody has translated is printed as it came."""
    name = key if name == f"fiscal.{key}" else name
    if len(name) + len(value) < _COLUMNS:
        yield TextLine(name, value)
        return
    yield TextLine(name)
    yield from (_small(value[at : at + _WIDTH]) for at in range(0, len(value), _WIDTH))


def _centred(text: str, *, bold: bool = False) -> TextLine:
    return TextLine(text, align="centre", bold=bold)


def _letters(completed: TransactionCompleted) -> dict[TaxRate, str]:
    """A letter for each rate of the sale, the highest rate first; tax classes of one rate have one letter."""
    rates = list(dict.fromkeys(_alike(row.rate) for row in completed.tax))
    return {row.rate: chr(ord("A") + rates.index(_alike(row.rate))) for row in completed.tax}


def _alike(rate: TaxRate) -> TaxRate:
    """What classes of one rate have in common; what bears no tax does so for a reason of its own."""
    return replace(rate, tax_class="") if rate.basis_points else rate


def _by_rate(taxes: Iterable[TaxAmount]) -> list[TaxAmount]:
    """A row for each rate, whatever tax classes have it."""
    rows: dict[TaxRate, TaxAmount] = {}
    for row in taxes:
        before = rows.get(_alike(row.rate))
        if before is not None:
            duty = before.duty + row.duty if before.duty is not None and row.duty is not None else None
            row = replace(before, net=before.net + row.net, tax=before.tax + row.tax, duty=duty)  # noqa: PLW2901  one row of both
        rows[_alike(row.rate)] = row
    return list(rows.values())


def _heading(
    completed: TransactionCompleted, policy: Policy, layout: ReceiptLayout, said: Translator, *, copy: bool
) -> Iterator[Part]:
    if copy:
        yield TextLine(said.t("receipt.copy"), align="centre", bold=True, size=2)
    yield from (_centred(said.t(message_id)) for message_id in layout.heading)
    yield TextLine(said.name(policy.store_name), align="centre", bold=True, size=2)
    address = said.name(policy.store_address)
    if address:
        yield _centred(address)
    if policy.tax_number:
        yield _centred(said.t("receipt.tax_number", label=policy.tax_number_label, number=policy.tax_number))
    yield _centred(said.t(layout.title), bold=True)
    yield from (_centred(said.t(message_id)) for message_id in layout.notices)
    if not completed.clock_trusted:
        yield _centred(said.t("receipt.clock"))


def _identity(completed: TransactionCompleted, legal_number: str, said: Translator, time_zone: str) -> Iterator[Part]:
    transaction = completed.transaction
    if legal_number:
        yield TextLine(
            said.t("receipt.number" if completed.original is None else "receipt.credit_number"), legal_number
        )
    yield TextLine(said.t("receipt.date"), said.date_time(completed.utc_ms, time_zone))
    yield TextLine(said.t("receipt.transaction"), transaction.reference)
    if completed.exemption is not None:
        yield TextLine(said.t("receipt.exempt"), bold=True)
        if completed.exemption.certificate:
            yield _small(said.t("receipt.certificate"), completed.exemption.certificate)


def _buyer(completed: TransactionCompleted, printed: tuple[FiscalText, ...], said: Translator) -> Iterator[Part]:
    """The buyer's tax number, unless what the fiscal device gave names the buyer."""
    buyer = completed.buyer
    if buyer is not None and all(each.key != "consumer" for each in printed):
        yield from _named(said.t("receipt.buyer", label=buyer.kind.upper()), "", written(buyer))


def _lines(
    completed: TransactionCompleted,
    layout: ReceiptLayout,
    letters: Mapping[TaxRate, str],
    said: Translator,
    policy: Policy,
) -> Iterator[Part]:
    """Every line, and below it what it bears of the taxes where the country's form has columns for that."""
    included = completed.prices_include_tax
    parts = line_taxes(completed.lines, completed.tax, currency=completed.currency, included=included)
    if layout.line_taxes:
        heading = said.t("receipt.line_table", name=said.tax(policy.tax_names))
        yield TextLine(heading, said.t("receipt.line_total"))
    for number, line in enumerate((each for each in completed.lines if not each.voided), start=1):
        place = f"{said.number(number)}. " if layout.line_taxes else ""
        yield from _line(line, layout, letters, said, place)
        yield from credit_note.why(line, policy, said)
        for part in parts if layout.line_taxes else ():
            if part.line is line:
                yield from _line_tax(part, completed.currency, said, policy.tax_names)


def _line_tax(part: PartTax, currency: str, said: Translator, names: Names) -> Iterator[Part]:
    """Value, supplementary duty, rate and amount of the tax, and all of them together: the form's columns.

    What is given back has its sign where all of it stands together: not at each part of a sum.
    """
    value = said.amount(Money(abs(part.value), currency))
    total = said.amount(Money(part.value + part.duty + part.tax, currency))
    if part.rate.duty_points:
        rate, duty = said.percent(part.rate.duty_points), said.amount(Money(abs(part.duty), currency))
        yield _small(said.t("receipt.line_duty", value=value, rate=rate, duty=duty))
        value = ""
    name = said.tax(names)
    if not part.rate.basis_points:
        yield _small(said.t("receipt.line_exempt", value=value, name=name).strip(), total)
        return
    rate, tax = said.percent(part.rate.basis_points), said.amount(Money(abs(part.tax), currency))
    yield _small(said.t("receipt.line_tax", value=value, name=name, rate=rate, tax=tax).strip(), total)


def _line(
    line: LineItem, layout: ReceiptLayout, letters: Mapping[TaxRate, str], said: Translator, place: str = ""
) -> Iterator[Part]:
    yield TextLine(f"{place}{said.name(line.names)}", _lettered(line.extended, line.tax_rate, letters, said))
    price = said.money(line.unit_price)
    if line.weight is not None:
        unit = said.t(f"unit.{line.unit}")
        yield _small(said.t("receipt.weighed", weight=line.weight, price=price, unit=unit))
        if line.tare_grams:
            yield _small(said.t("receipt.tare", grams=line.tare_grams))
    elif line.quantity != 1 or layout.unit_prices:
        yield _small(said.t("receipt.unit_price", quantity=abs(line.quantity), price=price))
    if line.weight_keyed:
        yield _small(said.t("receipt.weight_keyed"))
    if line.was_price is not None:
        yield _small(said.t("receipt.price_overridden", price=said.money(line.was_price)))
    for modifier in line.modifiers:
        yield _small(said.name(modifier.names), said.money(-modifier.amount))
    if line.deposit is not None:
        due = _lettered(line.deposit_due, line.deposit.tax_rate, letters, said)
        yield TextLine(said.name(line.deposit.names), due)
        if line.quantity != 1:
            each = said.money(line.deposit.amount)
            yield _small(said.t("receipt.unit_price", quantity=abs(line.quantity), price=each))


def _size(amount: Money) -> Money:
    """An amount without its sign."""
    return amount if amount.minor >= 0 else -amount


def _lettered(amount: Money, rate: TaxRate, letters: Mapping[TaxRate, str], said: Translator) -> str:
    """An amount, and the letter of its rate where rates have letters."""
    return f"{said.money(amount)} {letters.get(rate, '')}".strip()


def _small(left: str, right: str = "") -> TextLine:
    return TextLine(f"  {left}", right)


def _sums(
    completed: TransactionCompleted,
    layout: ReceiptLayout,
    letters: Mapping[TaxRate, str],
    said: Translator,
    policy: Policy,
) -> Iterator[Part]:
    pieces = sum(line.quantity if line.unit == "each" else 1 for line in completed.lines if not line.voided)
    if completed.discount or not completed.prices_include_tax:
        yield TextLine(said.t("receipt.subtotal"), said.money(completed.subtotal))
    if completed.discount:
        yield TextLine(said.t("receipt.discount"), said.money(-completed.discount))
    included = completed.prices_include_tax
    if "tax" in layout.omit:
        taxes: list[Part] = []
    elif layout.tax_table:
        taxes = list(_tax_table(_by_rate(completed.tax), letters, said, policy.tax_names))
    else:
        names = policy.tax_names
        taxes = [part for row in _by_rate(completed.tax) for part in _tax(row, said, names, included=included)]
    total = TextLine(said.t("receipt.total"), said.money(completed.total), bold=True, size=2)
    yield from (total, *taxes) if included else (*taxes, total)
    if "items" not in layout.omit:
        yield TextLine(said.t("receipt.items", count=abs(pieces)))


def _tax(row: TaxAmount, said: Translator, names: Names, *, included: bool) -> Iterator[Part]:
    """One rate: "of which" below the total where prices hold their tax, above it where tax is added."""
    yield from _duty(row, said)
    base = row.net if row.duty is None else row.net + row.duty
    net = said.money(_size(row.gross if row.rate.of_gross else base))
    if not row.rate.basis_points:
        yield TextLine(said.t("receipt.tax_exempt", name=said.tax(names, first=True), net=net))
        return
    words = "receipt.tax_included" if included else "receipt.tax_added"
    name, rate = said.tax(names, first=not included), said.percent(row.rate.basis_points)
    yield TextLine(said.t(words, name=name, rate=rate, net=net), said.money(row.tax))


def _duty(row: TaxAmount, said: Translator) -> Iterator[Part]:
    """The supplementary duty, which stands under the tax."""
    if row.duty is not None:
        rate = said.percent(row.rate.duty_points)
        yield TextLine(said.t("receipt.duty", rate=rate, net=said.money(_size(row.net))), said.money(row.duty))


def _tax_table(
    taxes: Iterable[TaxAmount], letters: Mapping[TaxRate, str], said: Translator, names: Names
) -> Iterator[Part]:
    """A row for each rate: the value without tax, the tax, and both together."""
    yield TextLine(said.t("receipt.tax_table", name=said.tax(names)), said.t("receipt.tax_gross"))
    for row in taxes:
        yield from _duty(row, said)
        rate = f"{letters.get(row.rate, '')} {said.percent(row.rate.basis_points)}".strip()
        base = row.net if row.duty is None else row.net + row.duty
        words = said.t("receipt.tax_row", rate=rate, net=said.money(_size(base)), tax=said.money(_size(row.tax)))
        yield TextLine(words, said.money(row.gross))


def _tender(tender: SettledTender, policy: Policy, said: Translator) -> Iterator[Part]:
    offered = next((t.names for t in policy.tenders if t.tender_id == tender.tender_id), {})
    name = said.name(offered) or said.t(f"tender.{tender.kind}")
    rounding = tender.rounding or Money.zero(tender.amount.currency)
    if rounding:
        yield TextLine(said.t("receipt.cash_rounding"), said.money(rounding))
    yield TextLine(name, said.money(tender.amount + rounding), bold=True)
    brand = said.t(f"value.{tender.brand}") if tender.kind == "stored_value" and tender.brand else tender.brand
    card = " ".join(filter(None, (brand, tender.masked_pan)))
    if card and card != name:
        yield _small(card)
    if tender.approval_code:
        yield _small(said.t("receipt.approval", code=tender.approval_code))
    if tender.terminal_id:
        yield _small(said.t("receipt.terminal", terminal=tender.terminal_id))
    if tender.acquirer:
        yield _small(said.t("receipt.acquirer", acquirer=tender.acquirer))
    yield from _reference(tender, said) if tender.reference else ()
    yield from tender_notes(tender, said)
    yield from (TextLine(line) for line in tender.slip)
    if tender.received:
        yield _small(said.t("receipt.received"), said.money(tender.received))
    if tender.change is not None and tender.amount.minor > 0:
        yield _small(said.t("receipt.change"), said.money(tender.change))


def _reference(tender: SettledTender, said: Translator) -> Iterator[Part]:
    """What the payment is called by whoever took it; of a credit note, its transaction."""
    if tender.kind == "qr":
        yield _small(said.t("receipt.bank_reference"))
        yield TextLine(tender.reference)  # as long as a narrow paper is wide: a line of its own
    elif tender.kind == "credit_note":
        yield _small(said.t("receipt.transaction"), tender.reference)
    elif tender.kind in ("card", "voucher"):
        yield _small(said.t("receipt.terminal_reference", reference=tender.reference))


def _saved(completed: TransactionCompleted, said: Translator) -> Iterator[Part]:
    """By which offer, all lines together; where it is one offer on one line, that line has said so."""
    shares = sum(len(line.modifiers) for line in completed.lines if not line.voided)
    for saving in savings(completed.lines) if shares > 1 else ():
        yield _small(said.name(saving.names), said.money(saving.amount))


def _points(completed: TransactionCompleted, said: Translator, time_zone: str) -> Iterator[Part]:
    """What the sale did to its member's points; a balance says from when it is, where that was not during the visit."""
    points = completed.points
    if points is None:
        return
    yield Rule()
    yield TextLine(said.t("receipt.points_earned"), said.number(points.earned))
    if points.burned:
        yield TextLine(said.t("receipt.points_burned"), said.number(-points.burned))
    if points.balance is not None:
        yield TextLine(said.t("receipt.points_balance"), said.number(points.balance))
        if points.utc_ms and completed.utc_ms - points.utc_ms > _VISIT_MS:
            yield _small(said.t("receipt.points_as_of", when=said.date_time(points.utc_ms, time_zone)))


def _gifts(completed: TransactionCompleted, said: Translator) -> Iterator[Part]:
    """What goes out beside the lines, for nothing."""
    for gift in completed.gifts:
        yield TextLine(
            f"{said.name(gift.names)} \N{MULTIPLICATION SIGN} {said.number(gift.units)}", said.t("receipt.gift")
        )


def _exit(completed: TransactionCompleted, policy: Policy, said: Translator, *, training: bool) -> Iterator[Part]:
    """What opens the gate, where there is one; a training opens nothing."""
    if policy.exit_minutes and policy.exit_key and not training and completed.original is None:
        yield Rule()
        yield _centred(said.t("receipt.exit", minutes=said.number(policy.exit_minutes)))
        yield QrCode(exit_code(bytes.fromhex(policy.exit_key), completed.transaction, completed.utc_ms))


def _foot(completed: TransactionCompleted, layout: ReceiptLayout, said: Translator) -> Iterator[Part]:
    yield Rule()
    if completed.discount.minor > 0 and "saved" not in layout.omit:
        yield _centred(said.t("receipt.saved", amount=completed.discount), bold=True)
        yield from _saved(completed, said)
    if completed.member_id and completed.points is None and "member" not in layout.omit:
        yield _centred(said.t("receipt.member"))
    tax = Money(sum(row.tax.minor for row in completed.tax), completed.currency)
    yield from (_centred(said.t(message_id, tax=said.money(tax))) for message_id in layout.legal)
    yield QrCode(f"{_QR_PREFIX}{completed.transaction.uuid}")
    yield _centred(said.t("receipt.thanks"))
    if "keep" not in layout.omit and completed.original is None:
        yield _centred(said.t("receipt.keep"))
    yield Feed()
