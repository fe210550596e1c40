"""Who leads a troupe: one leader at a time, deputies beside; what the troupe has taken stays."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.db import db
from palace.errors import NotFound
from palace.members.errors import PostHeld, PostNotForThem
from palace.members.models import Member
from palace.members.posts import check_post
from palace.members.rules import HeldPost, Role, SignedIn
from palace.rooms.queries import facts
from palace.troupes import queries, services
from palace.troupes.errors import LeaderUnknown
from palace.troupes.rules import Somebody
from tests.factory import Factory
from tests.lending import Lending
from tests.troupes.conftest import Choir, told


def name(choir: Choir, member: Member, role: Role = Role.LEADER) -> None:
    """Name somebody by number and name."""
    services.name_leader(choir.troupe.id, Somebody(member.name, member.phone), role)


def leading(choir: Choir) -> list[tuple[int | None, Role]]:
    """Return who leads, as what."""
    return [(post.member_id, post.role) for post in queries.posts_of(choir.troupe.id)]


def test_a_new_leader_takes_the_place_of_the_old_and_all_are_told(
    choir: Choir, make: Factory, lending: Lending
) -> None:
    deputy, new = lending.leader(choir.troupe, "李副", role=Role.DEPUTY), make.member("新团长")
    name(choir, new)
    assert leading(choir) == [(new.id, Role.LEADER), (deputy.id, Role.DEPUTY)]
    assert sorted(told("troupe_leader")) == sorted(
        f"member:{one.id}" for one in (choir.leader, deputy, new)
    )


def test_a_deputy_who_becomes_leader_is_deputy_no_more(choir: Choir, lending: Lending) -> None:
    deputy = lending.leader(choir.troupe, "李副", role=Role.DEPUTY)
    name(choir, deputy)
    assert leading(choir) == [(deputy.id, Role.LEADER)]


def test_a_change_of_leader_keeps_the_reservations(
    choir: Choir, make: Factory, lending: Lending
) -> None:
    lending.certified(choir.troupe)
    taken = lending.reservation(lending.room(), troupe=choir.troupe, member=choir.leader)
    new = make.member("新团长")
    name(choir, new)
    assert facts.reservation_for(new, taken.code).id == taken.id
    with pytest.raises(NotFound):
        facts.reservation_for(choir.leader, taken.code)


def test_who_is_named_is_on_the_roster_once(choir: Choir, make: Factory) -> None:
    new = make.member("新团长")
    services.add(choir.troupe.id, [Somebody("新团长", new.phone)])
    name(choir, new)
    assert [one.member_id for one in queries.roster(choir.troupe.id)] == [new.id]


@pytest.mark.parametrize(
    ("typed", "phone"), [("别人", "13800138000"), ("新团长", "13800138001"), ("", "")]
)
def test_a_number_without_its_name_tells_nothing(
    choir: Choir, make: Factory, typed: str, phone: str
) -> None:
    make.member("新团长", phone="13800138000")
    with pytest.raises(LeaderUnknown):
        services.name_leader(choir.troupe.id, Somebody(typed, phone), Role.LEADER)


def test_the_same_post_is_not_given_twice(choir: Choir) -> None:
    with pytest.raises(PostHeld):
        name(choir, choir.leader)


def test_a_post_taken_away_ends_at_once_and_is_told(choir: Choir) -> None:
    [post] = queries.posts_of(choir.troupe.id)
    services.end_leading(choir.troupe.id, post.id)
    assert queries.led_by(choir.leader.id) == []
    assert told("troupe_leader") == [f"member:{choir.leader.id}"]
    with pytest.raises(NotFound):
        services.end_leading(choir.troupe.id, post.id)


def test_who_leads_two_troupes_sees_both_as_what_they_are(choir: Choir, lending: Lending) -> None:
    other = lending.troupe("舞蹈团")
    lending.lead(other, choir.leader, Role.DEPUTY)
    found = {one.troupe.id: one.role for one in queries.led_by(choir.leader.id)}
    assert found == {choir.troupe.id: Role.LEADER, other.id: Role.DEPUTY}


def test_a_sign_in_brings_the_troupes_along(app: Flask, choir: Choir, make: Factory) -> None:
    browser = app.test_client()
    make.sign_in(browser, choir.leader)
    make.commit()
    told = browser.get("/troupes", headers={"Accept": "application/json"}).get_json()
    assert [(one["troupe"], one["role"]) for one in told["led"]] == [(choir.troupe.id, "leader")]


def test_as_leader_of_a_troupe_one_is_its_deputy_no_more() -> None:
    posts = (
        HeldPost(Role.LEADER, troupe_id=1),
        HeldPost(Role.DEPUTY, troupe_id=1),
        HeldPost(Role.DEPUTY, troupe_id=2),
        HeldPost(Role.UNIT, unit_id=3),
    )
    assert SignedIn(id=1, token="", posts=posts).troupes() == {1: Role.LEADER, 2: Role.DEPUTY}


@pytest.mark.parametrize("role", [Role.LEADER, Role.DEPUTY])
def test_who_leads_leads_some_troupe(role: Role) -> None:
    check_post(role, of_staff=False, troupe_id=1)
    for where in ({}, {"site_id": 1}, {"unit_id": 1}, {"unit_id": 1, "troupe_id": 1}):
        with pytest.raises(PostNotForThem):
            check_post(role, of_staff=False, **where)
    with pytest.raises(PostNotForThem):
        check_post(role, of_staff=True, troupe_id=1)


def test_no_other_post_is_a_troupe_s() -> None:
    with pytest.raises(PostNotForThem):
        check_post(Role.TEACHER, of_staff=False, troupe_id=1)


def test_the_people_s_pages_send_to_the_troupe(app: Flask, choir: Choir, make: Factory) -> None:
    browser, member = app.test_client(), make.member("王丽")
    make.sign_in(browser, make.staff())
    make.commit()
    path = f"/staff/people/member/{member.id}"
    assert "团队负责人" not in browser.get(path).text.split("加一个岗位")[1]
    refused = browser.post(f"{path}/posts", data={"role": "leader"})
    assert refused.status_code == 422
    assert "“文艺团队”里指定" in refused.text
    shown = browser.get(f"/staff/people/member/{choir.leader.id}").text
    assert "职工合唱团" in shown
    assert db.session.get_one(Member, member.id)
