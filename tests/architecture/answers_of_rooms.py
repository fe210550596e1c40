"""Which addresses of opening hours, closures and the desk of rooms answer with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "hours.hours": {"GET": "OpeningHours"},
    "hours.home": {"GET": "OpeningWeeks"},
    "hours.house": {"GET": "OpeningWeek"},
    "hours.set_house": {"POST": "OpeningWeek"},
    "hours.space": {"GET": "OpeningWeek"},
    "hours.set_space": {"POST": "OpeningWeek"},
    "hours.follow": {"POST": "OpeningWeek"},
    "hours.special_days": {"GET": "SpecialDays"},
    "hours.put_day": {"POST": "SpecialDays"},
    "hours.bring_in": {"POST": "DaysLooked"},
    "hours.remove_day": {"POST": "SpecialDays"},
    "closures.home": {"GET": "Closures"},
    "closures.look": {"POST": "ClosureLooked"},
    "closures.close": {"POST": "Closure"},
    "closures.closure": {"GET": "Closure"},
    "closures.end": {"POST": "Closure"},
    "roomdesk.home": {"GET": "LentRooms"},
    "roomdesk.outside": {"GET": "OutsideHours"},
    "roomdesk.room": {"GET": "LentRoom"},
    "roomdesk.set_room": {"POST": "LentRoom"},
    "roomdesk.list_policies": {"GET": "LendingPolicies"},
    "roomdesk.make": {"POST": "LendingPolicy"},
    "roomdesk.policy": {"GET": "LendingPolicy"},
    "roomdesk.set_policy": {"POST": "LendingPolicy"},
    "roomdesk.look": {"POST": "PolicyLooked"},
    "roomdesk.take": {"POST": "LendingPolicy"},
    "roomdesk.list_equipment": {"GET": "Equipment"},
    "roomdesk.add_equipment": {"POST": "Equipment"},
    "roomdesk.set_equipment": {"POST": "Equipment"},
    "roomdesk.add_pair": {"POST": "Nothing"},
    "roomdesk.remove_pair": {"POST": "Nothing"},
}
CREATES = {"closures.close", "roomdesk.make"}
SHOWN = {"closures.look", "hours.bring_in", "roomdesk.look"}
