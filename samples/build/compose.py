"""Names of a packaged item in Bengali, English and Portuguese, composed from its reading and its size."""

from __future__ import annotations

from samples.build.grammar import Lexicon, Reading, Size

__all__ = ["acceptable", "compose"]

_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
_UNITS = {
    "g": {"en": "g", "bn": "গ্রাম", "pt_BR": "g"},
    "kg": {"en": "kg", "bn": "কেজি", "pt_BR": "kg"},
    "ml": {"en": "ml", "bn": "মিলি", "pt_BR": "ml"},
    "l": {"en": "l", "bn": "লিটার", "pt_BR": "l"},
    "each": {"en": "pc", "bn": "টি", "pt_BR": "un"},
}
_SWEET = frozenset(
    [
        "strawberry",
        "raspberry",
        "blueberry",
        "blackberry",
        "blackcurrant",
        "redcurrant",
        "cherry",
        "cranberry",
        "berry",
        "apricot",
        "peach",
        "pear",
        "plum",
        "grape",
        "banana",
        "passion",
        "kiwi",
        "guava",
        "lychee",
        "papaya",
        "melon",
        "watermelon",
        "rhubarb",
        "elderflower",
        "quince",
        "tropical",
        "fruit",
        "dried_fruit_m",
        "chocolate",
        "milk_choc_m",
        "dark_choc_m",
        "white_choc_m",
        "choc_chip_m",
        "cocoa_m",
        "vanilla",
        "caramel_m",
        "coffee_m",
        "mint_m",
        "maple_m",
        "marshmallow_m",
        "cookies_cream_m",
        "brownie_m",
        "birthday_m",
        "cheesecake_m",
        "tiramisu_m",
        "praline_m",
        "speculoos_m",
        "gingerbread_m",
        "nougat_m",
        "gianduja_m",
        "acai_m",
        "cola_m",
        "rose_m",
        "violet_m",
        "lavender_m",
        "raisin_m",
        "milk_m",
        "apple",
        "orange",
    ]
)
_SAVOURY = frozenset(
    [
        "tomato_m",
        "onion_m",
        "garlic_m",
        "basil_m",
        "herb_m",
        "dill_m",
        "parsley_m",
        "chive_m",
        "rosemary_m",
        "coriander_m",
        "cheese_m",
        "cheddar_m",
        "parmesan_m",
        "mozzarella_m",
        "goat_m",
        "emmental_m",
        "sourcream_m",
        "sour_cream_only_m",
        "bbq_m",
        "saltvin_m",
        "ranch_m",
        "jalapeno_m",
        "chili_m",
        "paprika_m",
        "curry_m",
        "teriyaki_m",
        "taco_m",
        "chicken_m",
        "beef_m",
        "turkey_m",
        "fish_m",
        "salmon_m",
        "tuna_m",
        "shrimp_m",
        "seafood_m",
        "vegetable_m",
        "mushroom_m",
        "spinach_m",
        "broccoli_m",
        "leek_m",
        "potato_m",
        "pea_m",
        "lentil_m",
        "asparagus_m",
        "celery_m",
        "pepper_bell_m",
        "eggplant_m",
        "olive_m",
        "seaweed_m",
        "noodle_m",
        "mustard_m",
        "pesto_m",
        "bolognese_m",
        "tofu_m",
        "egg_m",
    ]
)
_SAVOURY_DEPARTMENTS = frozenset({"sauces", "ready_meals", "pasta_noodles", "spices", "meat_fish", "canned"})
_SAVOURY_NOUNS = frozenset(
    [
        "chips",
        "tortilla_chips",
        "pita_chips",
        "veg_chips",
        "corn_puffs",
        "cracker",
        "frozen_pizza",
        "samosa",
        "dumpling",
        "spring_roll",
        "paratha",
        "naan",
        "hummus",
        "guacamole",
        "meatball",
        "rice_mix",
        "crouton",
        "breadstick",
        "nori",
        "moong_dal_snack",
        "papad",
        "bhujia",
        "snack_mix",
    ]
)
_EITHER_NOUNS = frozenset({"applesauce", "compote", "vinegar", "choc_syrup", "pretzel", "juice", "smoothie"})
_SWEET_DEPARTMENTS = frozenset({"confectionery", "tea_coffee", "spreads", "baking"})
_SWEET_NOUNS = frozenset(
    [
        "pie",
        "cake",
        "muffin",
        "donut",
        "brownie",
        "cheesecake",
        "panettone",
        "madeleine",
        "waffle",
        "pancake",
        "swiss_roll",
        "croissant",
        "ice_cream",
        "ice_cream_bar",
        "ice_pop",
        "sorbet",
        "frozen_yogurt",
        "yogurt",
        "greek_yogurt",
        "yogurt_drink",
        "dessert_cup",
        "cookie",
        "biscuit",
        "wafer",
        "shortbread",
        "granola",
        "muesli",
        "cereal",
        "cereal_bar",
        "soft_drink",
        "lemonade",
        "syrup_drink",
        "iced_tea",
    ]
)
_MEATS = frozenset({"chicken_m", "beef_m", "turkey_m"})
_MEAT_DEPARTMENTS = frozenset({"ready_meals", "pasta_noodles", "spices", "snacks", "frozen", "meat_fish", "baby"})
_STAPLES = frozenset(
    [
        "corn_m",
        "rice_m",
        "oat_m",
        "wheat_m",
        "rye_m",
        "lentil_m",
        "sweet_potato_m",
        "potato_m",
        "banana",
        "carrot_m",
        "quinoa_m",
        "soy_m",
        "pea_m",
        "coconut",
        "apple",
        "multigrain_m",
        "buckwheat_m",
        "vegetable_m",
        "pumpkin_m",
    ]
)
_FIXED_BASE = frozenset(["chips", "tortilla_chips", "corn_puffs", "popcorn", "flav_milk"])
_ATTRIBUTES = {  # attributes that make sense only in some departments; all others go anywhere
    "sparkling": {"beverages"},
    "ground": {"spices", "nuts"},
    "glazed": {"bakery", "biscuits", "nuts", "confectionery"},
    "filled": {"bakery", "biscuits", "confectionery", "canned", "pasta_noodles"},
    "smoked": {"meat_fish", "canned", "dairy", "nuts", "snacks", "sauces"},
    "marinated": {"meat_fish", "canned", "dairy"},
    "cooked": {"meat_fish", "frozen", "canned"},
    "raw": {"meat_fish", "nuts", "frozen", "spreads", "health"},
    "decaf": {"tea_coffee", "beverages"},
    "roasted": {
        "nuts",
        "tea_coffee",
        "snacks",
        "meat_fish",
        "canned",
        "sauces",
        "dairy",
        "spices",
        "confectionery",
    },
    "salted": {"nuts", "snacks", "dairy", "biscuits", "confectionery", "canned"},
    "jumbo": {"frozen", "canned", "dairy", "nuts", "meat_fish"},
    "whole": {"nuts", "canned", "frozen", "spices", "meat_fish"},
    "with_protein": {
        "dairy",
        "breakfast",
        "snacks",
        "biscuits",
        "bakery",
        "health",
        "beverages",
    },
    "black": {"spices", "rice_grains", "canned", "nuts"},
    "white": {"spices", "rice_grains", "canned", "meat_fish"},
    "red": {"spices", "rice_grains", "canned", "sauces", "frozen"},
    "green": {"spices", "rice_grains", "canned", "sauces", "frozen"},
    "thick": {"dairy", "sauces"},
    "sweet": {"nuts", "sauces", "snacks", "canned", "beverages", "bakery", "biscuits"},
    "sour": {"confectionery", "dairy"},
    "wholewheat": {
        "bakery",
        "biscuits",
        "pasta_noodles",
        "breakfast",
        "snacks",
        "rice_grains",
        "baking",
    },
    "soft": {"bakery", "biscuits", "confectionery", "nuts"},
    "dried": {"nuts", "spices", "canned"},
    "instant": {"ready_meals", "rice_grains", "breakfast", "pasta_noodles", "baking"},
    "shredded": {"dairy", "canned"},
    "chopped": {"canned", "frozen", "nuts", "meat_fish", "dairy"},
    "frozen": {"frozen", "meat_fish", "bakery"},
    "spicy": {
        "sauces",
        "snacks",
        "nuts",
        "ready_meals",
        "meat_fish",
        "spices",
        "canned",
        "frozen",
    },
    "mild": {"sauces", "snacks", "spices", "canned", "dairy"},
    "crunchy": {
        "nuts",
        "snacks",
        "biscuits",
        "breakfast",
        "spreads",
        "confectionery",
        "frozen",
    },
    "thin": {"snacks", "biscuits", "confectionery", "frozen"},
}


