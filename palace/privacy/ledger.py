"""The copy of the erasures beside the backups: what a restore erases again.

The table is the truth of its own database; the file outlives that database. It is brought up to
date after every erasure, hourly, and before a backup or a restore.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from palace.config import Settings
from palace.privacy.rules import Line

NAME = "erasures.jsonl"


def file_of(settings: Settings) -> Path:
    """Return where the ledger lies: whoever carries the backups away carries it along."""
    return settings.backup_folder / NAME


def read(file: Path) -> list[Line]:
    """Return the lines of a ledger, none where it is not there; one a full disk cut off is left out.

    Raises:
        OSError: it cannot be read.
    """
    if not file.exists():
        return []
    found = (_line(text) for text in file.read_text(encoding="utf-8").splitlines())
    return [line for line in found if line]


def add(file: Path, lines: Iterable[Line]) -> int:
    """Add lines the ledger does not have, and wait until they are on the disk; return how many.

    Raises:
        OSError: the disk does not take them; the next time does it.
    """
    wanted = list(lines)
    if not wanted:
        return 0
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        file.chmod(0o600)
        known = {(line.member_id, line.mark) for line in read(file)}
        new = [line for line in wanted if (line.member_id, line.mark) not in known]
        cut_off = out.tell() > 0 and not file.read_bytes().endswith(b"\n")
        out.write("\n" * cut_off + "".join(_text(line) for line in new))
        out.flush()
        os.fsync(out.fileno())
    return len(new)


def _text(line: Line) -> str:
    said = {"member": line.member_id, "mark": line.mark}
    said |= {"at": line.erased_at.isoformat(), "by": line.asked_by}
    return json.dumps(said) + "\n"


def _line(text: str) -> Line | None:
    try:
        said = json.loads(text)
        at = datetime.fromisoformat(said["at"])
        return Line(int(said["member"]), str(said["mark"]), at, str(said["by"]))
    except (ValueError, KeyError, TypeError):
        return None
