"""An administrator takes a clerk on, and the clerk begins the day where the work is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import NullPool, create_engine, text

from palace.postgres import Cluster
from tests.journeys.conftest import Person
from tests.journeys.test_care import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def fill(who: Person, **typed: str) -> None:
    """Fill fields in by their labels."""
    for label, value in typed.items():
        field = who.page.get_by_label(label, exact=True)
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def looked_at(who: Person, name: str) -> None:
    """Look at a page as it is, in large text and in English."""
    path = quote(who.page.url.split("/", 3)[3])  # a preview's address has a query of its own
    who.look(f"{name}-390")
    for how, left in (("size=large", "size=standard"), ("lang=en", "lang=zh")):
        who.go(f"/display?{how}&next=/{path}")
        who.look(f"{name}-{how.partition('=')[2]}")
        who.go(f"/display?{left}&next=/{path}")


def test_a_clerk_is_taken_on_and_begins_the_day(person: Callable[..., Person]) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    assert admin.page.url.endswith("/staff")
    assert admin.taps == 2
    looked_at(admin, "posts-home")
    admin.tap("工作人员与岗位", role="link")
    looked_at(admin, "posts-people")
    admin.page.get_by_text("加一位工作人员").click()
    fill(admin, 登录名="wang", 姓名="王丽", 岗位="door", 管哪里="")
    admin.look("posts-employ-390")
    admin.taps = 0
    admin.tap("加上，看密码")
    admin.look("posts-password-390")
    word = re.search(r"密码\s+([\w-]{16})", admin.say())
    assert word
    assert admin.taps == 1

    clerk = signed_in(person(), "wang", word[1])
    assert clerk.page.url.endswith("/door")
    assert clerk.taps == 1
    clerk.look("posts-clerk-390")

    admin.tap("记好了", role="link")
    admin.tap("王丽", role="link")
    looked_at(admin, "posts-person")
    fill(admin, 岗位="counter")
    admin.tap("加这个岗位")
    assert "岗位加好了" in admin.say()

    again = signed_in(person(), "wang", word[1])
    assert again.page.url.endswith("/staff")
    again.look("posts-switch-390")
    again.tap("检票", role="link")
    assert again.page.url.endswith("/door")

    admin.tap("撤掉")
    assert "岗位撤了" in admin.say()
    again.go("/door")


def an_hour_passes(palace_state: Path) -> None:
    """Let the proof of everybody who is signed in be an hour older."""
    owner = create_engine(Cluster(palace_state).url("palace_owner"), poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("UPDATE sign_ins SET proven_at = proven_at - interval '1 hour'"))


def test_a_dangerous_act_asks_again_and_keeps_what_was_typed(
    person: Callable[..., Person], palace_state: Path
) -> None:
    admin = signed_in(person(), "admin", "nangong-1958")
    admin.go("/staff/people")
    admin.page.get_by_text("加一位工作人员").click()
    fill(admin, 登录名="zhao", 姓名="赵敏", 岗位="finance", 管哪里="")
    an_hour_passes(palace_state)
    admin.taps = 0
    admin.tap("加上，看密码")
    admin.look("posts-proof-390")
    admin.prove()
    word = re.search(r"密码\s+([\w-]{16})", admin.say())
    assert word
    assert admin.taps == 2

    finance = person()
    signed_in(finance, "zhao", word[1])
    assert finance.page.url.endswith("/staff/sign-in/enrol")
    looked_at(finance, "posts-enrol")
    shown = re.search(r"(?<!\d)(\d{6})(?!\d)", finance.page.locator(".say").inner_text())
    assert shown
    finance.page.get_by_label("动态验证码").fill(shown[1])
    finance.tap("设置好了，登录")
    finance.look("posts-recovery-390")
    finance.tap("记好了，开始工作", role="link")
    assert finance.page.url.endswith("/staff/books")
    finance.look("posts-finance-390")


def test_an_organiser_of_a_union_sees_the_post(person: Callable[..., Person]) -> None:
    organiser = person()
    organiser.sign_in("19900000009")
    organiser.go("/mine")
    assert "单位工会经办人" in organiser.say()
    organiser.look("posts-mine-390")


def test_without_scripts_a_branch_clerk_sees_the_branch(person: Callable[..., Person]) -> None:
    clerk = signed_in(person(java_script_enabled=False), "yangqu", "yangqu-1958")
    assert clerk.page.url.endswith("/staff")
    assert "园区职工摄影展" in clerk.say()
    assert "打金枝" not in clerk.say()


def test_the_administrator_of_a_branch_takes_a_clerk_on_there(
    person: Callable[..., Person],
) -> None:
    branch = signed_in(person(), "branch", "branch-1958")
    assert branch.page.url.endswith("/staff")
    assert "园区职工摄影展" in branch.say()
    looked_at(branch, "posts-branch-home")
    branch.tap("工作人员与岗位", role="link")
    assert "贾春梅" in branch.say()
    assert "马晓东" not in branch.say()
    looked_at(branch, "posts-branch-people")
    branch.page.get_by_text("加一位工作人员").click()
    fill(branch, 登录名="qian", 姓名="钱明", 岗位="door", 管哪里="yangqu")
    branch.taps = 0
    branch.tap("加上，看密码")
    assert branch.taps == 1
    branch.tap("记好了", role="link")
    branch.tap("钱明", role="link")
    looked_at(branch, "posts-branch-person")


def test_a_clerk_sets_codes_up_for_themselves(person: Callable[..., Person]) -> None:
    clerk = signed_in(person(), "counter", "window-1958")
    looked_at(clerk, "posts-counter-home")
    clerk.taps = 0
    clerk.tap("我的动态验证码", role="link")
    looked_at(clerk, "posts-second")
    clerk.tap("开始设置")
    looked_at(clerk, "posts-second-begun")
    shown = re.search(r"(?<!\d)(\d{6})(?!\d)", clerk.page.locator(".say").inner_text())
    assert shown
    clerk.page.get_by_label("动态验证码").fill(shown[1])
    clerk.tap("设置好了")
    clerk.look("posts-second-recovery-390")
    assert clerk.taps == 3
    clerk.tap("记好了", role="link")
    looked_at(clerk, "posts-second-set")
    clerk.tap("取消动态验证码")
    assert "登录只要密码" in clerk.say()
