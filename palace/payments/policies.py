"""The rules a house takes and gives back money by, a row per house; the head's holds where it has none."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base
from palace.money import Fen


class MoneyRules(Base):
    """The figures of money.

    Attributes:
        unpaid_per_member: so many seats of a show one member may have unpaid at once (到场付款).
        unpaid_percent: so much of a hall may be kept for people who have not paid.
        online_minutes: a provider's page is open for so long; seats are kept a minute longer.
        second_above: what is given back or corrected above this amount needs a second person, in fen.
        account_days: what a unit takes on account is due after so many days, unless said.
        fetch_days: what waits to be fetched at the counter is told again after so many days.
        review_days: what somebody has to look into is told again after so many days.
    """

    __tablename__ = "money_rules"
    __table_args__ = (
        CheckConstraint(
            "unpaid_per_member >= 0 AND unpaid_percent BETWEEN 0 AND 100 AND second_above >= 0"
            " AND online_minutes BETWEEN 31 AND 1440 AND least(account_days, fetch_days, review_days) > 0",
            name="figures",
        ),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    unpaid_per_member: Mapped[int] = mapped_column(server_default="2", default=2)
    unpaid_percent: Mapped[int] = mapped_column(server_default="30", default=30)
    online_minutes: Mapped[int] = mapped_column(server_default="31", default=31)
    second_above: Mapped[Fen] = mapped_column(server_default="50000", default=Fen(50_000))
    account_days: Mapped[int] = mapped_column(server_default="30", default=30)
    fetch_days: Mapped[int] = mapped_column(server_default="30", default=30)
    review_days: Mapped[int] = mapped_column(server_default="3", default=3)
