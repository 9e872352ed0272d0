"""What ``make chaos`` does to its world, one fault a function. ``World.heal`` ends each of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from kiosk.store.chain import Position
from kiosk.store.journal import JournalReader
from tests.faults.chaos_world import LaneAt, World, bound
from tests.faults.echo import pieces_of
from tests.faults.seller import STORE

__all__ = ["FAULTS", "Fault"]

Fault = Callable[[World, LaneAt, random.Random], None]

_YEAR_S = 31_557_600
_YEARS = (-40, -9, -1, 1, 12, 60)
_MOST_AGAIN, _MOST_AHEAD = 40, 60


def _kill_broker(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    world.broker.kill()


def _kill_office(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    world.office.kill()


def _hang_office(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    """The broker takes for it what it does not hear."""
    world.office.freeze()


def _kill_database(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    if world.cluster is not None:
        world.cluster.kill()


def _kill_sync(_world: World, lane: LaneAt, _chance: random.Random) -> None:
    lane.sync.kill()


def _kill_kiosk(_world: World, lane: LaneAt, _chance: random.Random) -> None:
    lane.seller.kill()
    lane.sync.kill()


def _cut_kiosk(_world: World, lane: LaneAt, _chance: random.Random) -> None:
    lane.road.cut()


def _cut_office(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    world.office_road.cut()


def _stick_kiosk(_world: World, lane: LaneAt, _chance: random.Random) -> None:
    lane.road.stick()


def _stick_office(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    world.office_road.stick()


def _slow(world: World, lane: LaneAt, chance: random.Random) -> None:
    """Both roads are long, the kiosk's is narrow, too."""
    lane.road.long(chance.uniform(0.02, 0.3))
    lane.road.narrow(chance.choice((4_000, 30_000)))
    world.office_road.long(chance.uniform(0.02, 0.3))


def _duplicate(world: World, _lane: LaneAt, chance: random.Random) -> None:
    world.echo.again(chance, _MOST_AGAIN)


def _reorder(world: World, lane: LaneAt, chance: random.Random) -> None:
    """The kiosk is cut off, and what it has not sent yet comes without it, the last first."""
    lane.road.cut()
    if not lane.made:
        return
    with JournalReader.open(lane.journal) as journal:
        first = max(0, journal.head.sequence - chance.randint(1, _MOST_AHEAD))
        records = journal.records_after(Position(lane.epoch, first), _MOST_AHEAD)
    place = (STORE, lane.workstation)
    world.echo.ahead(chance, lane.name, pieces_of(records, chance, kiosk=lane.name, place=place))


def _full_kiosk(_world: World, lane: LaneAt, _chance: random.Random) -> None:
    """No file of the kiosk's can be written any more, in the middle of whatever is written."""
    bound(lane.seller, 0)
    bound(lane.sync, 0)


def _full_office(world: World, _lane: LaneAt, _chance: random.Random) -> None:
    bound(world.office, 0)


def _clock_kiosk(_world: World, lane: LaneAt, chance: random.Random) -> None:
    lane.skew(chance.choice(_YEARS) * _YEAR_S * 1000)


def _clock_office(world: World, _lane: LaneAt, chance: random.Random) -> None:
    """A machine that comes up with another time of day."""
    world.skew_office(chance.choice((*_YEARS, 0)) * _YEAR_S)


FAULTS: Mapping[str, Fault] = {
    "kill_broker": _kill_broker,
    "kill_office": _kill_office,
    "kill_database": _kill_database,
    "kill_sync": _kill_sync,
    "kill_kiosk": _kill_kiosk,
    "hang_office": _hang_office,
    "cut_kiosk": _cut_kiosk,
    "cut_office": _cut_office,
    "stick_kiosk": _stick_kiosk,
    "stick_office": _stick_office,
    "slow": _slow,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "full_kiosk": _full_kiosk,
    "full_office": _full_office,
    "clock_kiosk": _clock_kiosk,
    "clock_office": _clock_office,
}
"""By the name it has in the report."""
