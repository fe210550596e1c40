"""The switch: grey pages, or no new bookings; what is held and booked goes on."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.tickets import services
from palace.tickets.errors import SaleStopped
from palace.tickets.rules import OrderState, Wish
from palace.venues.models import HouseRules, Space
from palace.venues.queries import MODES_FRESH, forget_modes, modes
from palace.venues.rules import Mode
from tests.asked import asked
from tests.conftest import make_old
from tests.factory import Factory

PATH = "/staff/switch"
STOPPED = {
    "mode": "stopped",
    "reason_zh": "今天停电。",
    "reason_en": "No power today.",
}


@pytest.fixture
def admin(app: Flask, make: Factory) -> FlaskClient:
    """Return an administrator's browser."""
    make.site()
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.ADMIN))
    return browser


def turn(browser: FlaskClient, site_id: int, **fields: Any) -> int:
    """Turn a house's switch; return the answer's status."""
    seen = {"seen": seen_of(browser, site_id)}
    return browser.post(f"{PATH}/{site_id}", data={**STOPPED, **seen, **fields}).status_code


def seen_of(browser: FlaskClient, site_id: int) -> str:
    """Return how the form of a house says that it stands; nothing where it is not theirs."""
    told = browser.get(PATH, headers={"Accept": "application/json"}).get_json()
    return next((one["seen"] for one in told["houses"] if one["site"] == site_id), "")


def test_new_bookings_stop_with_the_reason_and_the_rest_goes_on(
    app: Flask, make: Factory, admin: FlaskClient
) -> None:
    show, member = make.performance(seats=6), make.member()
    held = services.hold(member, show.id, Wish(count=1), key="switch-held-1")
    bought = services.hold(member, show.id, Wish(count=1), key="switch-held-2", confirm=True)
    assert turn(admin, make.site().id) == 303

    with pytest.raises(SaleStopped):
        services.hold(member, show.id, Wish(count=1), key="switch-held-3")
    assert services.confirm(member, held.code).state is OrderState.SETTLED
    assert services.give_back(member, make.tickets(show)[0].code)
    assert bought.state is OrderState.SETTLED

    browser = app.test_client()
    make.sign_in(browser, member)
    page = browser.get(f"/performances/{show.id}").text
    assert "暂停预订" in page
    assert "今天停电。" in page
    assert f"/performances/{show.id}/hold" not in page
    answer = browser.post(
        f"/performances/{show.id}/hold", data={"count": "1", "key": "switch-held-4"}
    )
    assert answer.status_code == 409
    assert "今天停电。" in answer.text
    answer = browser.get("/", headers={"Accept": "application/json"}).get_json()
    assert answer["performances"][0]["state"] == "stopped"
    english = browser.get(f"/performances/{show.id}", headers={"Accept-Language": "en"}).text
    assert "No power today." in english


def test_a_house_that_goes_on_takes_bookings_at_once(make: Factory, admin: FlaskClient) -> None:
    show, member = make.performance(seats=2), make.member()
    assert turn(admin, make.site().id) == 303
    assert turn(admin, make.site().id, mode="normal") == 303
    assert services.hold(member, show.id, Wish(count=1), key="switch-again")


def at_branch(make: Factory) -> tuple[int, Performance]:
    """Return a branch and a performance there."""
    site, show = make.branch(), make.performance(seats=2)
    space = db.session.get_one(Space, show.space_id)
    space.site_id, space.site = site.id, site
    db.session.flush()
    return site.id, show


def test_a_branch_stops_alone_and_the_head_stops_all(make: Factory, admin: FlaskClient) -> None:
    (branch, there), here = at_branch(make), make.performance(seats=2)
    assert turn(admin, branch) == 303
    with pytest.raises(SaleStopped):
        services.hold(make.member(), there.id, Wish(count=1), key="switch-branch")
    assert services.hold(make.member(), here.id, Wish(count=1), key="switch-head-1")
    assert turn(admin, make.site().id) == 303
    assert turn(admin, branch, mode="normal") == 303
    for show in (there, here):
        with pytest.raises(SaleStopped):
            services.hold(make.member(), show.id, Wish(count=1), key="switch-head-2")


def test_pages_for_the_public_go_grey_and_those_of_staff_do_not(
    app: Flask, make: Factory, admin: FlaskClient
) -> None:
    show = make.performance(seats=2)
    assert turn(admin, make.site().id, mode="grey", reason_zh="") == 303
    visitor = app.test_client()
    for path in ("/", f"/performances/{show.id}", "/about", "/sign-in", "/nowhere"):
        assert 'data-mode="grey"' in visitor.get(path).text, path
    for path in ("/staff", PATH):
        assert "data-mode" not in admin.get(path).text
    assert services.hold(make.member(), show.id, Wish(count=1), key="switch-grey")


