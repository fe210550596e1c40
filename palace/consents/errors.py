"""Why a text about data is not published."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class TextChanged(PalaceError):
    """Somebody published another version since the page was opened."""

    status, code = 409, "text_changed"
    message = N_("刚才有人发布了新的一版。请看过新版，再发布您的。")
