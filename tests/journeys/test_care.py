"""The one IT person looks whether all is well, on a phone, on a desk and in large text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def signed_in(someone: Person, login: str, password: str) -> Person:
    """Sign staff in as the start-up screen says."""
    someone.go("/staff/sign-in")
    someone.page.get_by_label("登录名").fill(login)
    someone.page.get_by_label("密码").fill(password)
    someone.tap("登录")
    someone.second_code()
    return someone


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("health-390", {}),
        ("health-1280", {"viewport": {"width": 1280, "height": 900}, "has_touch": False}),
        ("health-noscript", {"java_script_enabled": False}),
    ],
)
def test_an_administrator_looks_whether_all_is_well(
    person: Callable[..., Person], name: str, how: dict[str, object]
) -> None:
    admin = signed_in(person(**how), "admin", "nangong-1958")
    admin.page.get_by_role("link", name="系统体检").click()
    told = admin.say()

    for part in ("数据库", "后台任务进程", "打印", "磁盘", "内存"):
        assert part in told
    assert "web" in told
    if name != "health-noscript":
        admin.look(name)
        admin.tap("大字", role="link")
        admin.look(f"{name}-large")


def test_others_find_no_way_there(person: Callable[..., Person]) -> None:
    clerk = signed_in(person(), "counter", "window-1958")

    assert clerk.page.get_by_role("link", name="系统体检").count() == 0
