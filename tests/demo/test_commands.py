"""The commands as somebody types them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from palace.config import ROOT
from palace.postgres import Cluster


def test_a_reset_needs_no_tables_to_be_there(cluster: Cluster, tmp_path: Path) -> None:
    cluster.ensure_database("palace_bare")
    env = os.environ | {
        "PALACE_DEMO": "1",
        "PALACE_STATE": str(tmp_path),
        "DATABASE_URL": cluster.url("palace_app", "palace_bare"),
        "DATABASE_OWNER_URL": cluster.url("palace_owner", "palace_bare"),
    }
    command = [sys.executable, "-m", "palace", "demo", "reset"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "starts afresh" in done.stdout
