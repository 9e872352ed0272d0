"""Make the sample shop's generated files anew: ``python -m samples.build_catalogue SOURCES``.

``SOURCES`` is a folder with ``off_products_2019/products.csv.gz`` (Open Food Facts names) and, for ``--pictures``,
``grocerystore_produce`` (photographs). What is written by hand (nouns, produce, own items, stores, taxes, offers,
operators) is read from ``samples/shop`` and not touched. The same sources give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from samples.build.grammar import load_lexicon
from samples.build.packaged import choose, item_id
from samples.build.people import members
from samples.build.pictures import make_pictures
from samples.build.pricing import pack_grams, price_bdt, price_brl, stock_on_hand
from samples.build.shopping import baskets, groceries_map

_ROOT = Path(__file__).parent
_PRODUCTS = 2050
_MEMBERS = 200
_BASKETS = 500
_LOCATIONS = ("store-1", "store-2", "warehouse")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the sources and write the generated files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--pictures", action="store_true", help="make the pictures anew too")
    options = parser.parse_args(arguments)
    lexicon = load_lexicon(_ROOT / "shop")
    products = [
        {"item_id": item_id(row["gtin"]), **row}
        for row in choose(
            options.sources / "off_products_2019" / "products.csv.gz",
            lexicon,
            _PRODUCTS,
        )
    ]
    for product in products:
        grams, spread = pack_grams(lexicon.noun_rows[product["noun"]], product["size"]["amount"])
        product["expected_grams"], product["spread_grams"] = grams, spread
    _write_rows(_ROOT / "openfoodfacts" / "products.jsonl", products)
    produce = _read_rows(_ROOT / "shop" / "produce.jsonl")
    own = _read_rows(_ROOT / "shop" / "own.jsonl")
    _write_prices(products, produce + own, lexicon.noun_rows)
    _write_stock([*products, *produce, *own])
    _write_rows(_ROOT / "shop" / "members.jsonl", members(_MEMBERS))
    _write_baskets(products, produce, own, lexicon.noun_rows)
    if options.pictures:
        make_pictures(options.sources / "grocerystore_produce", _ROOT)


def _read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def _write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _write_prices(
    products: list[dict[str, Any]],
    ours: list[dict[str, Any]],
    nouns: Mapping[str, Mapping[str, Any]],
) -> None:
    taka: list[tuple[str, int, int | str]] = []
    real: list[tuple[str, int]] = []
    for product in products:
        noun, amount, key = (
            nouns[product["noun"]],
            product["size"]["amount"],
            product["item_id"],
        )
        if "bd" in noun["countries"]:
            taka.append((key, *price_bdt(noun, amount, key)))
        real.append((key, price_brl(noun, amount, key)))
    for item in ours:
        if "bd" in item.get("countries", ("bd", "br")):
            taka.append((item["item_id"], item["price_bdt"] * 100, ""))
        real.append((item["item_id"], item["price_brl"]))
    _write_table(_ROOT / "shop" / "prices_bd.csv", ("item_id", "price_minor", "mrp_minor"), taka)
    _write_table(_ROOT / "shop" / "prices_br.csv", ("item_id", "price_minor"), real)


def _write_stock(items: list[dict[str, Any]]) -> None:
    _write_table(
        _ROOT / "shop" / "stock.csv",
        ("item_id", "location", "on_hand"),
        (
            (
                item["item_id"],
                place,
                stock_on_hand(item["item_id"], place, weighed=item.get("unit") == "kg"),
            )
            for item in items
            for place in _LOCATIONS
        ),
    )


def _write_baskets(
    products: list[dict[str, Any]],
    produce: list[dict[str, Any]],
    own: list[dict[str, Any]],
    nouns: Mapping[str, Mapping[str, Any]],
) -> None:
    by_noun: dict[str, list[str]] = {}
    for product in products:
        by_noun.setdefault(product["noun"], []).append(product["item_id"])
    own_ids = frozenset(item["item_id"] for item in produce + own)
    stand_ins = (_ROOT / "shop" / "stand_ins.txt").read_text("utf-8").split()
    _write_table(
        _ROOT / "groceries_map.csv",
        ("item", "item_id"),
        groceries_map(stand_ins, by_noun, own_ids),
    )
    everywhere = [p for p in products if nouns[p["noun"]]["countries"] == ["bd", "br"]]
    open_to_all = (o for o in own if not (o["minimum_age"] or o["needs_staff"] or o.get("rules") or o.get("kind")))
    plain = [o for o in open_to_all if "bd" in o["countries"]]
    rows: list[dict[str, Any]] = [
        *(
            {
                "item_id": p["item_id"],
                "department": nouns[p["noun"]]["department"],
                "unit": "each",
            }
            for p in everywhere
        ),
        *({"item_id": p["item_id"], "department": "produce", "unit": p["unit"]} for p in produce),
        *({"item_id": o["item_id"], "department": o["department"], "unit": o["unit"]} for o in plain),
    ]
    (_ROOT / "baskets.txt").write_text("\n".join(baskets(rows, _BASKETS)) + "\n", "utf-8")


if __name__ == "__main__":
    main()
