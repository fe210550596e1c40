"""The whole bench in its quick form: that every figure is made, never how high it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import QUICK
from bench.paths import PATHS
from bench.rooms import ROOM_PATHS
from bench.table import meets
from tests.architecture.measure import ROOT


@pytest.mark.paper
@pytest.mark.load
@pytest.mark.timeout(400)
def test_a_quick_run_measures_every_row(tmp_path: Path) -> None:
    env = os.environ | {"QUICK": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "bench", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=env,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    rows = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    report = (tmp_path / "results.md").read_text(encoding="utf-8")
    known = {row["name"]: row for row in rows}
    assert len(known) == len(rows)
    for path in PATHS:
        assert f"{path.name}: trips" in known or f"Left out: {path.name}" in report
    for path in ROOM_PATHS:
        for size in QUICK.lent:
            assert f"{path.name}, {size:,} hours taken: trips" in known
    for name in (
        "the limit",
        "seat state: per core",
        "memory, web: all, shared pages counted once",
    ):
        assert known[name]["value"] > 0
    assert any(name.startswith("growth 3 against 1: ") for name in known)
    assert "QUICK" in report
    for row in rows:
        assert (row["ok"] is None) == (row["bar"] is None)
    promised = [row for row in rows if (row["bar"] or "").startswith("= ")]
    assert len(promised) == 8
    assert all(row["ok"] and meets(row["value"], row["bar"]) for row in promised)
