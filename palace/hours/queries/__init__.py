"""When houses and spaces are open and closed, for pages and for other parts; nothing here writes."""

from palace.hours.queries.spans import (
    HOURS_NAME,
    Hours,
    asking_hours,
    hours_lately,
    house_spans,
    open_spans,
    opened,
)

__all__ = [
    "HOURS_NAME",
    "Hours",
    "asking_hours",
    "hours_lately",
    "house_spans",
    "open_spans",
    "opened",
]
