"""The page of journeys says what there is, and the plan names no journey that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from tools.journeys import covered, journeys_there, page, planned

PAGE = (Path(__file__).parents[2] / "docs/use/journeys.md").read_text(encoding="utf-8")


def test_the_page_is_made_from_the_plan_and_the_tests() -> None:
    found = re.search(r"<!-- lists -->\n(.*?)<!-- /lists -->", PAGE, re.DOTALL)
    assert found is not None
    assert found.group(1) == page()


def test_each_sentence_that_is_said_to_be_shown_has_its_test() -> None:
    there = journeys_there()
    assert [journey for journey in covered() if journey.test not in there] == []


def test_most_sentences_are_shown_and_none_stands_twice() -> None:
    sentences = [(journey.group, journey.sentence) for journey in planned()]
    assert len(sentences) == len(set(sentences))
    assert len(covered()) >= 80
