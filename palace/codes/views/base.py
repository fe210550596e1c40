"""What all pages of codes share: a batch as programs read it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from palace.clock import iso
from palace.codes.models import CodeBatch
from palace.codes.rules import Counted
from palace.words import named

bp = Blueprint("codes", __name__)


def show_json(batch: CodeBatch) -> dict[str, Any]:
    """Return what a code of a batch opens."""
    show = batch.performance
    return {
        "performance": show.id,
        "title": named(show.production, "title"),
        "starts_at": iso(show.starts_at),
        "places": batch.each,
        "keeps": batch.keeps,
        "tier": batch.tier.code if batch.tier else None,
        "ends_at": iso(batch.ends_at),
    }


def batch_json(batch: CodeBatch, counted: Counted) -> dict[str, Any]:
    """Return a batch in figures."""
    return show_json(batch) | {
        "batch": batch.id,
        "label": batch.label,
        "reason": batch.reason,
        "made": counted.made,
        "used": counted.used,
        "open": counted.open,
        "kept": counted.kept,
        "taken": counted.taken,
        "stopped": batch.stopped_at is not None,
    }
