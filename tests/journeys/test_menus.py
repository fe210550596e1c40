"""A menu in the browser: two taps and ticks, a class made of it in four; a class's papers and its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from palace.certificates import services as certificates
from palace.courses.models import ClassSession
from palace.db import db
from palace.members.rules import Role
from palace.surveys import services as surveys
from tests.certificates.conftest import attend
from tests.classes.conftest import Class, a_class
from tests.coursedesk.test_opening import able, reviewed
from tests.factory import Factory
from tests.journeys.conftest import LOOKS, Person, set_cookie
from tests.lending import Lending
from tests.surveys.conftest import a_menu, by_title
from tests.teaching import Teaching

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
MENU = "\n".join(
    f"{subject}\t{title}\t\t{about}"
    for subject, title, about in (
        ("书法", "楷书入门", "从握笔学起，带毛笔来。"),
        ("书法", "隶书提高", ""),
        ("绘画", "国画山水", "晋祠的山和水。"),
        ("声乐", "合唱基础", "不识谱也能来。"),
        ("声乐", "美声初级", ""),
        ("器乐", "二胡入门", "乐器馆里有。"),
        ("舞蹈", "广场舞", ""),
        ("舞蹈", "民族舞", ""),
        ("健身", "八段锦", "早上上课。"),
        ("摄影", "手机摄影", ""),
        ("棋类", "象棋", ""),
        ("戏曲", "晋剧唱腔", "团里的老师来教。"),
        ("手工", "剪纸", ""),
        ("手机和电脑", "智能手机怎么用", "慢慢教，带上手机。"),
        ("健康", "颈椎保健", ""),
    )
)


def over(make: Factory, room: Class) -> None:
    """Let a class be over since yesterday, everybody there at all but one session."""
    for one in room.people:
        attend(make, one, 4)
    ago = timedelta(days=90)
    db.session.execute(
        update(ClassSession).values(
            starts_at=ClassSession.starts_at - ago,
            ends_at=ClassSession.ends_at - ago,
            day=ClassSession.day - ago.days,
        )
    )


def test_a_member_chooses_in_two_taps_and_ticks(
    live: Factory, enter: Callable[..., Person], house: str
) -> None:
    menu = a_menu(live, choices=3, pasted=MENU)
    member = enter(live.member())
    member.go("/surveys")
    member.tap("春季想学什么", role="link")
    for title in ("楷书入门", "剪纸"):
        member.page.get_by_label(title).check()
    member.look("menu-member")
    member.tap("就选这些")
    assert member.taps == 2
    assert "记下了" in member.say()
    set_cookie(member, house, {"size": "large"})
    member.page.reload()
    assert member.page.get_by_label("剪纸").is_checked()
    member.look("menu-member-large")
    assert menu.choices == 3


@pytest.mark.parametrize("look", LOOKS)
def test_a_line_becomes_a_class_in_four_taps(
    live: Factory, enter: Callable[..., Person], look: str
) -> None:
    teaching, lending = Teaching(live), Lending(live)
    teaching.rules()
    teaching.term()
    menu, course = a_menu(live, choices=3, pasted=MENU), teaching.course("楷书入门")
    reviewed(course)
    for capacity in (30, 40):
        lending.room(purposes=["course"], capacity=capacity).space.name_zh = f"书画教室{capacity}"
    for free in (((3, "18:00", "21:00"),), ((6, "09:00", "12:00"), (7, "14:00", "17:00")), ()):
        able(teaching, *free)
    lines = by_title(menu)
    for titles in [("楷书入门", "剪纸")] * 5 + [("八段锦",), ("楷书入门",)]:
        surveys.vote(live.member().id, menu.id, {lines[one].id for one in titles})
    clerk = enter(live.staff(Role.PROGRAMME), look)
    clerk.go(f"/staff/surveys/{menu.id}")
    clerk.look(f"menu-results-{look}")
    clerk.tap(re.compile("^开班.*楷书入门"), role="link")
    clerk.look(f"menu-teacher-{look}")
    clerk.tap(re.compile("老师"), role="link", nth=0)
    clerk.look(f"menu-place-{look}")
    clerk.tap(re.compile("书画教室"), role="link", nth=0)
    clerk.look(f"menu-dates-{look}")
    clerk.tap(re.compile("发布，告诉选它的6人"))
    assert clerk.taps == 4
    assert "已经告诉选它的6人" in clerk.say()


def test_a_class_beside_its_sessions_and_its_end(
    live: Factory, enter: Callable[..., Person]
) -> None:
    room = a_class(live, Teaching(live), people=6, sessions=5)
    over(live, room)
    live.commit()
    teacher = enter(room.teacher)
    teacher.go(f"/classes/{room.offering.id}")
    teacher.page.get_by_label("写给全班").fill("周六带毛毡和墨汁，教室换到三楼。")
    teacher.tap(re.compile("发给6人"))
    assert "发出去了" in teacher.say()
    teacher.look("class-teacher")
    teacher.taps = 0
    teacher.tap("结业证书", role="link")
    teacher.tap(re.compile("发给出勤够的6人"))
    assert teacher.taps == 2
    assert "发了6张证书" in teacher.say()
    teacher.look("certificates-desk")
    member = enter(room.people[0].member)
    member.go(f"/enrolments/{room.people[0].code}/class")
    assert "周六带毛毡" in member.say()
    member.look("class-mine")
    member.tap("给这个班评分", role="link")
    member.page.get_by_label("5颗星").check()
    member.page.get_by_label(re.compile("想说的话")).fill("老师讲得清楚")
    member.look("class-score")
    member.tap("就这样评")
    assert member.taps == 2
    member.go("/mine/certificates")
    member.look("certificates-mine")
    member.tap(re.compile("查证页"), role="link")
    assert "这张证书是真的" in member.say()


@pytest.mark.parametrize("look", LOOKS)
def test_a_stranger_checks_a_certificate_by_a_right_code_and_by_a_wrong_one(
    live: Factory, enter: Callable[..., Person], look: str
) -> None:
    room = a_class(live, Teaching(live), people=2, sessions=5)
    over(live, room)
    room.people[0].member.name = "欧阳建国"
    db.session.flush()
    one, other = certificates.issue(room.offering, by="staff:1")
    stranger = enter(None, look)
    stranger.go(f"/certificates/{one.code}")
    assert "这张证书是真的" in stranger.say()
    assert one.number in stranger.say()
    assert "建国" not in stranger.page.content()
    stranger.look(f"certificate-check-{look}")
    for wrong in (other.code[::-1], one.code.replace(one.code[0], "0")):
        stranger.go(f"/certificates/{wrong}")
        assert "没有这张证书" in stranger.say()
    stranger.look(f"certificate-unknown-{look}")
    certificates.revoke(room.offering.id, other.id, "冒名上课", by="staff:1")
    live.commit()
    stranger.go(f"/certificates/{other.code}")
    assert "不再有效" in stranger.say()
    assert "冒名" not in stranger.page.content()
    stranger.look(f"certificate-revoked-{look}")
