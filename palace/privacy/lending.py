"""What is kept of whom rooms are lent to, and of the people of troupes."""

from __future__ import annotations

from collections.abc import Sequence

from palace.privacy.holding import STAYS, Holding, by
from palace.rooms.models import Occurrence, Reservation, RoomWait
from palace.text import N_
from palace.troupes.models import Certification, TroupeMember

LENDING: Sequence[Holding] = (
    Holding(
        model=Reservation,
        title=N_("您订过的场地"),
        kept=STAYS,
        of=by(Reservation.member_id),
        emptied={"note": ""},
    ),
    Holding(
        model=Occurrence,
        title=N_("场地的每一次：签到、离场、取消"),
        kept=STAYS,
        of=by(Occurrence.member_id),
        untold=frozenset({"decided_by", "ended_by"}),
    ),
    Holding(
        model=RoomWait,
        title=N_("排队等过的场地"),
        kept=N_("过%(days)s天删除。自己排的注销时马上删，替团队排的留给团队。"),
        days="notice_keep_days",
        of=by(RoomWait.member_id),
        goes=lambda whose: (RoomWait.member_id == whose.id) & RoomWait.troupe_id.is_(None),
    ),
    Holding(
        model=TroupeMember,
        title=N_("您在文艺团队的名单上"),
        kept=N_("从名单上去掉以后再过%(days)s天删除，号码马上删；注销时都马上删。"),
        days="notice_keep_days",
        of=by(TroupeMember.member_id),
        goes=by(TroupeMember.member_id),
    ),
    Holding(
        model=Certification,
        title=N_("您替团队签过的安全承诺书"),
        kept=N_("谁替团队签了字要查得到，一直留着；注销以后不再写着是谁。"),
        of=by(Certification.signed_by),
        untold=frozenset({"decided_by"}),
    ),
)
