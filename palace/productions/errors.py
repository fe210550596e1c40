"""Why a production is not taken as it was typed."""

from __future__ import annotations

from palace.errors import PalaceError
from palace.text import N_


class SiteNotYours(PalaceError):
    """A programme manager of some houses puts a production into one of them."""

    status, code = 422, "site_not_yours"
    message = N_("请选您负责的场馆。")
