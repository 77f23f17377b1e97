"""APScheduler 3 on its MongoDB job store, as our timers: `python -m bench.apscheduler_jobs URL ARMED BURST`."""

import datetime as dt
import json
import sys
import threading
import time

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.mongodb import MongoDBJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from pymongo import MongoClient

DATABASE = "bench_apscheduler"
LATE: list[float] = []
ALL = threading.Event()
LONGEST_S = 300.0


def ring(due: float, burst: int) -> None:
    """What a job does: write down how late it is."""
    LATE.append(time.time() - due)
    if len(LATE) >= burst:
        ALL.set()


def main(url: str, armed: int, burst: int) -> None:
    """Arm jobs for a far day and a burst over one second; print the p99 lateness."""
    client: MongoClient[dict[str, object]] = MongoClient(url)
    client.drop_database(DATABASE)
    scheduler = BackgroundScheduler(
        jobstores={"default": MongoDBJobStore(database=DATABASE, client=client)},
        executors={"default": ThreadPoolExecutor(8)},
        job_defaults={"misfire_grace_time": None},
        timezone=dt.UTC,
    )
    scheduler.start(paused=True)
    far = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    for number in range(armed):
        scheduler.add_job(ring, "date", run_date=far, args=(0.0, burst), id=f"far-{number}")
    first = time.time() + 3 + burst * 0.004
    for number in range(burst):
        due = first + number / burst
        moment = dt.datetime.fromtimestamp(due, dt.UTC)
        scheduler.add_job(ring, "date", run_date=moment, args=(due, burst), id=f"burst-{number}")
    scheduler.resume()
    ALL.wait(LONGEST_S)
    scheduler.shutdown(wait=False)  # it closes its client
    with MongoClient[dict[str, object]](url) as again:
        again.drop_database(DATABASE)
    late = sorted(LATE) or [LONGEST_S]
    print(json.dumps({"p99": late[min(len(late) - 1, int(len(late) * 0.99))], "fired": len(LATE)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
