"""When houses and spaces are open and closed, for pages and for other parts; nothing here writes."""

from palace.hours.queries.spans import house_spans, open_spans

__all__ = ["house_spans", "open_spans"]
