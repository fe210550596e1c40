"""How the demonstration palace takes money: its usual ladder, and a printed code by which nothing is paid."""

from __future__ import annotations

from palace.db import db
from palace.demo.house import read
from palace.payments.models import Ladder, LadderStep
from palace.till.models import PrintedCode
from palace.venues.queries import find_site


def bring_in() -> None:
    """Add what the data file says."""
    money = read("money.toml")
    for row in money["ladder"]:
        steps = [LadderStep(**step) for step in row.pop("step")]
        db.session.add(Ladder(**row, steps=steps))
    for position, row in enumerate(money["code"], 1):
        site = find_site(row.pop("site"))
        if site is not None:
            db.session.add(PrintedCode(site_id=site.id, position=position, **row))
    db.session.flush()
