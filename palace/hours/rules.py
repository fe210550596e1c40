"""Words of opening hours that the database and the pages share."""

from __future__ import annotations

CLOSED = 0
"""What a special day counts as when nobody comes in; 1 to 7 are Monday to Sunday."""
