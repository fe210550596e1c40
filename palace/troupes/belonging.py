"""Whose people somebody is: the select that agendas, feeds and clash checks put into theirs."""

from __future__ import annotations

from sqlalchemy import BigInteger, DateTime, bindparam, cast, func, select, union_all

from palace.clock import SHANGHAI
from palace.members.models import Post
from palace.troupes.models import TroupeMember

MEMBER = bindparam("member_id", type_=BigInteger)
JOINED_AT = func.timezone(SHANGHAI.key, cast(TroupeMember.joined_on, DateTime))
BELONGING = union_all(
    select(TroupeMember.troupe_id, JOINED_AT.label("since")).where(
        TroupeMember.member_id == MEMBER, TroupeMember.left_on.is_(None)
    ),
    select(Post.troupe_id, Post.granted_at).where(
        Post.member_id == MEMBER, Post.ended_at.is_(None), Post.troupe_id.is_not(None)
    ),
).subquery("belonging")
"""`troupe_id` and `since`: whose roster `member_id` is on, which they lead; twice, who does both."""
