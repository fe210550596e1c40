"""The limit: the bare one-row claim by pgbench, on the same database in the same minute."""

from __future__ import annotations

import re
import subprocess

from bench.house import BenchFailed, House
from palace.host import find_bin

CLIENTS = 8
THREADS = 2
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
CLAIM = """
\\set performance random(1, 100000)
\\set seat random(1, 1234)
INSERT INTO bare_claims VALUES (:performance, :seat) ON CONFLICT DO NOTHING;
"""


def measure(house: House, seconds: int) -> float:
    """Return how many seats a second the database alone gives away, each durable before the next.

    Raises:
        BenchFailed: pgbench did not end well.
    """
    with house.admin("palace_owner") as connection:
        connection.execute(
            "CREATE TABLE bare_claims (performance bigint, seat bigint, PRIMARY KEY (performance, seat))"
        )
        try:
            return _claims_per_second(house, seconds)
        finally:
            connection.execute("DROP TABLE bare_claims")


def _claims_per_second(house: House, seconds: int) -> float:
    words = [str(find_bin() / "pgbench"), "--no-vacuum", "--protocol=prepared", "--file=-"]
    words += [f"--client={CLIENTS}", f"--jobs={THREADS}", f"--time={seconds}"]
    words += [f"--host={house.cluster.socket}", "--port=5432", "--username=palace_app", "palace"]
    done = subprocess.run(
        words, input=CLAIM, check=False, capture_output=True, text=True, timeout=seconds + 60
    )
    told = TPS.search(done.stdout)
    if done.returncode or told is None:
        raise BenchFailed(f"pgbench: {done.stderr.strip()[-300:]}")
    return float(told[1])
