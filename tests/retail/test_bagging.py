"""The bagging scale: what it explains, what it asks the shopper, and what it leaves to staff."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.retail.bagging import LENIENT, OFF, STRICT, BaggingRules, Doubt, Piece, Plate
from kiosk.retail.piece_weights import MOST, Seen, learned

MILK, TEA, RICE, SALT = Piece(1, 1030, 20), Piece(2, 250, 6), Piece(3, 2010, 40), Piece(4, 500, 10)


@dataclass
class Scale:
    """A plate that is loaded by hand; every load rests for a second."""

    rules: BaggingRules = STRICT
    plate: Plate = field(default_factory=Plate)
    ms: int = 0
    load: int = 0

    def __post_init__(self) -> None:
        self.rest()

    def rest(self, ms: int = 1_000) -> Scale:
        for _ in range(ms // 100):
            self.ms += 100
            self.plate = self.plate.read(self.ms, self.load, self.rules)
        return self

    def put(self, grams: int) -> Scale:
        self.load += grams
        return self.rest()

    def ring(self, *pieces: Piece) -> Scale:
        self.plate = self.plate.rung(pieces, self.rules, self.ms)
        return self.rest(200)

    def void(self, line: int, count: int = 1) -> Scale:
        self.plate = self.plate.voided(line, count, self.ms)
        return self.rest(200)

    def bag(self) -> Scale:
        self.plate = self.plate.own_bag(self.rules, self.ms)
        return self.rest(200)

    def doubt(self, *, paying: bool = False) -> Doubt | None:
        return self.plate.doubt(self.rules, self.ms, paying=paying)

    def told(self, *, paying: bool = False) -> tuple[str, str]:
        doubt = self.doubt(paying=paying)
        return ("", "") if doubt is None else (doubt.kind, doubt.stage)


def test_each_thing_that_is_rung_up_and_bagged_is_no_matter() -> None:
    scale = Scale()
    for piece, grams in ((MILK, 1041), (TEA, 247), (RICE, 1985)):
        scale.ring(piece).put(grams)
        assert scale.doubt(paying=True) is None


def test_two_things_put_down_together_are_both_seen() -> None:
    assert Scale().ring(MILK).ring(TEA).put(1_030 + 252).doubt(paying=True) is None


def test_a_thing_in_hand_is_hinted_at_and_staff_are_called_only_when_it_holds_up_payment() -> None:
    scale = Scale().ring(MILK)
    assert scale.rest(2_000).told() == ("place", "wait")
    assert scale.rest(2_000).told() == ("place", "hint")
    assert scale.rest(60_000).told() == ("place", "hint")
    assert scale.told(paying=True) == ("place", "staff")
    assert scale.put(1_030).doubt(paying=True) is None


def test_what_nobody_rang_up_is_a_hint_and_then_a_matter_for_staff() -> None:
    scale = Scale().put(300)
    assert scale.told() == ("unexpected", "wait")
    assert scale.rest(3_000).told() == ("unexpected", "hint")
    assert scale.rest(12_000).told() == ("unexpected", "staff")
    assert scale.doubt() == Doubt("unexpected", 300, scale.plate.doubt_ms or 0, "staff")


def test_a_scan_that_comes_late_explains_what_lies_there_already() -> None:
    scale = Scale().put(1_025)
    assert scale.told() == ("unexpected", "wait")
    assert scale.ring(MILK).doubt(paying=True) is None


def test_taking_it_off_again_ends_the_doubt() -> None:
    assert Scale().put(300).rest(4_000).put(-300).doubt(paying=True) is None


def test_another_thing_than_the_one_rung_up_is_told_with_both() -> None:
    scale = Scale().ring(TEA).put(1_030).rest(4_000)
    doubt = scale.doubt()
    assert doubt is not None
    assert (doubt.kind, doubt.grams, doubt.lines) == ("mismatch", 1_030, (2,))


def test_a_child_that_leans_on_the_plate_does_no_harm() -> None:
    scale = Scale().ring(MILK).put(6_000).put(1_030).rest(1_000).put(-6_000)
    assert scale.doubt(paying=True) is None


def test_a_thing_put_down_while_a_child_leans_is_seen_when_it_lets_go() -> None:
    scale = Scale().ring(MILK)
    scale.load += 6_000
    scale.rest()
    scale.load += 1_030 - 6_000
    assert scale.rest().doubt(paying=True) is None


def test_a_bag_that_is_lifted_and_put_back_does_no_harm() -> None:
    scale = Scale().ring(MILK).put(1_030).ring(TEA).put(250)
    assert scale.put(-1_280).rest(4_000).doubt() is not None
    assert scale.put(1_280).doubt(paying=True) is None


def test_a_thing_taken_away_is_asked_back() -> None:
    scale = Scale().ring(MILK).put(1_030).ring(TEA).put(250).ring(SALT).put(503)
    assert scale.put(-700).rest(13_000).told() == ("removed", "staff")


def test_a_voided_thing_should_leave_the_plate() -> None:
    scale = Scale().ring(MILK).put(1_030).ring(TEA).put(250).void(2)
    assert scale.told() == ("take_out", "hint")
    assert scale.told(paying=True) == ("take_out", "staff")
    assert scale.put(-250).doubt(paying=True) is None


def test_a_voided_thing_that_never_was_on_the_plate_is_forgotten() -> None:
    assert Scale().ring(MILK).put(1_030).ring(TEA).void(2).doubt(paying=True) is None


def test_an_own_bag_is_accepted_before_and_after_it_is_told_of() -> None:
    assert Scale().bag().put(120).doubt(paying=True) is None
    assert Scale().put(120).rest(4_000).bag().doubt(paying=True) is None


def test_an_own_bag_with_something_rung_up_in_it_is_both() -> None:
    assert Scale().ring(MILK).put(1_030 + 90).rest(4_000).bag().doubt(paying=True) is None


def test_a_bag_told_of_does_not_excuse_what_comes_long_after_it_or_is_heavier_than_a_bag() -> None:
    assert Scale().bag().rest(25_000).put(300).rest(4_000).told() == ("unexpected", "hint")
    assert Scale().bag().put(STRICT.own_bag + 50).rest(4_000).told() == ("unexpected", "hint")


def test_a_second_thing_is_no_bag_too() -> None:
    scale = Scale().bag().put(120).put(300).rest(4_000)
    assert scale.told() == ("unexpected", "hint")


def test_what_is_too_light_to_be_seen_is_not_asked_for_and_not_a_doubt_when_it_is_seen() -> None:
    gum = Piece(9, 18, 2)
    assert Scale().ring(gum).rest(20_000).doubt(paying=True) is None
    assert Scale().ring(gum).put(18).doubt(paying=True) is None


def test_a_thing_of_unknown_weight_explains_one_change_and_only_one() -> None:
    scale = Scale().ring(Piece(5, 0)).put(777)
    assert scale.doubt(paying=True) is None
    assert scale.put(777).rest(4_000).told() == ("unexpected", "hint")


def test_a_thing_that_goes_elsewhere_is_owed_no_more() -> None:
    scale = Scale().ring(RICE)
    scale.plate = scale.plate.skipped(3, scale.ms)
    assert scale.doubt(paying=True) is None


def test_a_scale_that_creeps_is_followed_but_not_for_ever() -> None:
    scale = Scale()
    for _ in range(12):
        scale.load += 1
        scale.rest(3_000)
    assert scale.doubt() is None
    for _ in range(40):
        scale.load += 1
        scale.rest(3_000)
    assert scale.told() == ("unexpected", "staff")


def test_what_staff_have_looked_at_is_right_from_then_on() -> None:
    scale = Scale().ring(TEA).put(1_030).rest(13_000)
    scale.plate = scale.plate.accepted_by_staff()
    assert scale.doubt(paying=True) is None
    assert scale.put(300).rest(4_000).told() == ("unexpected", "hint")


def test_a_scale_that_was_lost_starts_from_what_lies_there_when_it_is_back() -> None:
    scale = Scale().ring(MILK).put(1_030)
    scale.plate = scale.plate.silent()
    scale.load += 200
    assert scale.rest().doubt(paying=True) is None
    assert scale.put(300).rest(4_000).told() == ("unexpected", "hint")


def test_a_plate_that_swings_says_nothing_until_it_rests() -> None:
    plate = Plate()
    for number, grams in enumerate((0, 900, 200, 700, 350, 600, 420, 560, 470, 530)):
        plate = plate.read(number * 100, grams, STRICT)
    assert plate.seen is None


def test_the_scale_s_own_word_that_it_rests_is_enough() -> None:
    plate = Plate().read(0, 0, STRICT, stable=True).read(100, 300, STRICT, stable=True)
    assert plate.doubt(STRICT, 100) == Doubt("unexpected", 300, 100, "wait")


def test_milder_rules_ask_later_and_let_go_what_stricter_ones_hold() -> None:
    off_by = 1_030 + 90
    assert Scale(STRICT).ring(MILK).put(off_by).rest(13_000).told() == ("mismatch", "staff")
    assert Scale(LENIENT).ring(MILK).put(off_by).doubt(paying=True) is None
    assert Scale(LENIENT).ring(MILK).rest(60_000).doubt(paying=True) is None
    assert Scale(OFF).put(5_000).rest(60_000).doubt(paying=True) is None


def test_an_ambiguous_choice_of_pieces_is_settled_by_what_comes_later() -> None:
    jar, tin, can = Piece(1, 500, 20), Piece(2, 200, 8), Piece(3, 300, 12)
    scale = Scale().ring(jar).ring(tin).ring(can).put(502).put(199).put(303)
    assert scale.doubt(paying=True) is None


def test_what_was_bagged_alone_teaches_and_what_was_not_does_not() -> None:
    scale = Scale().ring(MILK).put(1_044).ring(TEA).ring(SALT).put(750)
    assert scale.plate.placed == ((MILK, 1_044),)


@settings(max_examples=120)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("put"), st.integers(-30_000, 30_000)),
            st.tuples(st.just("ring"), st.integers(0, 20_000)),
            st.tuples(st.just("void"), st.integers(0, 8)),
            st.tuples(st.just("bag"), st.just(0)),
            st.tuples(st.just("rest"), st.integers(100, 5_000)),
        ),
        max_size=14,
    )
)
def test_whatever_happens_at_the_plate_a_verdict_comes_and_its_numbers_add_up(deeds: list[tuple[str, int]]) -> None:
    scale, lines = Scale(), 0
    for deed, number in deeds:
        if deed == "ring":
            lines += 1
            scale.ring(Piece(lines, number, number // 30))
        elif deed == "void":
            scale.void(number)
        elif deed == "bag":
            scale.bag()
        else:
            getattr(scale, deed)(number)
    best = scale.plate.beliefs[0]
    assert len(best.owed) + len(best.on) <= lines
    doubt = scale.doubt()
    assert (doubt is not None and doubt.kind in {"unexpected", "mismatch", "removed"}) == bool(best.extras)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(40, 3_000), st.integers(-25, 25)), min_size=1, max_size=8))
def test_an_honest_basket_within_its_spread_is_never_in_doubt(pieces: list[tuple[int, int]]) -> None:
    scale = Scale()
    for line, (grams, tenth_percent) in enumerate(pieces, 1):
        scale.ring(Piece(line, grams, max(2, grams * 4 // 100)))
        scale.put(grams + grams * tenth_percent // 1000)
        assert scale.doubt(paying=True) is None


# --- what an item weighs -------------------------------------------------------------------------------------------


def test_what_was_seen_moves_the_weight_and_narrows_the_spread() -> None:
    seen = Seen()
    for number in range(60):
        seen = seen.with_piece(515 + number % 5 - 2)
    told = learned(500, 15, seen)
    assert 512 <= told.grams <= 515
    assert told.spread < 15


@pytest.mark.parametrize("taught", [900, 100])
def test_nobody_teaches_a_lane_a_weight_far_from_the_nominal_one(taught: int) -> None:
    seen = Seen()
    for _ in range(10_000):
        seen = seen.with_piece(taught)
    told = learned(500, 15, seen)
    assert seen.count == MOST
    assert abs(told.grams - 500) <= 60
    assert told.spread <= 40


def test_what_two_lanes_have_seen_adds_up_in_any_order() -> None:
    one, two = Seen().with_piece(490).with_piece(505), Seen().with_piece(512)
    assert one + two == two + one == Seen(3, 490 + 505 + 512, 490**2 + 505**2 + 512**2)


@given(st.integers(1, 30_000), st.integers(0, 3_000), st.lists(st.integers(0, 60_000), max_size=30))
def test_a_learned_weight_is_positive_bounded_and_never_too_sure(nominal: int, spread: int, pieces: list[int]) -> None:
    seen = Seen()
    for grams in pieces:
        seen = seen.with_piece(grams)
    told = learned(nominal, spread, seen)
    assert abs(told.grams - nominal) <= max(10, nominal * 12 // 100)
    assert told.spread >= max(2, nominal // 100 - 1)


def test_rules_of_a_mode_can_be_changed_one_by_one() -> None:
    assert replace(STRICT, sureness=50).mode == "strict"
