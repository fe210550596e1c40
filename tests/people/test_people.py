"""Administrators give and take posts, passwords and sign-ins; everything is on the record."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import current_user
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.members.errors import OnlyAdministrator
from palace.members.models import AuditLine, Post, Staff
from palace.members.posts import OF_STAFF
from palace.members.queries import posts_of
from palace.members.rules import Role
from palace.members.services import check_password, end_post, grant_post, leave
from tests.factory import Factory
from tests.members.browser import JSON, enrolled
from tests.races.together import codes, together

PEOPLE = "/staff/people"


@pytest.fixture
def head(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of an administrator who has just signed in."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    make.commit()
    return client


def lines(act: str) -> list[AuditLine]:
    """Return the audit lines of an act, oldest first."""
    return list(
        db.session.scalars(select(AuditLine).where(AuditLine.act == act).order_by(AuditLine.id))
    )


def test_somebody_comes_with_a_post_at_a_branch_and_signs_in(
    head: FlaskClient, make: Factory
) -> None:
    branch = make.branch()
    typed = {"login": "wang", "name": "王 丽", "role": "counter", "site": branch.code}

    made = head.post(PEOPLE, data=typed)

    assert made.status_code == 201
    password = re.search(r"<code>([\w-]{16})</code>", made.text)
    assert password
    staff = check_password("wang", password[1])
    assert staff is not None
    assert [(post.role, post.site_id) for post in posts_of(staff)] == [(Role.COUNTER, branch.id)]
    assert lines("post_granted")[0].after == {
        "post": posts_of(staff)[0].id,
        "role": "counter",
        "site": branch.id,
        "unit": None,
        "troupe": None,
        "sign_ins": 0,
    }
    assert f'售票</span> <span class="mute small">{branch.name_zh}' in head.get(PEOPLE).text


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"login": "Wang", "name": "王丽", "role": "counter"}, "not_a_login"),
        ({"login": "wang", "name": "王5", "role": "counter"}, "not_a_name"),
        ({"login": "wang", "name": "王丽", "role": "unit"}, "bad_input"),
        ({"login": "wang", "name": "王丽", "role": ""}, "bad_input"),
        ({"login": "wang", "name": "王丽", "role": "door", "site": "no"}, "site_unknown"),
        ({"login": "wang", "name": "王丽", "role": "admin", "site": "head"}, "post_not_for_them"),
    ],
)
def test_a_refused_newcomer_is_typed_once(
    head: FlaskClient, typed: dict[str, str], code: str
) -> None:
    page = head.post(PEOPLE, data=typed)
    told = head.post(PEOPLE, data=typed, headers=JSON)

    assert (page.status_code, told.get_json()["code"]) == (422, code)
    assert f'value="{typed["login"]}"' in page.text
    assert db.session.scalars(select(Staff).where(Staff.login == "wang")).first() is None


def test_a_refused_post_is_told_at_the_field_it_is_about(head: FlaskClient, make: Factory) -> None:
    member = make.member(valid=False)
    site_admin = {"login": "wang", "name": "王丽", "role": "site_admin"}

    nowhere = head.post(PEOPLE, data=site_admin).text
    no_unit, unknown = (
        head.post(f"{PEOPLE}/member/{member.id}/posts", data={"role": "unit", "unit": unit}).text
        for unit in ("", "没有的工会")
    )

    assert 'id="site-error">这个岗位不能这样设' in nowhere
    assert 'id="unit-error">这个岗位不能这样设' in no_unit
    assert 'id="unit-error">没有找到这个单位' in unknown


def test_a_post_is_given_and_its_holder_signs_in_anew(
    head: FlaskClient, make: Factory, app: Flask
) -> None:
    clerk, phone = make.staff(Role.DOOR), app.test_client()
    make.sign_in(phone, clerk)
    make.commit()

    done = head.post(f"{PEOPLE}/staff/{clerk.id}/posts", data={"role": "counter"})

    assert done.headers["Location"] == f"{PEOPLE}/staff/{clerk.id}"
    assert {post.role for post in posts_of(clerk)} == {Role.DOOR, Role.COUNTER}
    assert phone.get("/door").headers["Location"].startswith("/staff/sign-in")
    again = head.post(f"{PEOPLE}/staff/{clerk.id}/posts", json={"role": "counter"}, headers=JSON)
    assert again.get_json()["code"] == "post_held"


def test_a_post_that_is_taken_away_ends_at_the_next_request(
    head: FlaskClient, make: Factory, app: Flask
) -> None:
    clerk, phone = make.staff(Role.DOOR, Role.TEACHER), app.test_client()
    make.sign_in(phone, clerk)
    post = posts_of(clerk)[0]
    make.commit()
    assert phone.get("/door").status_code == 200

    head.post(f"{PEOPLE}/posts/{post.id}/end")
    head.post(f"{PEOPLE}/posts/{post.id}/end")

    assert phone.get("/door").status_code == 403
    assert phone.get("/staff").status_code == 200
    [line] = lines("post_ended")
    nowhere = {"site": None, "unit": None, "troupe": None}
    assert line.before == {"post": post.id, "role": "door", **nowhere}
    assert head.post(f"{PEOPLE}/posts/999999/end").status_code == 404


def test_a_union_whose_name_another_bears_is_told_by_its_code(
    head: FlaskClient, make: Factory
) -> None:
    member, unit = make.member(), make.unit("第二工会")
    make.unit("第二工会")
    grant = f"{PEOPLE}/member/{member.id}/posts"
    named = head.post(grant, data={"role": "unit", "unit": "第二工会"}, headers=JSON)
    assert named.get_json()["code"] == "post_unit_unknown"
    coded = head.post(grant, data={"role": "unit", "unit": unit.code}, headers=JSON)
    assert coded.get_json()["posts"][0]["unit"] == unit.code


def test_a_member_is_found_by_phone_and_gets_the_post_of_a_union(
    head: FlaskClient, make: Factory
) -> None:
    member, unit = make.member("张和平", phone="13800138000"), make.unit()
    found = head.post(f"{PEOPLE}/find", data={"phone": "138 0013 8000"})
    assert f'href="{PEOPLE}/member/{member.id}"' in found.text
    grant = f"{PEOPLE}/member/{member.id}/posts"

    alone = head.post(grant, data={"role": "unit"}, headers=JSON)
    unknown = head.post(grant, data={"role": "unit", "unit": "没有的工会"}, headers=JSON)
    given = head.post(grant, data={"role": "unit", "unit": unit.code}, headers=JSON)

    assert alone.get_json()["code"] == "post_not_for_them"
    assert unknown.get_json()["code"] == "post_unit_unknown"
    assert given.get_json()["posts"][0]["unit"] == unit.code
    assert "13800138000" not in str([(line.before, line.after) for line in lines("post_granted")])


def test_a_number_nobody_signed_in_by_says_what_to_do(head: FlaskClient) -> None:
    found = head.post(f"{PEOPLE}/find", data={"phone": "13900139000"})
    assert "请本人先用手机号登录一次" in found.text
    assert head.post(f"{PEOPLE}/find", data={"phone": "1"}).status_code == 422


def test_members_have_no_posts_of_staff_nor_staff_those_of_members(
    head: FlaskClient, make: Factory
) -> None:
    member, clerk = make.member(), make.staff(Role.DOOR)
    for kind, who, role in (("member", member, "admin"), ("staff", clerk, "unit")):
        told = head.post(f"{PEOPLE}/{kind}/{who.id}/posts", data={"role": role}, headers=JSON)
        assert told.get_json()["code"] == "post_not_for_them"


def test_sign_ins_password_and_leaving(head: FlaskClient, make: Factory, app: Flask) -> None:
    clerk, phone = make.staff(Role.COUNTER), app.test_client()
    of_one = f"{PEOPLE}/staff/{clerk.id}"

    def signed_in() -> bool:
        make.sign_in(phone, clerk)
        make.commit()
        return phone.get("/staff").status_code == 200

    assert signed_in()
    assert "登录着1台设备" in head.get(of_one).text
    head.post(f"{of_one}/sign-ins/end")
    assert phone.get("/staff").status_code == 303

    assert signed_in()
    told = head.post(f"{of_one}/password", headers=JSON).get_json()
    assert phone.get("/staff").status_code == 303
    db.session.expire_all()
    assert check_password(told["login"], told["password"])

    assert signed_in()
    assert head.post(f"{of_one}/leave").headers["Location"] == PEOPLE
    assert phone.get("/staff").status_code == 303
    assert check_password(told["login"], told["password"]) is None
    assert head.get(of_one).status_code == 404
    assert [len(lines(act)) for act in ("sign_ins_ended", "staff_password", "staff_left")] == [
        1,
        1,
        1,
    ]


def test_the_only_administrator_stays(head: FlaskClient) -> None:
    staff = db.session.scalars(select(Staff)).one()
    post = posts_of(staff)[0]

    for path in (f"{PEOPLE}/posts/{post.id}/end", f"{PEOPLE}/staff/{staff.id}/leave"):
        assert head.post(path, headers=JSON).get_json()["code"] == "only_administrator"
    assert "唯一的管理员" in head.post(f"{PEOPLE}/posts/{post.id}/end").text


def test_the_house_says_who_needs_codes(head: FlaskClient, make: Factory, app: Flask) -> None:
    clerk, phone = make.staff(Role.COUNTER), app.test_client()
    make.sign_in(phone, clerk)
    make.commit()
    typed = {"proof_minutes": "5", "admin": "1", "counter": "1"}

    refused = head.post(f"{PEOPLE}/proofs", data=typed | {"proof_minutes": "many"})
    assert refused.status_code == 422
    assert 'value="many"' in refused.text
    assert 'name="counter" value="1" checked' in refused.text
    assert head.post(f"{PEOPLE}/proofs", data=typed).status_code == 303

    rules = make.rules()
    assert (rules.second_factor_roles, rules.proof_minutes) == (["counter", "admin"], 5)
    assert phone.get("/staff").headers["Location"].startswith("/staff/sign-in")
    assert lines("proofs_set")[0].before == {
        "roles": ["admin", "site_admin", "finance"],
        "minutes": 10,
    }


NOT_OVER_ANYBODY = [role for role in OF_STAFF if role not in (Role.ADMIN, Role.SITE_ADMIN)]


@pytest.mark.parametrize("role", NOT_OVER_ANYBODY)
def test_only_administrators_see_who_works_here(
    make: Factory, client: FlaskClient, role: Role
) -> None:
    make.site()
    make.sign_in(client, make.staff(role))
    assert client.get(PEOPLE).status_code == 403


def test_a_clerk_of_a_branch_sees_its_performances_only(make: Factory, client: FlaskClient) -> None:
    branch = make.branch()
    ours, theirs = [make.performance(starts_at=clock.now()) for _ in range(2)]
    ours.space.site_id = branch.id
    db.session.flush()
    make.sign_in(client, make.staff(Role.DOOR, Role.COUNTER, site=branch))
    make.commit()

    for path in ("/door", "/staff"):
        told = client.get(path, headers=JSON).get_json()["performances"]
        assert [one["performance"] for one in told] == [ours.id]
    assert client.get(f"/door/{ours.id}").status_code == 200
    assert client.get(f"/door/{theirs.id}").status_code == 404
    foreign = client.post(f"/door/{theirs.id}/admit", data={"code": "1"}, headers=JSON)
    assert foreign.status_code == 404


def test_of_the_last_administrators_one_stays_whoever_takes_whose_post(
    live: Factory, live_app: Flask
) -> None:
    live.site()
    staff = [live.staff(Role.ADMIN) for _ in range(4)]
    posts, logins = [posts_of(one)[0].id for one in staff[:2]], [one.login for one in staff[2:]]
    live.commit()

    def ending(post_id: int) -> Callable[[], object]:
        return lambda: end_post(db.session.get_one(Post, post_id))

    def leaving(login: str) -> Callable[[], object]:
        return lambda: leave(login, clock.now())

    jobs = [*map(ending, posts), *map(leaving, logins)]

    counted = codes(together(live_app, jobs))

    assert counted == {"won": 3, OnlyAdministrator.code: 1}


def test_the_same_post_is_given_once(live: Factory, live_app: Flask) -> None:
    live.site()
    clerk = live.staff(Role.DOOR).id
    live.commit()

    def give() -> object:
        return grant_post(db.session.get_one(Staff, clerk), Role.COUNTER)

    counted = codes(together(live_app, [give] * 6, at_once=4))

    assert counted == {"won": 1, "post_held": 5}


def test_a_members_sign_in_brings_the_posts_along(make: Factory, client: FlaskClient) -> None:
    make.site()
    member, unit = make.member(), make.unit()
    make.post(member, Role.UNIT, unit=unit)
    make.sign_in(client, member)
    make.commit()

    assert "单位工会经办人" in client.get("/mine").text
    with client:
        client.get("/mine")
        assert current_user.units(Role.UNIT) == {unit.id}
        assert current_user.sites(Role.UNIT) is None


@pytest.mark.parametrize("enrols", [True, False])
def test_who_gives_themselves_a_post_that_wants_a_code_has_one_or_sets_it_up(
    head: FlaskClient, make: Factory, enrols: bool
) -> None:
    own = db.session.scalars(select(Staff).order_by(Staff.id)).first()
    assert own
    make.rules().second_factor_roles = ["finance"]
    if enrols:
        enrolled(own)
    make.commit()
    posts = f"{PEOPLE}/staff/{own.id}/posts"

    given = head.post(posts, data={"role": "counter"})
    assert head.get(given.headers["Location"]).status_code == 200
    given = head.post(posts, data={"role": "finance"})

    after = head.get(given.headers["Location"])
    assert after.status_code == (200 if enrols else 303)
    if not enrols:
        assert after.headers["Location"].startswith("/staff/sign-in")
        assert "请重新登录，设置好再用" in head.get(after.headers["Location"]).text
