"""Every described answer of the till, given once for real."""

from __future__ import annotations

from typing import Any

from palace.members.rules import Role
from palace.venues.queries import house_rules
from tests.factory import Factory
from tests.till.conftest import sell

TILL = "/staff/till"


def stand_at_the_till(walk: Any, make: Factory) -> None:
    """Take money every way, give some back, set some right; close the shift, which another signs for."""
    house_rules().second_above = 1000  # type: ignore[assignment]  # fen
    paid, matched, owed = sell(make), sell(make), sell(make)
    clerk, second = make.staff(Role.ADMIN), make.staff(Role.ADMIN)
    make.sign_in(walk.browser, clerk)
    walk.ask("GET", TILL)
    walk.ask("POST", f"{TILL}/shifts", yuan="100")
    walk.ask("POST", f"{TILL}/find", word=paid.order.code)
    here = f"{TILL}/payments/{paid.payment.id}"
    walk.ask("GET", here)
    took = walk.ask("POST", f"{here}/take", method="cash", amount=3000)["movements"][0]
    walk.ask("POST", f"{TILL}/unmatched", yuan="30", reference="wx-1")
    came = walk.ask("POST", f"{TILL}/unmatched", yuan="5", reference="wx-2")["movements"]
    theirs = f"{TILL}/payments/{matched.payment.id}"
    walk.ask("POST", f"{theirs}/match", movement=str(came[0]["movement"]))
    walk.ask("GET", f"{TILL}/unmatched")
    walk.ask("POST", f"{TILL}/unmatched/{came[1]['movement']}/send-back", why="不知道谁付的")
    entry = owed.member.roster_entry
    assert entry
    unit = f"{TILL}/payments/{owed.payment.id}"
    walk.ask("POST", f"{unit}/account", amount=3000, unit=entry.unit.name_zh)
    walk.ask("GET", f"{TILL}/accounts")
    walk.ask("POST", f"{unit}/settle", method="transfer", reference="T-1")
    first = walk.ask("POST", f"{here}/refunds", yuan="12", why="空调坏了")["refunds"][0]
    walk.ask("POST", f"{TILL}/refunds/{first['refund']}/drop", why="记错了")
    asked = walk.ask("POST", f"{here}/refunds", yuan="11", why="空调坏了")["refunds"][1]
    code = walk.ask(
        "POST", f"{TILL}/codes", name_zh="微信收款", name_en="WeChat", content="wxp://x"
    )
    walk.ask("GET", f"{TILL}/codes")
    walk.ask("POST", f"{TILL}/codes/{code['codes'][0]['code']}/remove")

    make.sign_in(walk.browser, second)
    walk.ask("POST", f"{TILL}/refunds/{asked['refund']}/agree")
    walk.ask("POST", f"{TILL}/movements/{took['movement']}/correct", method="pos", why="按错了")

    make.sign_in(walk.browser, clerk)
    walk.ask("POST", f"{TILL}/refunds/{asked['refund']}/pay", method="cash")
    shift = walk.ask("POST", f"{TILL}/shifts/close", yuan="89")["shift"]
    walk.ask("GET", f"{TILL}/shifts")
    make.sign_in(walk.browser, second)
    walk.ask("GET", f"{TILL}/shifts/{shift}")
    walk.ask("POST", f"{TILL}/shifts/{shift}/hand-over")
    walk.ask("POST", "/staff/sign-out")
