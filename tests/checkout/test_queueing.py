"""Who called for help is told their place as head office knows it, and none while nobody knows it."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from tests.support.lane import HandLane, open_lane

MILK = "8901234567890"
ONLINE, OFFLINE = i.NetworkChanged(online=True), i.NetworkChanged(online=False)


def calling() -> HandLane:
    return open_lane().tell(ONLINE).scan(MILK).tell(i.HelpPressed())


def answered(lane: HandLane, place: int) -> HandLane:
    return lane.tell(i.PlaceTold(lane.state.live.queue.correlation, place))


def place(lane: HandLane) -> int:
    return lane.screen.chrome.help_place


def test_a_call_is_asked_about_at_once_and_again_and_its_place_is_shown() -> None:
    lane = calling()
    assert lane.effect(f.AskPlace).intervention == lane.state.interventions[0].intervention
    assert place(answered(lane, 3)) == 3
    lane.tell(i.TimerElapsed("queue"))
    assert place(lane) == 3, "what is known stands until it is told anew"
    assert place(answered(lane, 1)) == 1


def test_an_answer_to_an_earlier_asking_or_to_none_is_no_place() -> None:
    lane = calling()
    earlier = lane.state.live.queue.correlation
    lane.tell(i.TimerElapsed("queue"), i.PlaceTold(earlier, 7), i.PlaceTold("", 7))
    assert place(lane) == 0


def test_a_place_goes_with_the_call_and_with_the_network() -> None:
    assert place(answered(calling(), 2).tell(OFFLINE)) == 0
    over = answered(calling(), 2).tell(i.HelpPressed())
    assert place(over) == 0
    before = over.state.live.queue
    assert over.tell(i.TimerElapsed("queue")).state.live.queue == before, "nothing is asked for nobody"


def test_without_head_office_no_place_is_made_up_and_it_is_asked_for_once_it_is_back() -> None:
    lane = open_lane().tell(OFFLINE).scan(MILK).tell(i.HelpPressed())
    assert (place(lane), lane.state.live.queue.correlation) == (0, "")
    assert place(answered(lane.tell(ONLINE, i.TimerElapsed("queue")), 2)) == 2
