"""X and Z reports on paper, in the language of the shop's staff: laid out for any width, as receipts are.

Amounts are those of the report: nothing is computed anew but differences of what stands on it. A table without rows is
left out, so that a quiet day is a short strip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hal.printer.contract import Cut, Document, Feed, Part, Rule, TextLine
from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator
from kiosk.retail import day_report as r
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy

__all__ = ["day_report"]

_PEOPLE = {"head_office": "day.by_head_office", "system": "day.by_system"}
_SECOND_MS = 1_000

Amount = Callable[[int], str]


def day_report(
    report: r.DayReport,
    policy: Policy,
    *,
    copy: bool,
    job: str,
    time_zone: str,
    reconciliation: r.Reconciliation | None = None,
) -> Document:
    """The report in the shop's first language. ``copy`` heads it with the word for a copy.

    ``reconciliation``: what is known of the card terminal's own totals; ``None``: nothing yet, or there is no terminal.
    ``time_zone`` is the store's IANA name.
    """
    language = next((tag for tag in policy.languages if tag in LANGUAGES), "en")
    said = Translator(language, paper=True)
    book = report.book

    def amount(minor: int) -> str:
        return said.money(Money(minor, book.currency))

    parts: list[Part] = [
        *_heading(report, policy, said, time_zone, copy=copy),
        *_sums(book, policy, said, amount),
        *_taxes(book, policy, said, amount),
        *_section("day.layers", _layers(book, said, amount), said),
        *_section("day.tenders", _tenders(book, policy, said, amount), said),
        *_section("day.cards", _cards(report, reconciliation, said, amount), said),
        *_section("day.liabilities", _liabilities(book, said, amount), said),
        *_section("day.machine", _machine(report, said, amount), said),
        *_section("day.unsettled", _unsettled(report, said, amount), said),
        *_section("day.numbers", _numbers(report, said), said),
        *_section("day.acts", _acts(book, said, amount), said),
        *_section("day.interventions", _interventions(book, said), said),
        *_section("day.parked", _parked(report, said, amount), said),
        *_grand(report, policy, said, amount, time_zone),
        Rule(),
        _centred(said.t("day.end")),
        Feed(),
        Cut(),
    ]
    return Document(job, tuple(parts), language)


def _parked(report: r.DayReport, said: Translator, amount: Amount) -> Iterator[Part]:
    """Baskets that are put aside and not paid; what waits to be paid at the counter says so."""
    for one in report.parked:
        yield TextLine(one.reference, amount(one.amount))
        if one.reason == "counter":
            yield _small(said.t("day.parked_counter"))


def _centred(text: str, *, bold: bool = False) -> TextLine:
    return TextLine(text, align="centre", bold=bold)


def _small(left: str, right: str = "") -> TextLine:
    return TextLine(f"  {left}", right)


def _section(title: str, rows: Iterable[Part], said: Translator, **values: str) -> Iterator[Part]:
    """A heading above its rows; nothing where there are none."""
    rows = tuple(rows)
    if rows:
        yield Rule()
        yield TextLine(said.t(title, **values), bold=True)
        yield from rows


def _heading(report: r.DayReport, policy: Policy, said: Translator, time_zone: str, *, copy: bool) -> Iterator[Part]:
    if copy:
        yield TextLine(said.t("receipt.copy"), align="centre", bold=True, size=2)
    yield TextLine(said.name(policy.store_name), align="centre", bold=True)
    if policy.tax_number:
        yield _centred(said.t("receipt.tax_number", label=policy.tax_number_label, number=policy.tax_number))
    title = "day.z_title" if report.kind == "z" else "day.x_title"
    yield TextLine(said.t(title, number=report.number), align="centre", bold=True, size=2)
    yield _centred(said.t("receipt.not_fiscal"))
    if not report.clock_trusted:
        yield _centred(said.t("receipt.clock"))
    yield TextLine(said.t("chrome.lane", lane=said.digits(report.workstation)), report.store)
    yield TextLine(said.t("day.series"), said.digits(str(report.series)))
    yield TextLine(said.t("day.business_day"), said.date(report.book.business_day))
    yield TextLine(said.t("day.opened"), said.date_time(report.book.opened_ms, time_zone))
    until = "day.closed" if report.kind == "z" else "day.read"
    yield TextLine(said.t(until), said.date_time(report.utc_ms, time_zone))
    yield TextLine(said.t("day.by"), said.t(_PEOPLE[report.by]) if report.by in _PEOPLE else report.by)
    yield Rule()


def _sums(book: r.DayBook, policy: Policy, said: Translator, amount: Amount) -> Iterator[Part]:
    sums = book.sums
    yield TextLine(said.t("day.sales"), said.number(sums.sales))
    yield TextLine(said.t("day.units"), said.number(sums.units))
    if sums.discount:
        yield TextLine(said.t("day.subtotal"), amount(sums.subtotal))
        yield TextLine(said.t("day.discount"), amount(-sums.discount))
    if sums.deposit:
        yield TextLine(said.t("day.deposit"), amount(sums.deposit))
    yield TextLine(said.t("day.net"), amount(sums.net))
    if sums.duty:
        yield TextLine(said.t("day.duty"), amount(sums.duty))
    yield TextLine(said.tax(policy.tax_names, first=True), amount(sums.tax))
    yield TextLine(said.t("day.total"), amount(sums.total), bold=True)
    if book.returns.count:
        yield _small(said.t("day.returns", count=book.returns.count), amount(-book.returns.amount))
    rounding = sum(row.rounding for row in book.tenders)
    if rounding:
        yield TextLine(said.t("day.rounding"), amount(rounding))
    if book.other_currency:
        yield TextLine(said.t("day.other_currency", count=book.other_currency), bold=True)


def _taxes(book: r.DayBook, policy: Policy, said: Translator, amount: Amount) -> Iterator[Part]:
    def rows() -> Iterator[Part]:
        for row in book.taxes:
            rate = said.percent(row.rate.basis_points)
            yield TextLine(said.t("day.tax_row", rate=rate, net=amount(row.net + row.duty)), amount(row.tax))
            if row.duty:
                yield _small(said.t("day.duty"), amount(row.duty))

    yield from _section("day.taxes", rows(), said, name=said.tax(policy.tax_names, first=True))


def _layers(book: r.DayBook, said: Translator, amount: Amount) -> Iterator[Part]:
    for row in book.layers:
        yield TextLine(said.t(f"day.layer.{row.name}"), amount(-row.amount))


def _tenders(book: r.DayBook, policy: Policy, said: Translator, amount: Amount) -> Iterator[Part]:
    names = {tender.tender_id: tender.names for tender in policy.tenders}
    for row in book.tenders:
        name = said.name(names.get(row.tender_id, {})) or said.t(f"tender.{row.kind}")
        yield TextLine(said.t("day.tender_row", count=row.count, name=name), amount(row.amount))
        if row.received:
            yield _small(said.t("receipt.received"), amount(row.received))
            yield _small(said.t("receipt.change"), amount(row.change))
        if row.rounding:
            yield _small(said.t("day.rounding"), amount(row.rounding))
        if row.points:
            yield _small(said.t("day.points_row"), said.number(row.points))
        if row.reversed_count:
            yield _small(said.t("day.given_back", count=row.reversed_count), amount(-row.reversed_amount))
        if row.refunded_count:
            yield _small(said.t("day.returns", count=row.refunded_count), amount(-row.refunded_amount))


def _cards(report: r.DayReport, found: r.Reconciliation | None, said: Translator, amount: Amount) -> Iterator[Part]:
    """What the lane has on record of the terminal, and beside it what the terminal says."""
    for row in report.book.cards:
        name = said.t("day.tender_row", count=row.count, name=row.brand or said.t("day.no_brand"))
        yield TextLine(name, amount(row.amount))
        if row.reversed_count:
            yield _small(said.t("day.given_back", count=row.reversed_count), amount(-row.reversed_amount))
    if report.kind == "x" or (found is None and not report.book.cards):
        return
    yield _centred(said.t(f"day.reconciled.{found.outcome if found is not None else 'not_yet'}"), bold=True)
    for brand in found.rows if found is not None else ():
        all_brands = brand.brand == r.ALL_BRANDS
        yield TextLine(said.t("day.all_brands") if all_brands else brand.brand.upper() or said.t("day.no_brand"))
        yield _small(said.t("day.ours", count=brand.our_count), amount(brand.our_amount))
        yield _small(said.t("day.theirs", count=brand.their_count), amount(brand.their_amount))


def _liabilities(book: r.DayBook, said: Translator, amount: Amount) -> Iterator[Part]:
    """What the shop owes more, and less, on gift cards and as store credit."""
    for row in book.liabilities:
        name = said.t(f"day.liability.{row.name}")
        yield TextLine(said.t("day.tender_row", count=row.count, name=name), amount(row.amount))


def _machine(report: r.DayReport, said: Translator, amount: Amount) -> Iterator[Part]:
    """What went into a cash recycler and came out of it, and what lies there by denomination."""
    for row in report.book.machine:
        name = said.t(f"day.machine.{row.name}")
        yield TextLine(said.t("day.tender_row", count=row.count, name=name), amount(row.amount))
    for store in report.cash_held:
        if store.dispensable:
            held = said.t("day.cash_held", value=amount(store.value), pieces=said.number(store.pieces))
            yield TextLine(held, amount(store.value * store.pieces))
        if store.boxed:
            boxed = said.t("day.cash_boxed", pieces=said.number(store.boxed))
            yield _small(f"{amount(store.value)}  {boxed}", amount(store.value * store.boxed))


def _unsettled(report: r.DayReport, said: Translator, amount: Amount) -> Iterator[Part]:
    for one in report.unsettled:
        yield TextLine(said.t(f"tender.{one.kind}"), amount(one.amount))
        yield _small(said.t(f"day.unsettled.{one.what}"))


def _numbers(report: r.DayReport, said: Translator) -> Iterator[Part]:
    """First and last transaction, each legal series from its first to its last number, and what was cancelled of it."""
    book = report.book
    if book.first:
        yield TextLine(said.t("day.first"), book.first)
        yield TextLine(said.t("day.last"), book.last)
    for row in book.legal:
        yield TextLine(row.series)
        yield _small(f"{row.first}\N{EN DASH}{row.last}", said.number(row.count))
        if row.missing:
            yield TextLine(said.t("day.missing"), said.number(row.missing), bold=True)
    for each in book.documents:
        yield TextLine(said.t(f"day.document.{each.name}"), said.number(each.count), bold=each.name == "refused")
    if report.cancelling:
        yield TextLine(said.t("day.document.open"), said.number(report.cancelling))


def _acts(book: r.DayBook, said: Translator, amount: Amount) -> Iterator[Part]:
    for words, row in (("day.lines_voided", book.lines_voided), ("day.voided", book.voided)):
        if row.count:
            yield TextLine(said.t("day.tender_row", count=row.count, name=said.t(words)), amount(row.amount))
    counts = (
        ("day.suspended", book.suspended),
        ("day.resumed", book.resumed),
        ("day.copies", book.copies),
        ("day.readings", book.readings),
        ("day.points_earned", book.points_earned),
    )
    yield from (TextLine(said.t(words), said.number(count)) for words, count in counts if count)
    yield from (
        TextLine(said.t(f"act.{act.name}"), said.number(act.count)) for act in book.acts if act.name != "x_report"
    )
    if book.denied:
        yield TextLine(said.t("day.denied"), said.number(book.denied))
    for opened in book.drawer:
        why = said.t(f"day.drawer.{opened.name}")
        yield TextLine(said.t("day.drawer", why=why), said.number(opened.count))


def _interventions(book: r.DayBook, said: Translator) -> Iterator[Part]:
    """Each kind with how often, and how long it waited on average and at most, in whole seconds."""
    for row in book.interventions:
        name = said.t(f"day.kind.{row.kind}")
        yield TextLine(row.kind if name == f"day.kind.{row.kind}" else name, said.number(row.raised))
        if row.cleared:
            seconds, longest = row.waited_ms // row.cleared // _SECOND_MS, row.longest_ms // _SECOND_MS
            yield _small(said.t("day.waited", seconds=seconds, longest=longest))
        if row.refused:
            yield _small(said.t("day.refused", count=row.refused))


def _grand(report: r.DayReport, policy: Policy, said: Translator, amount: Amount, time_zone: str) -> Iterator[Part]:
    grand = report.grand
    rows = (
        TextLine(said.t("day.grand", when=said.date_time(grand.since_ms, time_zone))),
        TextLine(said.t("day.sales"), said.number(grand.sums.sales)),
        TextLine(said.tax(policy.tax_names, first=True), amount(grand.sums.tax)),
        TextLine(said.t("day.total"), amount(grand.sums.total), bold=True),
    )
    yield from _section("day.grand_title", rows, said)
