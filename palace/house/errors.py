"""Why figures of the house are not changed."""

from __future__ import annotations

from collections.abc import Sequence

from palace.errors import PalaceError
from palace.text import N_


class FiguresChanged(PalaceError):
    """Somebody else changed figures of this page meanwhile. Carries `moved`, their names."""

    status, code = 409, "figures_changed"
    message = N_("刚有别人改过这一页，还没有保存。请看一下，再按一次就照您的改。")

    def __init__(self, moved: Sequence[str]) -> None:
        super().__init__()
        self.moved = moved


class PresetUnknown(PalaceError):
    """There is no such preset."""

    status, code = 422, "preset_unknown"
    message = N_("没有这一种，请重新选择。")
