"""How a list leaves the house, and how far an export has come."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportState(StrEnum):
    """How far an export has come: a CSV is sent at once, a workbook waits to be fetched."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    SENT = "sent"
    REFUSED = "refused"
