"""Topics: built, taken apart, and held to names that cannot widen a subscription."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import topics
from messages.errors import MessageError, Reason
from messages.topics import Topic

BUILT = [
    (topics.state("lane-01"), Topic("state", "lane-01")),
    (topics.journal_up("lane-01"), Topic("journal", "lane-01")),
    (topics.telemetry_up("lane-01"), Topic("telemetry", "lane-01")),
    (topics.frames_up("lane-01"), Topic("frames", "lane-01")),
    (topics.acknowledgement_down("lane-01"), Topic("acknowledgement", "lane-01")),
    (topics.feed_up("lane-01"), Topic("feed_request", "lane-01")),
    (topics.feed_down("lane-01"), Topic("feed_chunk", "lane-01")),
    (topics.ask("lane-01", "loyalty"), Topic("ask", "lane-01", "loyalty")),
    (topics.answer("lane-01", "numbers"), Topic("answer", "lane-01", "numbers")),
    (topics.ask("lane-01", "payment"), Topic("ask", "lane-01", "payment")),
    (topics.twin_desired("lane-01"), Topic("twin_desired", "lane-01")),
    (topics.twin_reported("lane-01"), Topic("twin_reported", "lane-01")),
    (topics.command("lane-01", "lane", "7"), Topic("command", "lane-01", "lane", "7")),
    (topics.staff_order("lane-01"), Topic("staff_order", "lane-01")),
    (topics.feed_head("dhaka-1"), Topic("feed_head", "dhaka-1")),
]


@pytest.mark.parametrize(("built", "expected"), BUILT)
def test_every_topic_is_taken_apart_into_what_it_was_built_from(built: str, expected: Topic) -> None:
    assert topics.parse(built) == expected


def test_every_channel_has_a_builder() -> None:
    assert {topics.parse(built).channel for built, _ in BUILT} == set(topics.CHANNELS)


@pytest.mark.parametrize("name", ["", "+", "#", "a/b", "a b", "-a", "ক", "a\n", "x" * 64, "$share"])
def test_a_name_that_could_widen_a_topic_is_refused(name: str) -> None:
    with pytest.raises(MessageError) as refused:
        topics.journal_up(name)
    assert refused.value.reason is Reason.BAD_NAME


@pytest.mark.parametrize(
    "topic",
    ["", "kiosk/v1/a/up", "kiosk/v2/a/up/journal", "kiosk/v1/a/up/journal/", "kiosk/v1/a/up/ask/weather", "store/v1/a"],
)
def test_a_topic_of_nobody_is_refused(topic: str) -> None:
    with pytest.raises(MessageError) as refused:
        topics.parse(topic)
    assert refused.value.reason is Reason.BAD_TOPIC


@given(st.text(max_size=80) | st.from_regex(r"(kiosk|store)/v1/[^ ]{0,20}", fullmatch=True))
def test_taking_a_topic_apart_raises_nothing_but_a_message_error(topic: str) -> None:
    try:
        found = topics.parse(topic)
    except MessageError:
        return
    assert topics.CHANNELS[found.channel].split("/")[0] == topic.split("/", maxsplit=1)[0]
