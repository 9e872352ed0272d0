"""Two workers of head office on one PostgreSQL, shipped and whole, killed at random with the database: nothing is lost,
nothing doubled, nothing out of order.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.benchmarks.load_house import acknowledged, backlog, head_office, sync_of
from tests.support.broker import Broker
from tests.support.postgresql import Cluster
from tests.support.waiting import wait_until

LANES, RECORDS = 3, 6_000


def _sum(engine: Engine, column: str) -> int:
    """0 while the database is being mended."""
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(f"SELECT coalesce(sum({column}), 0) FROM epoch")).scalar_one())  # noqa: S608 - our own names
    except OperationalError:
        return 0


@pytest.mark.drill
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", [1, 2])
def test_workers_and_database_that_are_killed_at_random_lose_and_double_nothing(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    told = backlog(LANES, RECORDS)
    cluster = Cluster(durable=True)
    with ExitStack() as stack:
        stack.callback(cluster.remove)
        cluster.start()
        url = cluster.url(cluster.create())
        broker = Broker(tmp_path)
        broker.start()
        stack.callback(broker.stop)
        engine = create_engine(url, pool_pre_ping=True)
        stack.callback(engine.dispose)
        workers: dict[str, ExitStack] = {}
        pids: dict[str, int] = {}

        def begin(name: str) -> None:
            workers[name] = ExitStack()
            pids[name] = workers[name].enter_context(head_office(tmp_path, broker, url, name)).pid

        def kill(name: str) -> None:
            os.kill(pids[name], signal.SIGKILL)
            workers.pop(name).close()

        def end() -> None:
            for one in workers.values():
                one.close()

        stack.callback(end)
        for name in ("headoffice", "headoffice-2"):
            begin(name)
        for lane in told.lanes:
            stack.enter_context(sync_of(tmp_path, lane, broker))
        for share in (0.05, 0.2, 0.4, 0.6, 0.8):
            enough = share * told.records
            wait_until(lambda enough=enough: _sum(engine, "sequence") >= enough, 300, what=f"{share} is stored")  # type: ignore[misc]
            victim = chance.choice(["headoffice", "headoffice-2", "database"])
            if victim == "database":
                cluster.kill()
                cluster.start()
            else:
                kill(victim)
                begin(victim)
        wait_until(lambda: all(acknowledged(tmp_path, lane) >= lane.records for lane in told.lanes), 300)
        wait_until(lambda: _sum(engine, "posted") >= told.records, 120)
        with engine.connect() as connection:
            heads = {row.kiosk: row.digest for row in connection.execute(text("SELECT kiosk, digest FROM epoch"))}
            whole = connection.execute(
                text("SELECT count(*), count(DISTINCT (kiosk, epoch, sequence)) FROM journal_record")
            ).one()
            sales = connection.execute(text("SELECT count(*), sum(total) FROM sale")).one()
            spans = connection.execute(text('SELECT kiosk, first, "last" FROM posted_span ORDER BY id')).all()
            letters = connection.execute(text("SELECT count(*) FROM dead_letter")).scalar_one()
        assert heads == {lane.name: lane.head for lane in told.lanes}
        assert tuple(whole) == (told.records, told.records)
        assert tuple(sales) == (sum(lane.sales for lane in told.lanes), sum(lane.total for lane in told.lanes))
        assert letters == 0
        for lane in told.lanes:
            posted = [at for kiosk, first, last in spans if kiosk == lane.name for at in range(first, last + 1)]
            assert posted == [*range(1, lane.records + 1)]
