"""When houses and spaces are open and closed, for pages and for other parts; nothing here writes."""

from palace.hours.queries.spans import open_spans

__all__ = ["open_spans"]