def acceptable(reading: Reading, lexicon: Lexicon) -> bool:
    """Whether noun and modifiers go together: no chocolate in a tomato sauce, nothing the shop does not sell."""
    row = lexicon.noun_rows[reading.noun]
    flavours = 0
    for modifier in reading.modifiers:
        kind = lexicon.modifier_rows[modifier]["kind"]
        if kind == "refuse" or (kind == "flavour" and not _flavour_fits(modifier, row)):
            return False
        if kind == "attribute" and row["department"] not in _ATTRIBUTES.get(modifier, {row["department"]}):
            return False
        flavours += kind == "flavour"
    return flavours <= 2 and len(reading.modifiers) <= 3


def _flavour_fits(modifier: str, row: dict[str, object]) -> bool:
    noun, department = str(row["noun"]), str(row["department"])
    if not row["flavours"]:
        return False
    if (modifier in _MEATS and department not in _MEAT_DEPARTMENTS) or (modifier in _STAPLES and noun in _FIXED_BASE):
        return noun == "flav_milk" and modifier in {"banana", "coconut", "apple"}
    if noun in _EITHER_NOUNS:
        return True
    if modifier in _SWEET and (department in _SAVOURY_DEPARTMENTS or noun in _SAVOURY_NOUNS):
        return False
    return not (modifier in _SAVOURY and (department in _SWEET_DEPARTMENTS or noun in _SWEET_NOUNS))


