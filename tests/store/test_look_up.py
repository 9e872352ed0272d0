"""Finding items without a barcode."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.checkout.events import LaneOpened, StockMove, StockMoved
from kiosk.checkout.look_up import LookUp
from kiosk.store.book_builder import BookBuilder
from kiosk.store.chain import Position
from kiosk.store.errors import BookError
from kiosk.store.look_up import BookLookUp
from kiosk.store.rows import Department, Stock
from kiosk.store.stock_moves import StockMoves
from kiosk.store.words import fold, words
from tests.store.support import build_book, encode, item


@pytest.fixture
def look_up(tmp_path: Path) -> Iterator[BookLookUp]:
    opened = BookLookUp(build_book(tmp_path, 1))
    yield opened
    opened.close()


def _found(look_up: LookUp, query: str, language: str = "en") -> list[str]:
    return [tile.item_id for tile in look_up.search(query, language=language)]


@pytest.mark.parametrize(
    ("query", "item_id"),
    [
        ("kola", "banana"),
        ("KOLA", "banana"),
        ("কলা", "banana"),
        ("ক", "banana"),
        ("4011", "banana"),
        ("৪০১১", "banana"),
        ("banan", "banana"),
        ("bananna", "banana"),
        ("b", "banana"),
        ("tea black", "tea"),
        ("blak tea", "tea"),
        ("চা", "tea"),
        ("12345678905", "tea"),
        ("00012345678905", "tea"),
        ("cafe", "coffee"),
        ("café creme", "coffee"),
        ("CAFÉ", "coffee"),
    ],
)
def test_what_a_shopper_types_finds_the_item(look_up: BookLookUp, query: str, item_id: str) -> None:
    assert _found(look_up, query)[0] == item_id


@pytest.mark.parametrize(
    "query", ["", "   ", "()", '"', "AND", "tea NOT black*", "wheelbarrow", "99999", "qzx", "tea wheelbarrow", "*"]
)
def test_what_the_shop_does_not_have_finds_nothing(look_up: BookLookUp, query: str) -> None:
    assert _found(look_up, query) == []


def test_a_bengali_vowel_sign_belongs_to_its_word(tmp_path: Path) -> None:
    look_up = BookLookUp(
        build_book(tmp_path, 1, item("a", {"bn": "কলা"}), item("b", {"bn": "কল"}), item("c", {"bn": "লা"}))
    )
    assert _found(look_up, "লা") == ["c"]
    look_up.close()


def test_a_name_in_the_shoppers_language_that_begins_so_comes_first(tmp_path: Path) -> None:
    first, second = item("a", {"en": "Mango pickle", "bn": "x"}), item("b", {"en": "Mango", "bn": "y"})
    other = item("c", {"pt_BR": "Manga", "en": "Sleeve mango"})
    look_up = BookLookUp(build_book(tmp_path, 1, first, second, other))
    assert _found(look_up, "mang", "pt_BR")[0] == "c"
    assert _found(look_up, "mango", "en")[0] == "b"
    look_up.close()


def test_what_has_no_barcode_comes_before_the_packets_that_share_its_name(tmp_path: Path) -> None:
    loose = item("loose", {"en": "Red onion"}, plu="4082")
    packet = item("packet", {"en": "Onion soup mix"}, gtin="00012345678905")
    look_up = BookLookUp(build_book(tmp_path, 1, packet, loose))
    assert _found(look_up, "onion") == ["loose", "packet"]
    look_up.close()


def test_accents_left_out_make_a_word_no_less_whole(tmp_path: Path) -> None:
    apple, pasta = item("apple", {"pt_BR": "Maçã gala"}), item("pasta", {"pt_BR": "Macarrão"})
    look_up = BookLookUp(build_book(tmp_path, 1, pasta, apple))
    assert _found(look_up, "maca", "pt_BR") == ["apple", "pasta"]
    look_up.close()


def test_the_limit_holds(look_up: BookLookUp) -> None:
    assert len(look_up.search("c", language="en", limit=1)) == 1


def test_an_item_that_was_taken_away_is_not_found(tmp_path: Path) -> None:
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder:
        builder.delete("item", "banana")
        look_up = BookLookUp(builder.finish(2))
    assert _found(look_up, "kola") == []
    look_up.close()


def test_shelves_are_departments_with_a_picture_and_pictured_items_come_first(tmp_path: Path) -> None:
    with BookBuilder.from_previous(build_book(tmp_path, 1)) as builder:
        builder.put("department", "fruit", encode(Department("fruit", {"en": "Fruit"}, "fruit.webp")))
        builder.put("department", "tax", encode(Department("tax", {"en": "Unseen"})))
        look_up = BookLookUp(builder.finish(2))
    assert [shelf.department for shelf in look_up.shelves()] == ["fruit"]
    assert [tile.item_id for tile in look_up.shelf("fruit")] == ["banana", "coffee", "tea"]
    assert [tile.item_id for tile in look_up.shelf("fruit", limit=1)] == ["banana"]
    first = ("tea", "elsewhere", "banana")
    assert [tile.item_id for tile in look_up.shelf("fruit", first=first)] == ["tea", "banana", "coffee"]
    assert [tile.item_id for tile in look_up.shelf("fruit", limit=1, first=first)] == ["tea"]
    assert look_up.shelf("no such") == ()
    look_up.close()


def _stocked(folder: Path, moves: StockMoves, **counted: tuple[int, int]) -> BookLookUp:
    with BookBuilder.from_previous(build_book(folder, 1)) as builder:
        builder.put("stock", "shop/banana", encode(Stock("banana", "shop", 100, counted)))
        builder.put("stock", "warehouse/tea", encode(Stock("tea", "warehouse", 5)))
        return BookLookUp(builder.finish(2), kiosk="k7", location="shop", moves=moves)


@pytest.mark.parametrize(
    ("counted", "left"),
    [
        ({}, 92),
        ({"k7": (9, 1)}, 95),
        ({"k7": (9, 2)}, 100),
        ({"k7": (8, 7)}, 92),
        ({"k7": (11, 7)}, 92),
        ({"k8": (9, 2)}, 92),
    ],
)
def test_stock_on_show_is_the_count_less_the_moves_head_office_has_not_counted(
    tmp_path: Path, counted: dict[str, tuple[int, int]], left: int
) -> None:
    moves = StockMoves()
    moves.note(Position(9, 1), StockMoved("t1", (StockMove("banana", 3, "each"),)))
    moves.note(Position(9, 2), StockMoved("t2", (StockMove("banana", 5, "each"), StockMove("tea", 1, "each"))))
    moves.note(Position(9, 3), LaneOpened("staff"))
    look_up = _stocked(tmp_path, moves, **counted)
    assert [(tile.item_id, tile.stock) for tile in look_up.search("kola", language="en")] == [("banana", left)]
    assert [tile.stock for tile in look_up.search("tea", language="en")] == [None]
    look_up.close()


def test_several_threads_may_search_at_once(look_up: BookLookUp) -> None:
    found: list[list[str]] = []
    queries = ["kola", "bananna", "cafe", "4011"]
    threads = [
        threading.Thread(target=lambda query=query: found.append(_found(look_up, query)[:1])) for query in queries
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [["banana"], ["banana"], ["banana"], ["coffee"]]


def test_a_book_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError):
        BookLookUp(tmp_path / "book-1.db")


def test_joiners_digits_and_case_make_no_difference() -> None:
    assert fold("ক\u200dলা ২ \uff2b\uff27") == "কলা 2 kg"
    assert words("a-b, c&d (250ml)") == ("a", "b", "c", "d", "250ml")
