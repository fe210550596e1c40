"""The administrator of a site looks after its people, and of the whole palace nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine, Post, Staff
from palace.members.posts import OF_SITES
from palace.members.queries import posts_of
from palace.members.rules import HeldPost, Role
from palace.members.services import grant_post, hash_password
from palace.people import rules, services
from palace.people.rules import Reach
from palace.venues.models import Site
from palace.web import roles_of
from tests.factory import Factory
from tests.members.browser import JSON
from tests.races.together import codes, together
from tests.security.conftest import UNKNOWN_ID, Belongings, address_of, addresses, own_something

PEOPLE = "/staff/people"
PASSWORD = "柳巷-1958"  # noqa: S105 - a test's


@pytest.fixture
def branch(make: Factory) -> Site:
    """Return a branch."""
    return make.branch()


@pytest.fixture
def desk(make: Factory, client: FlaskClient, branch: Site) -> FlaskClient:
    """Return the browser of the branch's administrator, who has just signed in."""
    make.sign_in(client, make.staff(Role.SITE_ADMIN, site=branch))
    make.commit()
    return client


def names(desk: FlaskClient) -> list[tuple[str, int]]:
    """Return whom the branch's list shows."""
    told = desk.get(PEOPLE, headers=JSON).get_json()["people"]
    return [(one["kind"], one["id"]) for one in told]


HERE, THERE = 7, 8


@pytest.mark.parametrize(
    ("posts", "far"),
    [
        ([HeldPost(Role.COUNTER, HERE)], Reach.WHOLE),
        ([HeldPost(Role.COUNTER, HERE), HeldPost(Role.DOOR, HERE)], Reach.WHOLE),
        ([HeldPost(Role.COUNTER, HERE), HeldPost(Role.DOOR, THERE)], Reach.POSTS),
        ([HeldPost(Role.COUNTER, HERE), HeldPost(Role.FINANCE)], Reach.POSTS),
        ([HeldPost(Role.COUNTER, THERE)], Reach.NONE),
        ([HeldPost(Role.COUNTER)], Reach.NONE),
        ([HeldPost(Role.COUNTER, HERE), HeldPost(Role.ADMIN)], Reach.NONE),
        ([HeldPost(Role.COUNTER, HERE), HeldPost(Role.SITE_ADMIN, THERE)], Reach.NONE),
        ([HeldPost(Role.SITE_ADMIN, HERE)], Reach.NONE),
        ([], Reach.NONE),
    ],
)
def test_the_word_of_a_site_reaches_its_own_people(posts: list[HeldPost], far: Reach) -> None:
    sites = frozenset({HERE})
    assert rules.reach(posts, sites, of_staff=True) is far
    assert rules.reach(posts, sites, of_staff=False) is min(far, Reach.POSTS)
    assert rules.reach(posts, None, of_staff=True) is Reach.WHOLE


def test_such_a_post_is_always_a_sites(make: Factory) -> None:
    make.site()
    row = Post(staff_id=make.staff().id, role=Role.SITE_ADMIN, granted_by="system")
    with pytest.raises(IntegrityError, match="ck_posts_site_admin"):
        make.add(row)


def test_they_have_whatever_they_give(app: Flask) -> None:
    """But what teachers do in their own classes: the office has its own pages of them."""
    given = {role.value for role in OF_SITES if role is not Role.TEACHER}
    lacking = [
        rule.endpoint
        for _, rule in addresses(app)
        if given & set(roles_of(app, rule.endpoint))
        and Role.SITE_ADMIN.value not in roles_of(app, rule.endpoint)
    ]
    assert lacking == []


def test_they_take_somebody_on_at_their_site_only(
    desk: FlaskClient, make: Factory, branch: Site
) -> None:
    other = make.branch()
    make.commit()
    typed = {"login": "wang", "name": "王丽", "role": "counter", "site": branch.code}

    for beyond in ({"site": ""}, {"site": other.code}, {"role": "finance"}, {"role": "admin"}):
        refused = desk.post(PEOPLE, data=typed | beyond, headers=JSON)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "post_beyond_site")
    peer = desk.post(PEOPLE, data=typed | {"role": "site_admin"}, headers=JSON)
    assert peer.get_json()["code"] == "post_beyond_site"
    page = desk.get(PEOPLE).text
    assert "全馆</option>" not in page
    assert other.code not in page
    assert 'value="finance"' not in page
    assert desk.post(PEOPLE, data=typed).status_code == 201
    wang = db.session.scalars(select(Staff).where(Staff.login == "wang")).one()
    assert names(desk) == [("staff", wang.id)]


