"""Synthetic baskets, and the stand-ins that let a published basket file of 169 item groups be replayed here."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from samples.build.packaged import number

__all__ = ["STAND_INS", "baskets", "groceries_map"]

STAND_INS = [
    "sausage_chicken",
    "sausage_chicken",
    "sausage_chicken",
    "turkey_breast",
    "ow-chicken-whole",
    "ready_curry",
    "sausage_chicken",
    "chicken_breast",
    "turkey_breast",
    "ow-mutton",
    "ow-beef-bone-in",
    "beef_ground",
    "ow-rui-fish",
    "pr-orange",
    "pr-pineapple",
    "pr-apple-gala",
    "pr-grapes-green",
    "pr-guava",
    "prune",
    "pr-carrot",
    "pr-onion",
    "pr-coriander",
    "pr-eggplant",
    "spinach",
    "milk",
    "butter",
    "cottage_cheese",
    "dessert_cup",
    "buttermilk",
    "yogurt",
    "sour_cream",
    "yogurt_drink",
    "milk_lowfat",
    "cond_milk",
    "cream",
    "camembert",
    "emmental",
    "parmesan",
    "cream_cheese",
    "processed_cheese",
    "cream_cheese",
    "ricotta",
    "goat_cheese",
    "mayo",
    "dressing",
    "pickle",
    "frozen_veg",
    "frozen_berry",
    "frozen_pizza",
    "fish_fillet",
    "nugget",
    "ice_cream",
    "sorbet",
    "fries",
    "egg",
    "ow-bun-fresh",
    "bread_white",
    "bread_whole",
    "croissant",
    "roll",
    "baguette",
    "rusk",
    "chips",
    "flour",
    "salt",
    "rice",
    "pasta",
    "vinegar",
    "sunflower_oil",
    "margarine",
    "ghee",
    "sugar",
    "sweetener",
    "honey",
    "mustard",
    "ketchup",
    "spice_mix",
    "soup_mix",
    "soup",
    "noodle_instant",
    "cooking_sauce",
    "muesli",
    "quinoa",
    "baking_powder",
    "baking_soda",
    "pudding_mix",
    "kidney_bean",
    "fruit_cocktail",
    "gherkin",
    "olive_green",
    "jam",
    "choc_spread",
    "hummus",
    "tuna",
    "ow-dog-food",
    "ow-cat-food",
    "ow-pet-shampoo",
    "baby_food",
    "coffee",
    "coffee_instant",
    "tea",
    "hot_choc",
    "water",
    "soft_drink",
    "lemonade",
    "juice",
    "syrup_drink",
    "cola",
    "ginger_ale",
    "energy_drink",
    "energy_drink",
    "sports_drink",
    "iced_tea",
    "kombucha",
    "tonic",
    "grape_juice",
    "pom_juice",
    "apple_juice",
    "water_sparkling",
    "pretzel",
    "popcorn",
    "peanut",
    "cracker",
    "biscuit",
    "waffle",
    "cereal_bar",
    "gum",
    "milk_choc",
    "choc_chip",
    "dark_choc",
    "protein_bar",
    "marshmallow",
    "candy",
    "panettone",
    "ow-washing-powder",
    "ow-softener",
    "ow-descaler",
    "ow-dish-liquid",
    "ow-scouring-powder",
    "ow-floor-cleaner",
    "ow-toilet-cleaner",
    "ow-bathroom-cleaner",
    "ow-hair-spray",
    "ow-toothpaste",
    "ow-shampoo",
    "ow-cotton-pads",
    "ow-skin-cream",
    "ow-sanitary-pads",
    "ow-baby-lotion",
    "ow-soap-bar",
    "ow-antiseptic",
    "ow-tissue",
    "ow-napkins",
    "ow-plates",
    "ow-frying-pan",
    "ow-kitchen-spoon",
    "ow-cling-film",
    "ow-kitchen-towel",
    "ow-bin-bags",
    "ow-candle",
    "ow-light-bulb",
    "ow-usb-stick",
    "ow-newspaper",
    "ow-batteries",
    "ow-pot-plant",
    "ow-potting-soil",
    "ow-flower-seeds",
    "ow-bag-paper",
    "ow-bag-jute",
]
"""A noun, produce or own item for each of the 169 groups in order; strong drinks and pork stand as soft ones."""


def groceries_map(items_by_noun: Mapping[str, Sequence[str]], own_ids: frozenset[str]) -> list[tuple[int, str]]:
    """(item index 0..168, our item id). A noun that stands for several groups gives a different item each time."""
    used: dict[str, int] = {}
    rows = []
    for index, stand_in in enumerate(STAND_INS):
        if stand_in in own_ids:
            rows.append((index, stand_in))
            continue
        choice = items_by_noun[stand_in]
        rows.append((index, choice[used.get(stand_in, 0) % len(choice)]))
        used[stand_in] = used.get(stand_in, 0) + 1
    return rows


def baskets(items: Sequence[Mapping[str, Any]], count: int) -> list[str]:
    """``count`` lines of item ids, popular items often; a weighed item is ``item_id@grams``."""
    draw = random.Random(20_260_101)
    ranked = sorted(
        items,
        key=lambda r: (r["department"] != "produce", number("popular", r["item_id"])),
    )
    produce = [r for r in ranked if r["department"] == "produce"]
    others = ranked[len(produce) :]
    lines = []
    for _ in range(count):
        size = 1 + int(draw.random() * draw.random() * 24)
        line = []
        for _ in range(size):
            pool = produce if draw.random() < 0.25 else others
            item = pool[int(len(pool) * draw.random() ** 3)]
            grams = f"@{150 + int(draw.random() * 1850)}" if item["unit"] == "kg" else ""
            line.append(item["item_id"] + grams)
        lines.append(" ".join(line))
    return lines
