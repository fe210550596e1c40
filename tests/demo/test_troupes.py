"""Troupes of the demonstration: 23, each led by two, one of each way to stand."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import db
from palace.demo import house, people, troupes
from palace.members.models import Member, Post
from palace.members.rules import Role, Standing
from palace.troupes import queries
from palace.troupes.models import Troupe, TroupeMember
from palace.troupes.rules import Standing as Stand


@pytest.fixture
def palace(app: Flask) -> Flask:
    """Bring the houses, the people and the troupes in."""
    house.bring_in()
    people.bring_in(clock.now())
    troupes.bring_in(clock.now())
    return app


@pytest.mark.usefixtures("palace")
def test_every_troupe_has_a_leader_and_a_deputy_who_are_union_members() -> None:
    today = clock.palace_day(clock.now())
    found = db.session.scalars(select(Troupe)).all()
    assert len(found) == 23
    for troupe in found:
        posts = queries.posts_of(troupe.id)
        assert [post.role for post in posts] == [Role.LEADER, Role.DEPUTY]
        assert all(one.member and one.member.standing(today) is Standing.VALID for one in posts)
        assert queries.roster_count(troupe.id) == troupe.size


@pytest.mark.usefixtures("palace")
def test_troupes_stand_in_every_way() -> None:
    today = clock.palace_day(clock.now())
    stands = Counter(
        queries.stands(troupe_id, today).standing
        for troupe_id in db.session.scalars(select(Troupe.id))
    )
    assert stands == {Stand.CERTIFIED: 20, Stand.ASKED: 1, Stand.REFUSED: 1, Stand.EXPIRED: 1}


@pytest.mark.usefixtures("palace")
def test_the_leader_of_the_sign_ins_leads_the_first_choir() -> None:
    wanted = (
        select(Troupe.name_zh, Member.name)
        .join(Post, Post.troupe_id == Troupe.id)
        .join(Member, Member.id == Post.member_id)
        .where(Member.phone == "19900000011")
    )
    assert db.session.execute(wanted).one() == ("职工合唱团", "傅永玉")


@pytest.mark.usefixtures("palace")
def test_a_persona_is_on_the_first_choir_s_roster() -> None:
    there = select(func.count()).where(TroupeMember.phone == "19900000001")
    assert db.session.scalars(there).one() == 1