def test_they_see_who_works_at_their_site_and_nothing_of_elsewhere(
    desk: FlaskClient, make: Factory, branch: Site
) -> None:
    own, shared = make.staff(Role.DOOR, site=branch), make.staff(Role.COUNTER, site=branch)
    other = make.branch()
    make.post(shared, Role.DOOR, site=other)
    over = make.staff(Role.ADMIN)
    make.post(over, Role.COUNTER, site=branch)
    unseen = [over, make.staff(Role.COUNTER), make.staff(Role.DOOR, site=other)]
    teacher = make.member("李老师")
    make.post(teacher, Role.TEACHER, site=branch)
    make.commit()

    assert names(desk) == [("staff", own.id), ("staff", shared.id), ("member", teacher.id)]
    told = desk.get(f"{PEOPLE}/staff/{shared.id}", headers=JSON).get_json()["posts"]
    assert [post["site"] for post in told] == [branch.id]
    page = desk.get(f"{PEOPLE}/staff/{shared.id}").text
    assert "也在别处任职" in page
    assert "给新密码" not in page
    for who in unseen:
        assert desk.get(f"{PEOPLE}/staff/{who.id}").status_code == 404
    assert desk.post(f"{PEOPLE}/find", data={"phone": "13800138000"}).status_code == 403


def test_posts_of_the_site_come_and_go(desk: FlaskClient, make: Factory, branch: Site) -> None:
    clerk = make.staff(Role.DOOR, site=branch)
    far = make.post(make.staff(Role.DOOR), Role.COUNTER, site=make.branch())
    over = make.post(make.staff(Role.ADMIN), Role.COUNTER, site=branch)
    make.commit()
    posts = f"{PEOPLE}/staff/{clerk.id}/posts"

    given = desk.post(posts, data={"role": "counter", "site": branch.code})
    assert given.headers["Location"] == f"{PEOPLE}/staff/{clerk.id}"
    refused = desk.post(posts, data={"role": "counter", "site": ""}, headers=JSON)
    assert refused.get_json()["code"] == "post_beyond_site"
    for post in (far, over):
        assert desk.post(f"{PEOPLE}/posts/{post.id}/end").status_code == 404
        assert post.ended_at is None

    first, second = posts_of(clerk)
    assert desk.post(f"{PEOPLE}/posts/{first.id}/end").headers["Location"].endswith(str(clerk.id))
    assert desk.post(f"{PEOPLE}/posts/{second.id}/end").headers["Location"] == PEOPLE
    assert desk.get(f"{PEOPLE}/staff/{clerk.id}").status_code == 404
    acts = db.session.scalars(select(AuditLine.act).order_by(AuditLine.id.desc()).limit(2))
    assert list(acts) == ["post_ended", "post_ended"]


ACTS = ("sign-ins/end", "password", "code", "leave")


@pytest.mark.parametrize("act", ACTS)
def test_passwords_and_sign_ins_only_of_their_own_people(
    desk: FlaskClient, make: Factory, branch: Site, act: str
) -> None:
    own, shared, peer = (make.staff(Role.DOOR, site=branch) for _ in range(3))
    make.post(shared, Role.DOOR, site=make.branch())
    make.post(peer, Role.SITE_ADMIN, site=branch)
    before = shared.password_hash
    make.commit()

    done = desk.post(f"{PEOPLE}/staff/{own.id}/{act}")
    refused = desk.post(f"{PEOPLE}/staff/{shared.id}/{act}", headers=JSON)

    assert done.status_code in (200, 303)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "also_elsewhere")
    assert desk.post(f"{PEOPLE}/staff/{peer.id}/{act}").status_code == 404
    assert desk.post(f"{PEOPLE}/staff/{make.staff(Role.ADMIN).id}/{act}").status_code == 404
    assert (shared.password_hash, shared.left_at) == (before, None)


