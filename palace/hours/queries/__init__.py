"""When houses and spaces are open and closed, for pages and for other parts; nothing here writes."""

from palace.hours.queries.spans import HOURS_NAME, Hours, hours_lately, house_spans, open_spans

__all__ = ["HOURS_NAME", "Hours", "hours_lately", "house_spans", "open_spans"]
