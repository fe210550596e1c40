"""A roll that waits on a phone: for the teacher who saved it, whoever else signs in there meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog

from tests.journeys.conftest import Person, fresh_phone
from tests.journeys.test_rolls import POST, TEACHER, Owner, evening_of, one, owner, save, tap_people

__all__ = ["owner"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
KEPT = "Object.keys(localStorage).filter((name) => /^roll:/.test(name)).length"


def test_a_roll_waits_for_who_saved_it_and_is_not_lost_without_a_word(
    owner: Owner, person: Callable[..., Person]
) -> None:
    evening = evening_of(owner, person, "roll-kept")
    who = evening.teacher
    mine = who.page.context.cookies()
    who.go("/teaching")
    who.page.wait_for_function("navigator.serviceWorker.controller !== null")
    roll = f"/teaching/sessions/{evening.session}"
    who.go(roll)
    who.context.set_offline(True)
    tap_people(who, 0)
    save(who)
    who.page.get_by_text("没有网络：点名存在这部手机上").wait_for()

    who.context.clear_cookies()
    who.context.set_offline(False)
    other = fresh_phone()
    who.go("/sign-in")
    who.sign_in(other)
    owner.execute(POST, {"phone": other})
    one(owner, TEACHER, phone=other, name="郑老师")
    who.go("/teaching")
    who.page.get_by_text("今天没有您的课").wait_for()
    assert (who.page.evaluate(KEPT), evening.count) == (1, 0)

    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    who.page.on("dialog", refuse)
    who.go("/mine")
    who.page.get_by_role("button", name="退出登录").click()
    who.page.wait_for_timeout(300)
    assert asked == ["这部手机上还有没上传的点名，退出就没有了。要退出吗？"]
    assert who.page.evaluate(KEPT) == 1

    who.context.clear_cookies()
    who.context.add_cookies(mine)  # type: ignore[arg-type]  # as they were read
    who.broken.clear()
    who.go("/teaching")
    who.page.get_by_text("点好名了：到7人").wait_for()
    assert (who.page.evaluate(KEPT), evening.count) == (0, 8)
    who.broken.clear()
