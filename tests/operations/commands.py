"""Commands as they are typed, in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys

from palace.config import ROOT, Settings

PALACE = [sys.executable, "-m", "palace"]


def environment(settings: Settings) -> dict[str, str]:
    """Return what a command reads as these settings."""
    assert settings.database_url
    assert settings.database_owner_url
    return os.environ | {
        "PALACE_DEMO": "1",
        "KEYS_FILE": str(settings.keys_file),
        "PALACE_STATE": str(settings.state),
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
    }


def typed(settings: Settings, *words: str) -> subprocess.Popen[str]:
    """Start a command of the palace."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*PALACE, *words], env=environment(settings), cwd=ROOT, stdout=pipe, stderr=pipe, text=True
    )
