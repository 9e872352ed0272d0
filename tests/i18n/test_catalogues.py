"""Every message the code names is there, in all three languages, with the same places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from string import Formatter
from typing import get_args, get_type_hints

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kiosk.checkout.events import DrawerReason, InterventionKind
from kiosk.checkout.inputs import Condition, DeviceCause, OperatorAct, StorageCause, TerminalOutcome
from kiosk.checkout.screen import CardBody, ThanksBody, WeighBody
from kiosk.i18n.catalogues import LANGUAGES, source
from kiosk.retail.bagging import DoubtKind
from kiosk.retail.codes import Refused
from kiosk.retail.offer import Layer
from kiosk.retail.rights import Denial, default_roles
from kiosk.retail.transaction import TenderKind
from kiosk.retail.weighing import ServiceReason
from kiosk.retail.weight import Unit

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("kiosk/checkout", "kiosk/workstation", "ui", "headoffice")
SPEAKERS = {"text", "say", "t"}
DEVICES = (
    "scanner",
    "produce_scale",
    "bagging_scale",
    "printer",
    "card_reader",
    "camera",
    "lights",
    "fiscal",
    "loyalty_card",
    "cash_recycler",
)
IDS = re.compile(r"[a-z_]+(\.[a-zA-Z_]+)+")


def read(language: str) -> Catalog:
    with source(language).open("rb") as text:
        return read_po(text, locale=language, abort_invalid=True)


CATALOGUES = {language: read(language) for language in LANGUAGES}


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


KNOWN = {language: {key(m): m for m in catalogue if m.id} for language, catalogue in CATALOGUES.items()}


def spoken() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """(place, call, first argument) of each call that speaks."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in SPEAKERS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node, node.args[0]


def literal_ids(argument: ast.expr) -> Iterator[str]:
    """The whole ids in an argument: a constant, or either side of a choice."""
    match argument:
        case ast.Constant(value=str(message_id)) if IDS.fullmatch(message_id):
            yield message_id
        case ast.IfExp(body=body, orelse=orelse):
            yield from literal_ids(body)
            yield from literal_ids(orelse)


def built_ids(argument: ast.expr) -> Iterator[re.Pattern[str]]:
    """Patterns of the ids that an f-string builds."""
    if isinstance(argument, ast.JoinedStr):
        parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-zA-Z_]+" for p in argument.values]
        if any("\\." in part for part in parts):
            yield re.compile("".join(parts))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def texts(message_id: str, language: str) -> list[str]:
    string = KNOWN[language][message_id].string
    return [string] if isinstance(string, str) else list(string or ())


def test_every_message_the_code_names_is_in_the_catalogues() -> None:
    missing = {
        f"{place} {message_id}"
        for place, _, argument in spoken()
        for message_id in literal_ids(argument)
        if message_id not in KNOWN["en"]
        and not (place.startswith("headoffice") and f"console.{message_id}" in KNOWN["en"])
    }

    assert sorted(missing) == []


def test_every_message_the_code_builds_from_parts_has_its_like_in_the_catalogues() -> None:
    missing = {
        f"{place} {pattern.pattern}"
        for place, _, argument in spoken()
        for pattern in built_ids(argument)
        if not any(pattern.fullmatch(message_id) for message_id in KNOWN["en"])
    }

    assert sorted(missing) == []


FAMILIES: dict[str, tuple[str, ...]] = {
    "intervention.{}": get_args(InterventionKind),
    "line.{}": get_args(InterventionKind),
    "console.intervention.{}": get_args(InterventionKind),
    "bagging.{}": get_args(DoubtKind),
    "intervention.bagging_{}": (*get_args(DoubtKind), "skip"),
    "intervention.door_{}": ("unattended", "left_open"),
    "condition.{}": (*get_args(Condition), "door_open", "tampered", "drawer_open"),
    "act.{}": get_args(OperatorAct),
    "pay.{}": get_args(TerminalOutcome),
    "device.{}": DEVICES,
    "device.{}_lost": DEVICES,
    "cause.{}": get_args(DeviceCause),
    "storage.{}": get_args(StorageCause),
    "unit.{}": (*get_args(Unit), "each"),
    "tender.{}": get_args(TenderKind),
    "day.drawer.{}": get_args(DrawerReason),
    "day.kind.{}": get_args(InterventionKind),
    "day.layer.{}": get_args(Layer),
    "language.{}": LANGUAGES,
    "weigh.{}": get_args(get_type_hints(WeighBody)["state"]),
    "weighing.{}": get_args(ServiceReason),
    "card.{}": get_args(get_type_hints(CardBody)["stage"]),
    "thanks.{}": get_args(get_type_hints(ThanksBody)["receipt"]),
    "staff.role.{}": tuple(role.role for role in default_roles()),
    "staff.denied_{}": get_args(Denial),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_family_of_messages_is_there(family: str) -> None:
    missing = [family.format(member) for member in FAMILIES[family] if family.format(member) not in KNOWN["en"]]

    assert missing == []


def test_every_refusal_of_a_code_has_its_words() -> None:
    reasons = get_args(get_type_hints(Refused)["message_id"])

    assert reasons
    assert [reason for reason in [*reasons, "code.in_house", "code.unknown"] if reason not in KNOWN["en"]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_and_says_it_once(language: str) -> None:
    assert KNOWN[language].keys() == KNOWN["en"].keys()
    assert [message_id for message_id in KNOWN[language] if not all(texts(message_id, language))] == []
    assert [message_id for message_id in KNOWN[language] if KNOWN[language][message_id].fuzzy] == []
    written = re.findall(r'^msgid "(.+)"$', source(language).read_text(encoding="utf-8"), re.MULTILINE)
    assert len(written) == len(set(written))


@pytest.mark.parametrize(("message_id", "language"), list(product(sorted(KNOWN["en"]), ("bn", "pt_BR"))))
def test_a_message_has_the_same_places_in_every_language(message_id: str, language: str) -> None:
    wanted = {frozenset(places(text)) for text in texts(message_id, "en")}

    assert {frozenset(places(text)) for text in texts(message_id, language)} == wanted
    assert isinstance(KNOWN[language][message_id].id, str) == isinstance(KNOWN["en"][message_id].id, str)


def test_the_code_gives_a_value_for_every_place() -> None:
    unfilled = {
        f"{place} {message_id}: {sorted(left)}"
        for place, call, argument in spoken()
        for message_id in literal_ids(argument)
        if message_id in KNOWN["en"] and isinstance(argument, ast.Constant)
        for left in [places(texts(message_id, "en")[0]) - {keyword.arg for keyword in call.keywords}]
        if left and not any(keyword.arg is None for keyword in call.keywords)
    }

    assert sorted(unfilled) == []


def test_bengali_sentences_are_in_bengali_letters_and_end_in_a_dari() -> None:
    latin = re.compile(r"[A-Za-z]{2,}")
    wrong = [
        message_id
        for message_id in KNOWN["bn"]
        if not message_id.startswith("language.")
        for text in texts(message_id, "bn")
        if latin.search(re.sub(r"\{\w+\}", "", text)) or text.endswith(".")
    ]

    assert wrong == []
