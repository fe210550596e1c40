"""The nightly copies of the database: when the newest complete one was made."""

from __future__ import annotations

from datetime import UTC, datetime

from palace.config import Settings

FOLDER, SUFFIX = "backups", ".palace"


def last_backup(settings: Settings) -> datetime | None:
    """Return when the newest complete backup was finished, or None: there is none.

    Raises:
        OSError: the folder cannot be read.
    """
    made = [path.stat().st_mtime for path in (settings.state / FOLDER).glob(f"*{SUFFIX}")]
    return datetime.fromtimestamp(max(made), UTC) if made else None