def test_a_branch_greys_the_pages_that_are_its_own(
    app: Flask, make: Factory, admin: FlaskClient
) -> None:
    (branch, there), here, member = at_branch(make), make.performance(seats=2), make.member()
    places = {
        show: services.hold(member, show.id, Wish(count=1), key=f"switch-of-{show.id}")
        for show in (there, here)
    }
    sold = services.hold(member, there.id, Wish(count=1), key="switch-sold", confirm=True)
    assert turn(admin, branch, mode="grey", reason_zh="今天公祭。") == 303
    browser = app.test_client()
    make.sign_in(browser, member)
    code = sold.tickets[0].code
    own = [f"/tickets/{code}", f"/tickets/{code}/return", f"/tickets/{code}/seat"]
    for show, order in places.items():
        of_show = [
            f"/performances/{show.id}",
            f"/performances/{show.id}/rows",
            f"/performances/{show.id}/wait",
            f"/productions/{show.production_id}",
            f"/orders/{order.code}",
            f"/?space={show.space.code}",
        ]
        for path in of_show + (own if show is there else []):
            page = browser.get(path)
            assert page.status_code == 200, path
            assert ('data-mode="grey"' in page.text) is (show is there), path
            assert ("今天公祭。" in page.text) is (show is there), path
    for path in ("/", "/mine", "/calendars", "/about"):
        assert "data-mode" not in browser.get(path).text, path


def test_a_production_is_grey_when_all_its_houses_are(
    app: Flask, make: Factory, admin: FlaskClient
) -> None:
    (branch, there), here = at_branch(make), make.performance(seats=2)
    there.production_id, there.production = here.production_id, here.production
    db.session.flush()
    assert turn(admin, branch, mode="grey") == 303
    path = f"/productions/{here.production_id}"
    assert "data-mode" not in app.test_client().get(path).text
    assert turn(admin, make.site().id, mode="grey") == 303
    assert 'data-mode="grey"' in app.test_client().get(path).text


def test_a_site_administrator_turns_their_own_only(app: Flask, make: Factory) -> None:
    branch, _ = at_branch(make)
    site = db.session.get_one(HouseRules, branch).site_id
    browser = app.test_client()
    own = db.session.scalars(select(Space.site_id).where(Space.site_id == site)).first()
    assert own
    staff = make.staff()
    staff_post = make.post(staff, Role.SITE_ADMIN)
    staff_post.site_id = site
    for post in list(db.session.scalars(select(type(staff_post)))):
        if post.role is Role.ADMIN and post.staff_id == staff.id:
            db.session.delete(post)
    db.session.flush()
    make.sign_in(browser, staff)
    assert turn(browser, make.site().id) == 404
    assert turn(browser, site) == 303
    body = browser.get(PATH, headers={"Accept": "application/json"}).get_json()
    assert [house["site"] for house in body["houses"]] == [site]


def test_stopping_wants_a_reason_and_keeps_what_was_typed(
    make: Factory, admin: FlaskClient
) -> None:
    answer = admin.post(
        f"{PATH}/{make.site().id}",
        data={
            **STOPPED,
            "reason_zh": " ",
            "reason_en": "Fire alarm",
            "seen": seen_of(admin, make.site().id),
        },
    )
    assert answer.status_code == 422
    assert "停预订要写原因" in answer.text
    assert "Fire alarm" in answer.text
    assert make.rules().mode is Mode.NORMAL
    assert turn(admin, make.site().id, mode="off") == 422
    assert turn(admin, make.site().id, reason_zh="字" * 101) == 422
    assert turn(admin, 999_999) == 404


def test_the_second_of_two_is_told_and_a_repeat_is_harmless(
    make: Factory, admin: FlaskClient
) -> None:
    site = make.site().id
    seen = seen_of(admin, site)
    assert turn(admin, site, seen=seen) == 303
    assert turn(admin, site, seen=seen) == 303
    answer = admin.post(f"{PATH}/{site}", data={**STOPPED, "mode": "grey", "seen": seen})
    assert answer.status_code == 409
    assert "刚有别人拨过" in answer.text
    assert make.rules().mode is Mode.STOPPED
    lines = db.session.scalars(select(AuditLine).where(AuditLine.act == "house_switched")).all()
    assert [(line.before, line.after, line.why) for line in lines] == [
        ({"mode": "normal"}, {"mode": "stopped"}, "今天停电。")
    ]


def test_how_houses_stand_is_read_once_in_two_seconds(app: Flask, make: Factory) -> None:
    make.site()
    with asked() as first:
        modes()
    with asked() as again:
        for _ in range(50):
            modes()
    make_old(app, "modes", MODES_FRESH)
    with asked() as later:
        modes()
    forget_modes()
    assert (len(first), len(again), len(later)) == (1, 0, 1)


def test_a_reason_somebody_else_wrote_meanwhile_is_shown_before_it_is_written_over(
    make: Factory, admin: FlaskClient
) -> None:
    site_id = make.site().id
    assert turn(admin, site_id) == 303
    seen = seen_of(admin, site_id)

    assert turn(admin, site_id, reason_zh="今天停水。", seen=seen) == 303
    answer = admin.post(f"{PATH}/{site_id}", data={**STOPPED, "reason_zh": "修电。", "seen": seen})

    assert answer.status_code == 409
    assert db.session.get_one(HouseRules, site_id).mode_reason_zh == "今天停水。"
