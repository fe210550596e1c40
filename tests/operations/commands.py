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
        "PALACE_DEMO": str(int(settings.demo)),
        "PUBLIC_URL": settings.public_url,
        "PROXIES": str(settings.proxies),
        "KEYS_FILE": str(settings.keys_file),
        "PALACE_STATE": str(settings.state),
        "BACKUP_FOLDER": str(settings.backup_folder),
        "BACKUP_RECIPIENT": settings.backup_recipient,
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
    }


def said(settings: Settings, *words: str, given: str = "") -> str:
    """Type a command that must do its work; return what it says."""
    command = typed(settings, *words)
    told, complaint = command.communicate(given, timeout=100)
    assert command.returncode == 0, complaint
    return told


def refused(settings: Settings, *words: str, given: str = "", code: int = 1) -> str:
    """Type a command that must be refused; return its words, which are no trace."""
    command = typed(settings, *words)
    _, complaint = command.communicate(given, timeout=100)
    assert command.returncode == code, complaint
    assert "Traceback" not in complaint
    return complaint


def typed(settings: Settings, *words: str) -> subprocess.Popen[str]:
    """Start a command of the palace."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*PALACE, *words],
        env=environment(settings),
        cwd=ROOT,
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )
