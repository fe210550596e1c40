"""Staff come, get a new password and leave, by the command line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from palace import clock
from palace.console import staff
from palace.db import db
from palace.members import services
from palace.members.errors import OnlyAdministrator
from palace.members.models import AuditLine, SecondFactor, SignIn, Staff
from palace.members.queries import posts_of
from palace.members.rules import Role, is_login
from palace.members.services import check_password
from tests.conftest import real_palace
from tests.factory import Factory
from tests.members.browser import enrolled
from tests.races.together import codes, together


@pytest.fixture
def house(live: Factory) -> Factory:
    """Return a real palace with somebody who left and the administrator `head`."""
    live.site()
    for login, role, left_at in (("gone", Role.DOOR, clock.now()), ("head", Role.ADMIN, None)):
        staff = Staff(login=login, name="李四", password_hash="!", left_at=left_at)  # noqa: S106 - not a hash
        live.add(staff)
        live.post(staff, role)
    live.commit()
    return live


def typed(house: Factory, *words: str) -> Result:
    """Type a staff command."""
    told = CliRunner().invoke(staff, words, obj=real_palace(house.app.extensions["palace"]))
    db.session.expire_all()
    return told


def password_of(told: Result) -> str:
    """Return the password a command shows."""
    assert told.exit_code == 0, told.output
    return told.output.strip().rpartition("Password (shown once): ")[2]


def test_staff_come_get_a_new_password_and_leave(house: Factory) -> None:
    come = typed(house, "add", "wang", " 王  丽 ", "admin")
    first = password_of(come)
    assert db.session.query(Staff.name).filter_by(login="wang").scalar() == "王 丽"
    assert "wang works here now as admin." in come.output
    entered = check_password("wang", first)
    assert entered is not None
    house.sign_in(house.app.test_client(), entered)
    house.commit()

    second = password_of(typed(house, "password", "wang"))
    assert check_password("wang", first) is None
    assert check_password("wang", second) is not None
    assert [one.ended_at is None for one in db.session.query(SignIn)] == [False]

    house.sign_in(house.app.test_client(), entered)
    house.commit()
    assert "wang has left" in typed(house, "leave", "wang").output
    assert check_password("wang", second) is None
    assert [one.ended_at is None for one in db.session.query(SignIn)] == [False, False]
    acts = [line.act for line in db.session.query(AuditLine).order_by(AuditLine.id)]
    assert [act for act in acts if act != "staff_refused"] == [
        "staff_employed",
        "post_granted",
        "staff_password",
        "post_ended",
        "staff_left",
    ]


def test_posts_and_lost_phones_by_command(house: Factory) -> None:
    branch = house.branch()
    house.commit()
    typed(house, "add", "wang", "王丽", "door", "--site", branch.code)
    staff = db.session.query(Staff).filter_by(login="wang").one()
    enrolled(staff)
    house.commit()

    assert "counter too" in typed(house, "grant", "wang", "counter").output
    held = {(post.role, post.site_id) for post in posts_of(staff)}
    assert held == {(Role.DOOR, branch.id), (Role.COUNTER, None)}
    assert typed(house, "revoke", "wang", "door").exit_code == 1
    assert typed(house, "revoke", "wang", "door", "--site", branch.code).exit_code == 0
    assert [post.role for post in posts_of(staff)] == [Role.COUNTER]
    assert "sets the codes up again" in typed(house, "code", "wang").output
    assert db.session.query(SecondFactor).count() == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "gone", "李四", "door"], "A login is given once"),
        (["add", "head", "李四", "door"], "A login is given once"),
        (["add", "", "李四", "door"], "small letters and digits"),
        (["add", "  ", "李四", "door"], "small letters and digits"),
        (["add", "Wang", "李四", "door"], "small letters and digits"),
        (["add", "wang", "", "door"], "2 to 30"),
        (["add", "wang", "李4", "door"], "2 to 30"),
        (["add", "wang", "王丽", "door", "--site", "moon"], "There is no such house"),
        (["add", "wang", "王丽", "admin", "--site", "head"], "cannot be given like that"),
        (["grant", "gone", "door"], "Nobody works here under the login gone now."),
        (["grant", "head", "admin"], "They have this post already."),
        (["revoke", "head", "door"], "They have no such post"),
        (["revoke", "head", "admin"], "head is the only administrator"),
        (["code", "gone"], "Nobody works here under the login gone now."),
        (["password", "gone"], "Nobody works here under the login gone now."),
        (["leave", "gone"], "Nobody works here under the login gone now."),
        (["leave", "nobody"], "Nobody works here under the login nobody now."),
        (["leave", "head"], "head is the only administrator"),
    ],
)
def test_a_refused_staff_command_is_a_sentence(
    house: Factory, words: list[str], sentence: str
) -> None:
    told = typed(house, *words)

    assert told.exit_code == 1
    assert sentence in told.output
    assert db.session.query(Staff).count() == 2


@pytest.mark.parametrize(
    ("login", "fits"),
    [
        ("li", True),
        ("wang.li-2_b", True),
        ("2li", True),
        ("x" * 30, True),
        ("x" * 31, False),
        ("x", False),
        (".li", False),
        ("li\n", False),
        ("王丽", False),
    ],
)
def test_a_login_is_short_and_plain(login: str, fits: bool) -> None:
    assert is_login(login) is fits


def test_of_the_last_administrators_who_leave_at_once_one_stays(
    house: Factory, live_app: Flask
) -> None:
    logins = ["head", "second", "third"]
    for login in logins[1:]:
        services.employ(login, "王丽", Role.ADMIN)
    house.commit()

    def leaving(login: str) -> Callable[[], object]:
        return lambda: services.leave(login, clock.now())

    counted = codes(together(live_app, [leaving(login) for login in logins]))

    assert counted == {"won": 2, OnlyAdministrator.code: 1}
