"""The page of journeys says what there is, and the plan names no journey that is not there."""

from __future__ import annotations

from tools.journeys import PAGE, covered, journeys_there, planned, written_into


def test_the_page_is_made_from_the_plan_and_the_tests() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == written_into(written), "python -m tools.journeys --write"


def test_each_sentence_that_is_said_to_be_shown_has_its_test() -> None:
    there = journeys_there()
    assert [journey for journey in covered() if journey.test not in there] == []


def test_each_sentence_that_no_journey_shows_says_why() -> None:
    assert [journey for journey in planned() if bool(journey.test) == bool(journey.why)] == []


def test_most_sentences_are_shown_and_none_stands_twice() -> None:
    sentences = [(journey.group, journey.sentence) for journey in planned()]
    assert len(sentences) == len(set(sentences))
    assert len(covered()) >= 80
