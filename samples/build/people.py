"""Loyalty members, made up from end to end: numbers that cannot ring, cards that only this shop would issue."""

from __future__ import annotations

import hashlib
from typing import Any

from samples.build.packaged import check_digit, number

__all__ = ["card_number", "members"]

_PERSONAS = (
    (
        "Nasrin",
        "নাসরিন",
        "bn",
        "gold",
        "Shops for a family of five on Thursday evenings and never forgets her card.",
    ),
    (
        "Rafiq",
        "রফিক",
        "bn",
        "silver",
        "Runs a tea stall; buys milk, sugar and biscuits in quantity before opening.",
    ),
    (
        "Mariana",
        "মারিয়ানা",
        "pt_BR",
        "gold",
        "Buys fruit by weight on her way home and pays part with a food voucher.",
    ),
    (
        "James",
        "জেমস",
        "en",
        "basic",
        "New in town, knows no Bengali, looks up everything by picture.",
    ),
    (
        "Shirin",
        "শিরিন",
        "bn",
        "silver",
        "Has low vision; uses large text, speech and four keys.",
    ),
)
_BENGALI = (
    ("Rahim", "রহিম"), ("Karim", "করিম"), ("Fatema", "ফাতেমা"), ("Ayesha", "আয়েশা"), ("Sumon", "সুমন"),
    ("Mithila", "মিথিলা"), ("Tanvir", "তানভীর"), ("Sadia", "সাদিয়া"), ("Hasan", "হাসান"), ("Rumana", "রুমানা"),
    ("Arif", "আরিফ"), ("Nusrat", "নুসরাত"), ("Jamal", "জামাল"), ("Parvin", "পারভীন"), ("Sohel", "সোহেল"),
    ("Lima", "লিমা"), ("Mahmud", "মাহমুদ"), ("Sharmin", "শারমিন"), ("Bijoy", "বিজয়"), ("Purnima", "পূর্ণিমা"),
)  # fmt: skip
_PORTUGUESE = (
    ("Ana", "আনা"), ("João", "জোয়াও"), ("Beatriz", "বিয়াত্রিজ"), ("Pedro", "পেদ্রো"), ("Camila", "কামিলা"),
    ("Lucas", "লুকাস"), ("Larissa", "লারিসা"), ("Rafael", "রাফায়েল"), ("Júlia", "জুলিয়া"), ("Thiago", "তিয়াগো"),
)  # fmt: skip
_ENGLISH = (
    ("Emma", "এমা"),
    ("Oliver", "অলিভার"),
    ("Grace", "গ্রেস"),
    ("Daniel", "ড্যানিয়েল"),
    ("Sarah", "সারা"),
)
_NAMES = {"bn": _BENGALI, "pt_BR": _PORTUGUESE, "en": _ENGLISH}


def card_number(serial: int) -> str:
    """An in-house card number: EAN-13 in the restricted-circulation range (2990), with its check digit."""
    body = f"2990{serial:08d}"
    return body + check_digit(body)


def members(count: int) -> list[dict[str, Any]]:
    """``count`` members: the named personas first, then people drawn steadily from the name lists."""
    rows = []
    for serial in range(1, count + 1):
        if serial <= len(_PERSONAS):
            latin, bengali, language, tier, story = _PERSONAS[serial - 1]
        else:
            language = ("bn", "bn", "bn", "pt_BR", "pt_BR", "en")[number("language", serial) % 6]
            latin, bengali = _NAMES[language][number("name", serial) % len(_NAMES[language])]
            tier = ("basic", "basic", "basic", "silver", "silver", "gold")[number("tier", serial) % 6]
            story = ""
        rows.append(
            {
                "member_id": "m-" + hashlib.sha256(f"member|{serial}".encode()).hexdigest()[:12],
                "card_number": card_number(serial),
                "phone": {
                    "bd": f"+88012000{serial:05d}",
                    "br": f"+551190000{serial:04d}",
                },
                "tier": tier,
                "first_name": {"bn": bengali, "en": latin, "pt_BR": latin},
                "language": language,
                "story": story,
            }
        )
    return rows