def compose(reading: Reading, size: Size, lexicon: Lexicon) -> dict[str, str]:
    """Names per language: brand, attributes, flavours, noun, size."""
    row = lexicon.noun_rows[reading.noun]
    attributes: list[dict[str, object]] = []
    flavours: list[dict[str, object]] = []
    for modifier in reading.modifiers:
        found = lexicon.modifier_rows[modifier]
        names = found["names"]
        if names["en"] in row["names"]["en"] or names["bn"] in row["names"]["bn"]:
            continue
        (attributes if found["kind"] == "attribute" else flavours).append(names)
    english = " ".join(
        [
            *(str(a["en"]) for a in attributes),
            " and ".join(str(f["en"]) for f in flavours),
        ]
    )
    english_noun, bengali_noun = row["names"]["en"], row["names"]["bn"]
    if flavours:
        bengali_noun = _after(str(flavours[-1]["bn"]), _without_generic(bengali_noun))
        english_noun = _after(str(flavours[-1]["en"]), english_noun)
    bengali = " ".join([*(str(a["bn"]) for a in attributes), "-".join(str(f["bn"]) for f in flavours)])
    brand = f"{reading.brand} " if reading.brand else ""
    return {
        "bn": f"{brand}{bengali} {bengali_noun}, {_size(size, 'bn')}".replace("  ", " ").strip(),
        "en": _sentence(f"{brand}{english} {english_noun}, {_size(size, 'en')}"),
        "pt_BR": _sentence(
            f"{_portuguese(row, attributes, flavours)}{' ' + reading.brand if reading.brand else ''}, "
            f"{_size(size, 'pt_BR')}"
        ),
    }


def _without_generic(bengali_noun: str) -> str:
    """The Bengali noun without the part that a flavour makes superfluous: raspberry purée is no "fruit purée"."""
    return bengali_noun.removeprefix("ফলের ").removeprefix("সবজির ").removesuffix(" পাতা")


def _after(flavour: str, noun: str) -> str:
    """``noun`` without a first word that ``flavour`` already ends with ("white chocolate" + "chocolate truffles")."""
    return noun.removeprefix(flavour.rsplit(maxsplit=1)[-1] + " ")


def _portuguese(
    row: dict[str, object],
    attributes: list[dict[str, object]],
    flavours: list[dict[str, object]],
) -> str:
    names = row["names"]
    assert isinstance(names, dict)
    noun, gender = str(names["pt_BR"]), str(row["gender"])
    if flavours:
        noun = noun.removesuffix(" de frutas").removesuffix(" de fruta")
    words = [noun]
    if flavours:
        joined = " e ".join(_first(f["pt_BR"]) for f in flavours)
        words.append(f"{'sabor' if ' de ' in noun or ' para ' in noun else 'de'} {joined}")
    for attribute in attributes:
        if attribute["en"] == "mini":
            words.insert(0, "mini")
            continue
        forms = attribute["pt_BR"]
        assert isinstance(forms, list)
        words.append(str(forms[("m", "f", "mp", "fp").index(gender)] if len(forms) > 1 else forms[0]))
    return " ".join(words)


def _first(forms: object) -> str:
    assert isinstance(forms, list)
    return str(forms[0])


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def _size(size: Size, language: str) -> str:
    """A size as the language's shops print it: 1500 ml is 1.5 l, in Bengali digits in Bengali."""
    amount, unit = str(size.amount), size.unit
    if unit in ("g", "ml") and size.amount >= 1000 and size.amount % 100 == 0:
        whole, part = divmod(size.amount // 100, 10)
        amount, unit = (
            (f"{whole}.{part}" if part else str(whole)),
            {"g": "kg", "ml": "l"}[unit],
        )
    if language == "pt_BR":
        amount = amount.replace(".", ",")
    if language == "bn":
        amount = amount.translate(_DIGITS)
    return f"{amount}{'' if language == 'bn' and unit == 'each' else ' '}{_UNITS[unit][language]}"
