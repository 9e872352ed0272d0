"""Files of baskets: what they may hold, and that what is wrong is named with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.baskets import GROCERIES, SHIPPED, BasketsError, read_baskets, usual_baskets
from bench.oracle import Oracle, Picked
from samples.catalogue import groceries_map, load_baskets
from tests.bench.shop import item, sample_shop, shop

SMALL = Oracle(shop(item("tea", 60_000), item("banana", 12_000, unit="kg", tare_grams=10)), offers=True)


def _read(folder: Path, text: str, oracle: Oracle = SMALL, most: int | None = None) -> list[tuple[Picked, ...]]:
    file = folder / "baskets.txt"
    file.write_text(text, encoding="utf-8")
    return list(read_baskets(file, oracle, most=most))


def test_a_basket_is_a_line_with_weights_behind_an_at(tmp_path: Path) -> None:
    text = "tea banana@510 tea\n\n# a remark\n  banana\t  # and another\n"

    assert _read(tmp_path, text) == [
        (Picked("tea"), Picked("banana", 510), Picked("tea")),
        (Picked("banana", 640),),
    ]


def test_no_more_baskets_are_read_than_asked_for(tmp_path: Path) -> None:
    assert len(_read(tmp_path, "tea\n\ntea\ntea tea\n", most=2)) == 2
    assert _read(tmp_path, "tea\n", most=0) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("caviar", "the shop does not sell 'caviar'"),
        ("banana@much", "'much' is no number of grams"),
        ("banana@", "'' is no number of grams"),
        ("banana@-5", "'-5' is no number of grams"),
        ("banana@5²", "'5²' is no number of grams"),
        ("banana@10", "10 g of banana are no more than its packaging (10 g)"),
        ("tea@500", "tea is not sold by weight"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(BasketsError) as fault:
        _read(tmp_path, f"tea\n# remark\n{line}\n")

    assert str(fault.value) == f"{tmp_path / 'baskets.txt'}:3: {said}"


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BasketsError, match=r"no baskets in .*nowhere"):
        list(read_baskets(tmp_path / "nowhere", SMALL))
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    with pytest.raises(BasketsError, match=r"no baskets in .*picture: .*utf-8"):
        list(read_baskets(tmp_path / "picture", SMALL))


def test_plain_numbers_are_the_published_baskets_even_below_a_remark(tmp_path: Path) -> None:
    oracle = Oracle(sample_shop(), offers=True)
    mapped = groceries_map()

    (basket,) = _read(tmp_path, "# Groceries\n\n0 168\n", oracle)
    assert [picked.item_id for picked in basket] == [mapped[0], mapped[168]]
    assert all((picked.grams == 640) == oracle.weighed(picked.item_id) for picked in basket)
    with pytest.raises(BasketsError, match=r"baskets\.txt:2: the shop does not sell '169'"):
        _read(tmp_path, "0\n169\n", oracle)


def test_the_shipped_baskets_are_read_whole() -> None:
    oracle = Oracle(sample_shop(), offers=True)

    read = [tuple((picked.item_id, picked.grams) for picked in basket) for basket in read_baskets(SHIPPED, oracle)]
    assert tuple(read) == load_baskets()


def test_the_groceries_are_replayed_where_they_lie_and_the_shipped_baskets_elsewhere() -> None:
    assert usual_baskets() == (GROCERIES if GROCERIES.is_file() else SHIPPED)
    assert usual_baskets().is_file()