def test_members_sign_ins_are_not_a_sites(desk: FlaskClient, make: Factory, branch: Site) -> None:
    teacher = make.member()
    make.post(teacher, Role.TEACHER, site=branch)
    make.commit()
    refused = desk.post(f"{PEOPLE}/member/{teacher.id}/sign-ins/end", headers=JSON)
    assert refused.get_json()["code"] == "also_elsewhere"


def test_every_address_keeps_a_sites_administrator_at_the_site(
    app: Flask, make: Factory, branch: Site
) -> None:
    """Asked for what is of another house, only the counter's page of a shared member answers them."""
    head: Belongings = own_something(make)
    clerk = make.staff(Role.SITE_ADMIN, site=branch)
    reached = []
    for method, rule in addresses(app):
        roles = roles_of(app, rule.endpoint)
        if "everybody" in roles or not rule.arguments:
            continue
        browser = app.test_client()
        make.sign_in(browser, clerk)
        answer = browser.open(address_of(app, rule, head.values(rule)), method=method)
        if answer.status_code not in (403, 404, 422):
            reached.append((rule.endpoint, answer.status_code))
    of_the_palace = [("desk.new", 200), ("troupedesk.season", 200)]  # a play in their hall; a year
    assert reached == [("numbers.one", 200), *of_the_palace]


def test_what_is_of_the_whole_palace_stays_shut(desk: FlaskClient) -> None:
    shut = ("/staff/audit", "/staff/health", "/staff/roster", "/staff/posters", "/staff/tasks")
    for path in (*shut, "/staff/privacy", "/staff/notices"):
        assert desk.get(path).status_code == 403, path
    assert desk.post(f"{PEOPLE}/proofs", data={"proof_minutes": "5"}).status_code == 403
    assert desk.get("/staff").status_code == 200


def test_a_password_of_a_branch_is_never_an_administrators(live: Factory, live_app: Flask) -> None:
    """Whoever comes first, the password is renewed before the post came, or not at all."""
    branch = live.branch()
    staff_id, within = live.staff(Role.DOOR, site=branch).id, frozenset({branch.id})
    live.commit()

    def promote() -> object:
        return grant_post(db.session.get_one(Staff, staff_id), Role.ADMIN)

    def renew() -> object:
        staff = db.session.get_one(Staff, staff_id)
        return services.new_password(staff, within, clock.now())

    jobs: list[Callable[[], object]] = [renew, promote, renew, renew]
    counted = codes(together(live_app, jobs, at_once=4))

    acts = select(AuditLine.act).where(AuditLine.subject == f"staff:{staff_id}")
    told = list(db.session.scalars(acts.order_by(AuditLine.id)))
    renewed = told.count("staff_password")
    assert told == ["staff_password"] * renewed + ["post_granted"]
    assert counted.get(NotFound.code, 0) == 3 - renewed


def test_a_new_administrator_of_a_site_enrols_first(
    make: Factory, client: FlaskClient, branch: Site
) -> None:
    clerk = make.staff(Role.SITE_ADMIN, site=branch)
    clerk.password_hash = hash_password(PASSWORD)
    make.commit()
    typed = {"login": clerk.login, "password": PASSWORD}
    entered = client.post("/staff/sign-in", data=typed)
    assert entered.headers["Location"] == "/staff/sign-in/enrol"
    assert client.get(f"{PEOPLE}/staff/{UNKNOWN_ID}").status_code == 303


def test_a_post_that_ended_shows_nothing_of_who_is_theirs_no_more(
    desk: FlaskClient, make: Factory, branch: Site
) -> None:
    risen, gone, moved = make.staff(Role.ADMIN), make.member("李老师"), make.staff(Role.COUNTER)
    risen.name, moved.name = "升任者", "调走者"
    posts = [
        make.post(risen, Role.DOOR, site=branch),
        make.post(gone, Role.TEACHER, site=branch),
        make.post(moved, Role.DOOR, site=branch),
    ]
    for post in posts:
        post.ended_at = clock.now()
    make.commit()

    for post in posts:
        told = desk.post(f"{PEOPLE}/posts/{post.id}/end", headers=JSON)
        assert told.status_code == 404
        page = desk.post(f"{PEOPLE}/posts/{post.id}/end", follow_redirects=True)
        assert page.request.path == PEOPLE
        assert (post.staff or gone).name not in page.text
