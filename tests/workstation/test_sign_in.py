"""Guessing PINs and badges is shut out, across restarts; staff never are."""

from __future__ import annotations

from pathlib import Path

import pytest

from headoffice.keyed import pin_hash
from kiosk.checkout import inputs as i
from kiosk.store.rows import Operator
from kiosk.workstation.identity import Door, Hasher, pin_matches, wait_after

KEY = "00" * 16
SALT, HASHED = pin_hash(bytes.fromhex(KEY), "7", "471100")
RAHIM = Operator("7", "Rahim", "supervisor", Hasher(KEY).of("badge", "B-1"), SALT, HASHED)
BADGE = RAHIM.badge_hash
LET_IN = i.OperatorSignedIn


class Guesser:
    """Somebody at the door with a clock that moves by hand."""

    def __init__(self, kept: Path | None = None) -> None:
        self.now, self._kept = 0, kept
        self.door = Door(lambda: self.now, kept)

    def restart(self) -> None:
        self.door = Door(lambda: self.now, self._kept)

    def guesses(self, pins: int = 0, badges: int = 0) -> list[i.OperatorSignedIn | i.OperatorRefused]:
        """As many wrong ones, each as soon as one is taken again."""
        answers = []
        for number in range(pins + badges):
            by_pin = number < pins
            answers.append(self.door.by_pin("000000", ()) if by_pin else self.door.by_badge("ff" * 32, (RAHIM,)))
            self.now += wait_after(number + 1 if by_pin else number - pins + 1)
        return answers


def test_a_pin_as_head_office_hashes_it_is_known_and_another_is_not() -> None:
    assert HASHED.startswith("$argon2id$")
    assert pin_matches("471100", RAHIM)
    assert not pin_matches("471101", RAHIM)


@pytest.mark.parametrize("hashed", ["", "$argon2id$", "$argon2id$v=19$m=12288,t=3,p=1$AAAA$AAAA", "$argon2id$x"])
def test_a_hash_that_cannot_be_read_is_nobody_s(hashed: str) -> None:
    assert not pin_matches("471100", Operator("8", "New", "attendant", pin_hash=hashed))


@pytest.mark.parametrize(("pins", "badges"), [(5, 0), (0, 5)])
def test_waits_grow_with_each_wrong_one_and_end(pins: int, badges: int) -> None:
    answers = Guesser().guesses(pins=2 * pins, badges=2 * badges)
    waits = [answer.wait_ms // 1000 for answer in answers if isinstance(answer, i.OperatorRefused)]
    assert waits == [0, 0, 0, 0, 60, 120, 240, 480, 900, 900]


def test_a_day_of_guessing_takes_no_more_than_a_hundred_tries() -> None:
    guesser, tries = Guesser(), 0
    while guesser.now < 86_400_000:
        guesser.guesses(pins=0)
        answer = guesser.door.by_pin("000000", ())
        assert isinstance(answer, i.OperatorRefused)
        tries += 1
        guesser.now += max(answer.wait_ms, 1)
    assert tries <= 105


def test_a_restart_makes_nobody_wait_less(tmp_path: Path) -> None:
    guesser = Guesser(tmp_path / "sign-ins.json")
    for _ in range(7):
        answer = guesser.door.by_pin("000000", ())
        guesser.now += answer.wait_ms if isinstance(answer, i.OperatorRefused) and answer.wait_ms < 240_000 else 0
    guesser.restart()
    assert guesser.door.by_pin("471100", (RAHIM,)) == i.OperatorRefused(0)
    guesser.now += 239_999
    assert guesser.door.by_pin("471100", (RAHIM,)) == i.OperatorRefused(0)
    guesser.now += 1
    assert isinstance(guesser.door.by_pin("471100", (RAHIM,)), LET_IN)
    guesser.restart()
    assert guesser.door.by_pin("000000", (RAHIM,)) == i.OperatorRefused(4), "who was let in has begun anew"


@pytest.mark.parametrize("kept", [b"", b"[]", b'{"pin": "many"}', b'{"key": 3}'])
def test_a_memory_that_cannot_be_read_shuts_nobody_out(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "sign-ins.json").write_bytes(kept)
    guesser = Guesser(tmp_path / "sign-ins.json")
    assert isinstance(guesser.door.by_pin("471100", (RAHIM,)), LET_IN)


def test_the_badge_serves_while_the_pad_is_shut_and_opens_it() -> None:
    door = Door(lambda: 0)
    for _ in range(6):
        door.by_pin("000000", ())
    assert door.by_pin("471100", (RAHIM,)) == i.OperatorRefused(0)
    assert isinstance(door.by_badge(BADGE, (RAHIM,)), LET_IN)
    assert isinstance(door.by_pin("471100", (RAHIM,)), LET_IN)


def test_the_pad_serves_while_the_badge_reader_is_shut_and_opens_it() -> None:
    door = Door(lambda: 0)
    for _ in range(6):
        door.by_badge("ff" * 32, (RAHIM,))
    assert door.by_badge(BADGE, (RAHIM,)) == i.OperatorRefused(0), "a guess is not told from a badge while it is shut"
    assert isinstance(door.by_pin("471100", (RAHIM,)), LET_IN)
    assert isinstance(door.by_badge(BADGE, (RAHIM,)), LET_IN)


def test_somebody_of_the_staff_opens_both_from_a_page_and_that_is_remembered(tmp_path: Path) -> None:
    kept = tmp_path / "sign-ins.json"
    guesser = Guesser(kept)
    guesser.guesses(pins=7)
    guesser.door.open()
    assert isinstance(guesser.door.by_pin("471100", (RAHIM,)), LET_IN)
    guesser.guesses(pins=7)
    guesser.door.open()
    guesser.restart()
    assert isinstance(guesser.door.by_pin("471100", (RAHIM,)), LET_IN)


def test_however_long_somebody_guesses_staff_are_let_in_after_a_quarter_of_an_hour() -> None:
    guesser = Guesser()
    guesser.guesses(pins=40)
    guesser.now += 900_000
    assert isinstance(guesser.door.by_pin("471100", (RAHIM,)), LET_IN)
