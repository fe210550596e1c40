"""What a web process does not load: providers' libraries are the worker's."""

from __future__ import annotations

import subprocess
import sys

from palace.config import ROOT

LOOK = """
import sys
import palace, palace.worker
print(*(name for name in ("alibabacloud_dysmsapi20170525", "tencentcloud", "aiohttp") if name in sys.modules))
"""


def test_neither_web_nor_worker_loads_a_provider_that_is_not_set() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == ""
