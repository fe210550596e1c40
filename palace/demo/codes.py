"""Codes of a children's play: a newspaper's, some of them used, and prizes that were stopped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from palace.codes import services
from palace.codes.models import CodeBatch
from palace.codes.rules import Reason, key_of
from palace.codes.sealing import text_at
from palace.codes.services import Making
from palace.db import db
from palace.demo.programme import Show
from palace.members.models import Member
from palace.programme.models import Performance, Tier
from palace.tickets import services as tickets
from palace.tickets.models import Order
from palace.tickets.rules import Wish

PRODUCTION = "little-goat"
END = timedelta(hours=48)
BY = "system"


def bring_in(shows: Sequence[Show]) -> None:
    """Make both batches; two readers have opened theirs, and one of them has booked."""
    show = next(one for one in shows if one.performance.production.code == PRODUCTION).performance
    member_tier = db.session.scalars(select(Tier).where(Tier.code == "member")).one()
    paper = _batch(
        show,
        Making(
            label="工人报读者（示例）",
            reason=Reason.PARTNER,
            count=12,
            each=2,
            ends_at=show.starts_at - END,
            keeps=True,
            tier_id=member_tier.id,
        ),
    )
    prizes = _batch(
        show,
        Making(
            label="安全知识竞赛奖品（示例）",
            reason=Reason.PRIZE,
            count=5,
            each=1,
            ends_at=show.starts_at - END,
            keeps=True,
        ),
    )
    first, second, third = _people()
    _open(paper, 1, first)
    wish = Wish(count=2, kept=key_of(paper.id))
    order = tickets.hold(first, show.id, wish, key="demonstration-code")
    tickets.confirm(first, order.code)
    _open(paper, 2, second)
    _open(prizes, 1, third)
    services.stop(prizes.id)


def _batch(show: Performance, making: Making) -> CodeBatch:
    return services.make(show, making, actor=BY, key=f"demonstration-{making.reason}")


def _people() -> Sequence[Member]:
    """Return three who have bought for other shows, and whom no visitor signs in as."""
    bought = select(Order.member_id).where(Order.member_id == Member.id).exists()
    wanted = select(Member).where(bought, Member.roster_entry_id.is_not(None))
    return db.session.scalars(wanted.order_by(Member.id.desc()).limit(3)).all()


def _open(batch: CodeBatch, number: int, member: Member) -> None:
    services.redeem(text_at(batch.key_id, batch.seed, number) or "", member)
