"""What goes back of a paid ticket in the demonstration palace, and the code that hangs at its counter."""

from __future__ import annotations

from palace.charging.services import write_ladder
from palace.till.services import add_code
from palace.venues.queries import head_site

LADDER = ((48 * 60, 100), (24 * 60, 80), (2 * 60, 50))
NOBODYS = "https://pay.example/palace"


def bring_in() -> None:
    """Write the usual ladder and hang up a printed code that pays nobody."""
    write_ladder(None, name_zh="通常的演出", name_en="Most shows", usual=True, steps=LADDER)
    add_code(
        site_id=head_site().id,
        name_zh="微信收款码（示范，不能付款）",
        name_en="WeChat Pay code (for show, pays nobody)",
        content=NOBODYS,
        by="system",
    )
