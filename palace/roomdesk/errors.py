"""Why the desk of rooms changes nothing."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class PolicyElsewhere(PalaceError):
    """A room is to be lent by another house's policy, or one for who never takes rooms like it."""

    status, code = 422, "policy_elsewhere"
    message = N_("请选本馆的一种办法。")


class EquipmentElsewhere(PalaceError):
    """Something is to stand in a room that the house does not have, or in no whole number."""

    status, code = 422, "equipment_elsewhere"
    message = N_("设备的数量请填0到999的整数。")


class RoomChanged(PalaceError):
    """Somebody else changed this room meanwhile."""

    status, code = 409, "room_changed"
    message = N_("刚有别人改过这个场地，还没有保存。请看一下，再按一次就照您的改。")


class PairUnknown(PalaceError):
    """Two rooms are to be a noise pair that are one room, or of two houses."""

    status, code = 422, "pair_unknown"
    message = N_("请选同一个馆的两个不同的场地。")
