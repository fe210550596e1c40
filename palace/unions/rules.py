"""What an organiser may write: plain values."""

from __future__ import annotations

LONGEST_WHY = 200
