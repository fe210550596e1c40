"""Doors as people meet them: the screen, the scan, the button, the staff's pages."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.arrivals import services, tokens
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.rooms.states import OccurrenceState
from palace.venues.claims import occupy
from palace.venues.models import Site
from palace.venues.rules import Use
from tests.arrivals.conftest import DAY, JSON, MINUTE, Evening


def screen_of(evening: Evening) -> str:
    """Return the address a tablet opens."""
    return f"/doors/{evening.room.space_id}/screen?secret={tokens.screen_secret(evening.room)}"


def inside(evening: Evening, *networks: str) -> None:
    """Say which networks are the house's."""
    db.session.get_one(Site, evening.room.space.site_id).networks = list(networks)
    db.session.flush()


def test_a_screen_is_shown_to_who_has_its_secret_only(
    evening: Evening, client: FlaskClient
) -> None:
    bare = f"/doors/{evening.room.space_id}/screen"
    for address in (bare, f"{bare}?secret=", f"{bare}?secret={'a' * 32}", "/doors/999999/screen"):
        assert client.get(address).status_code == 404
    assert client.get(screen_of(evening)).status_code == 200
    services.renew_door(evening.room.space_id)
    old = f"{bare}?secret={tokens.screen_secret(evening.room)}"
    db.session.refresh(evening.room)
    assert client.get(screen_of(evening)).status_code == 200
    assert client.get(old).status_code in (200, 404)


def test_a_screen_says_what_is_on_and_what_comes(evening: Evening, client: FlaskClient) -> None:
    evening.lending.clock_at(DAY - timedelta(days=1), "10:00")
    second = evening.lending.troupe("职工舞蹈团")
    evening.lending.occurrence(evening.room, DAY, "15:00", 60, troupe=second)
    evening.at(-300)
    idle = client.get(screen_of(evening)).get_data(as_text=True)
    assert "现在空着" in idle
    assert "14:45前没有人约" in idle
    assert idle.index("职工舞蹈团") < idle.index("职工合唱团")
    assert "王指挥" not in idle

    evening.at(5)
    waits = client.get(screen_of(evening)).get_data(as_text=True)
    assert "还没有人签到。19:15前不签到，场地就放给别人。" in waits
    evening.arrive()
    assert "使用中" in client.get(screen_of(evening)).get_data(as_text=True)
    told = client.get(screen_of(evening), headers=JSON).get_json()
    assert told["running"]["name"] == "职工合唱团"
    assert told["running"]["waits_until"] is None


def test_at_the_instant_of_the_lapse_the_screen_says_free(
    evening: Evening, client: FlaskClient
) -> None:
    evening.at(15)
    assert "现在空着" in client.get(screen_of(evening)).get_data(as_text=True)


def test_a_court_shows_its_hour_and_no_name(evening: Evening, client: FlaskClient) -> None:
    court = evening.lending.court()
    mine = evening.lending.occurrence(court, DAY, "19:00", 60)
    evening.at(0)
    page = client.get(f"/doors/{court.space_id}/screen?secret={tokens.screen_secret(court)}")
    said = page.get_data(as_text=True)
    assert "已预约" in said
    assert mine.reservation.code not in said
    assert "张建华" not in said


def test_while_a_hall_is_prepared_it_is_not_said_to_be_free(
    evening: Evening, client: FlaskClient
) -> None:
    evening.at(-10)  # the fifteen minutes before each use
    assert "正在整理" in client.get(screen_of(evening)).get_data(as_text=True)
    evening.at(125)
    assert "现在空着" in client.get(screen_of(evening)).get_data(as_text=True)
    evening.at(-10)
    evening.arrive()
    evening.at(125)
    assert "正在整理" in client.get(screen_of(evening)).get_data(as_text=True)


def test_what_holds_a_part_of_a_hall_is_on_the_halls_screen(
    evening: Evening, client: FlaskClient
) -> None:
    atoms = [part.lower or 0 for part in evening.room.space.atoms]
    whole = evening.lending.room(atoms=[*atoms, 99_999])
    evening.at(0)
    page = client.get(f"/doors/{whole.space_id}/screen?secret={tokens.screen_secret(whole)}")
    assert "职工合唱团" in page.get_data(as_text=True)
    use = occupy(whole.space, Range(evening.at(-300), evening.at(-240)), Use.CLOSURE)
    assert use
    evening.at(-270)
    assert "闭馆" in client.get(screen_of(evening)).get_data(as_text=True)


def test_a_room_nobody_signs_in_to_has_no_code(evening: Evening, client: FlaskClient) -> None:
    evening.room.policy.sign_in = False
    db.session.flush()
    assert client.get(screen_of(evening), headers=JSON).get_json()["here"] is None
    assert "扫码签到" not in client.get(screen_of(evening)).get_data(as_text=True)


def test_two_taps_at_the_door(evening: Evening, phone: FlaskClient) -> None:
    evening.at(-5)
    page = phone.get(evening.scanned())
    assert page.status_code == 200
    said = page.get_data(as_text=True)
    assert "我们到了" in said
    fields = dict(re.findall(r'name="(code|date)" value="([^"]*)"', said))
    done = phone.post(f"/doors/{evening.room.space_id}/here", data=fields)
    assert done.status_code == 303
    assert done.location == f"/arrivals/{evening.date.id}"
    assert "18:55已签到" in phone.get(done.location).get_data(as_text=True)
    assert evening.own().occurrence.arrived_at


def test_a_program_needs_the_code_alone(evening: Evening, phone: FlaskClient) -> None:
    evening.at(0)
    code = tokens.screen_code(evening.room, clock.now())
    path = f"/doors/{evening.room.space_id}/here"
    done = phone.post(path, json={"code": code}, headers=JSON)
    assert (done.status_code, done.get_json()["stage"]) == (200, "here")
    assert phone.post(path, json={"code": code}, headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("code", "refusal"), [("", "not_at_the_door"), ("a" * 24, "door_code_stale")]
)
def test_without_the_doors_code_nobody_signs_in(
    evening: Evening, phone: FlaskClient, code: str, refusal: str
) -> None:
    evening.at(0)
    path = f"/doors/{evening.room.space_id}/here"
    for answer in (
        phone.get(f"{path}?code={code}", headers=JSON),
        phone.post(path, json={"code": code}, headers=JSON),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (409, refusal)
    assert evening.own().occurrence.arrived_at is None


def test_a_code_that_was_photographed_is_of_no_use_a_minute_later(
    evening: Evening, phone: FlaskClient
) -> None:
    evening.at(0)
    photo = evening.scanned()
    evening.at(1)
    stale = phone.get(photo)
    assert stale.status_code == 409
    assert "每30秒换一个" in stale.get_data(as_text=True)


def test_who_has_to_sign_in_to_the_palace_first_comes_back_with_ten_minutes(
    evening: Evening, client: FlaskClient
) -> None:
    evening.at(0)
    sent = client.get(evening.scanned())
    assert sent.status_code == 303
    client.get(sent.location)
    evening.at(9)
    evening.make.sign_in(client, evening.leader)
    back = re.search(r"next=([^&]+)", sent.location)
    assert back
    page = client.get(unquote(back[1]))
    assert "我们到了" in page.get_data(as_text=True)


def test_the_printed_code_counts_inside_the_houses_network_only(
    evening: Evening, phone: FlaskClient
) -> None:
    evening.at(0)
    code, path = tokens.printed_code(evening.room), f"/doors/{evening.room.space_id}/here"
    refused = phone.get(f"{path}?code={code}", headers=JSON)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "outside_network")
    inside(evening, "10.0.0.0/8")
    assert phone.post(path, json={"code": code}, headers=JSON).status_code == 409
    inside(evening, "10.0.0.0/8", "127.0.0.1/32")
    assert phone.get(f"{path}?code={code}").status_code == 200
    assert phone.post(path, json={"code": code}, headers=JSON).status_code == 200


def test_a_stranger_at_the_door_is_told_that_nothing_is_theirs(
    evening: Evening, client: FlaskClient
) -> None:
    evening.at(0)
    evening.make.sign_in(client, evening.make.member())
    assert "今天这间没有您的预约" in client.get(evening.scanned()).get_data(as_text=True)
    code = tokens.screen_code(evening.room, clock.now())
    path = f"/doors/{evening.room.space_id}/here"
    for fields in ({"code": code}, {"code": code, "date": str(evening.date.id)}):
        refused = client.post(path, json=fields, headers=JSON)
        assert (refused.status_code, refused.get_json()["code"]) == (409, "nothing_here")
    assert client.get(f"/arrivals/{evening.date.id}").status_code == 404
    assert client.post(f"/arrivals/{evening.date.id}/keep").status_code == 404


def test_too_late_at_the_door_is_said_on_the_page(evening: Evening, phone: FlaskClient) -> None:
    evening.at(14)
    said = phone.get(evening.scanned()).get_data(as_text=True)
    fields = dict(re.findall(r'name="(code|date)" value="([^"]*)"', said))
    evening.at(15)
    late = phone.post(f"/doors/{evening.room.space_id}/here", data=fields)
    assert late.status_code == 409
    assert "等到12月1日 周二 19:15没有人签到" in late.get_data(as_text=True)
    assert "场地还空着的话" in late.get_data(as_text=True)


def test_a_hall_is_signed_in_to_at_the_door_of_its_part(
    evening: Evening, client: FlaskClient
) -> None:
    atoms = [part.lower or 0 for part in evening.room.space.atoms]
    whole = evening.lending.room(atoms=[*atoms, 99_998])
    evening.lending.clock_at(DAY - timedelta(days=1), "10:00")
    troupe = evening.lending.troupe("大团")
    leader = evening.lending.leader(troupe)
    big = evening.lending.occurrence(whole, DAY, "10:00", 60, troupe=troupe, member=leader)
    evening.make.set_clock(big.starts_at)
    evening.make.sign_in(client, leader)
    assert "我们到了" in client.get(evening.scanned()).get_data(as_text=True)


def test_keeping_and_leaving_from_anywhere(evening: Evening, phone: FlaskClient) -> None:
    page = f"/arrivals/{evening.date.id}"
    evening.at(-30)
    assert "再等15分钟" not in phone.get(page).get_data(as_text=True)
    evening.at(10)
    assert "再等15分钟" in phone.get(page).get_data(as_text=True)
    assert phone.post(f"{page}/keep").status_code == 303
    again = phone.post(f"{page}/keep")
    assert again.status_code == 409
    assert "只能多留一次" in again.get_data(as_text=True)
    evening.at(29)
    evening.arrive()
    assert phone.post(f"{page}/leave", headers=JSON).get_json()["stage"] == "left"


def test_who_is_on_the_roster_alone_is_offered_no_keeping(
    evening: Evening, client: FlaskClient
) -> None:
    evening.at(0)
    evening.make.sign_in(client, evening.listed())
    page = f"/arrivals/{evening.date.id}"
    assert "再等15分钟" not in client.get(page).get_data(as_text=True)
    assert client.post(f"{page}/keep", headers=JSON).get_json()["code"] == "only_leaders"


def test_who_is_on_the_roster_alone_gives_the_room_back_at_its_door_only(
    evening: Evening, client: FlaskClient
) -> None:
    singer = evening.listed()
    evening.at(0)
    evening.make.sign_in(client, singer)
    evening.arrive(singer)
    page = f"/arrivals/{evening.date.id}"
    assert "再扫一次门口的码" in client.get(page).get_data(as_text=True)
    assert client.post(f"{page}/leave", headers=JSON).get_json()["code"] == "leave_at_door"
    assert "已恢复原状，我们走了" in client.get(evening.scanned()).get_data(as_text=True)

    here, code = evening.scanned().split("?code=")
    gone = {"date": str(evening.date.id), "leaves": "1"}
    stale = client.post(here, data=gone, headers=JSON)
    assert stale.get_json()["code"] == "not_at_the_door"
    assert client.post(here, data=gone | {"code": code}, headers=JSON).get_json()["stage"] == "left"


def test_a_clerk_signs_people_in_at_their_own_house_only(
    evening: Evening, client: FlaskClient
) -> None:
    evening.at(0)
    evening.make.sign_in(client, evening.make.staff(Role.COUNTER, site=evening.make.branch()))
    assert client.get("/staff/arrivals", headers=JSON).get_json() == {"dates": []}
    assert client.post(f"/staff/arrivals/{evening.date.id}/arrive").status_code == 404

    clerk = evening.make.staff(Role.COUNTER, site=evening.room.space.site)
    evening.make.sign_in(client, clerk)
    assert "替他们签到" in client.get("/staff/arrivals").get_data(as_text=True)
    assert client.post(f"/staff/arrivals/{evening.date.id}/arrive").status_code == 303
    assert evening.own().occurrence.arrived_by == f"staff:{clerk.id}"
    assert client.post(f"/staff/arrivals/{evening.date.id}/leave").status_code == 303
    late = client.post(f"/staff/arrivals/{evening.date.id}/arrive", headers=JSON)
    assert late.get_json()["code"] == "occurrence_over"


def test_what_was_called_off_is_not_at_the_door(evening: Evening, phone: FlaskClient) -> None:
    evening.date.state, evening.date.occupancy_id = OccurrenceState.CANCELLED, None
    db.session.flush()
    evening.at(0)
    assert "今天这间没有您的预约" in phone.get(evening.scanned()).get_data(as_text=True)


def test_administrators_see_links_and_set_networks(evening: Evening, client: FlaskClient) -> None:
    site = evening.room.space.site
    evening.make.sign_in(client, evening.make.staff(Role.ADMIN))
    told = client.get("/staff/doors", headers=JSON).get_json()
    [door] = [one for one in told["doors"] if one["space"] == evening.room.space_id]
    assert door["screen"].endswith(screen_of(evening))

    path = f"/staff/doors/networks/{site.id}"
    wrong = client.post(path, data={"networks": "10.1.0.0/16\n二楼"})
    assert wrong.status_code == 422
    assert "“二楼”不是网段" in wrong.get_data(as_text=True)
    assert "10.1.0.0/16\n二楼" in wrong.get_data(as_text=True)
    assert site.networks == []
    assert client.post(path, data={"networks": "10.1.2.3/16"}).status_code == 303
    db.session.refresh(site)
    assert site.networks == ["10.1.0.0/16"]
    [line] = db.session.scalars(select(AuditLine).where(AuditLine.act == "networks_set"))
    assert (line.before, line.after) == ({"networks": ""}, {"networks": "10.1.0.0/16"})


def test_new_codes_end_the_old_ones(evening: Evening, client: FlaskClient) -> None:
    old, printed = screen_of(evening), tokens.printed_code(evening.room)
    evening.make.sign_in(client, evening.make.staff(Role.ADMIN))
    assert client.post(f"/staff/doors/{evening.room.space_id}/renew").status_code == 303
    assert client.get(old).status_code == 404
    db.session.refresh(evening.room)
    assert client.get(screen_of(evening)).status_code == 200
    assert tokens.proven_by(printed, evening.room, clock.now()) is None


def test_a_houses_administrator_has_its_own_doors_only(
    evening: Evening, client: FlaskClient
) -> None:
    elsewhere = evening.make.branch()
    evening.make.sign_in(client, evening.make.staff(Role.SITE_ADMIN, site=elsewhere))
    told = client.get("/staff/doors", headers=JSON).get_json()
    assert [one["site"] for one in told["sites"]] == [elsewhere.id]
    assert told["doors"] == []
    space, site = evening.room.space_id, evening.room.space.site_id
    assert client.post(f"/staff/doors/{space}/renew").status_code == 404
    assert client.get(f"/staff/doors/{space}.pdf").status_code == 404
    assert client.post(f"/staff/doors/networks/{site}", data={}).status_code == 404


def test_the_screens_step_says_when_it_is_to_be_asked_again(
    evening: Evening, client: FlaskClient
) -> None:
    evening.make.set_clock(evening.starts_at + 0.2 * MINUTE)
    assert client.get(screen_of(evening), headers=JSON).get_json()["seconds"] == 18


def test_a_scan_is_not_renewed_by_itself(evening: Evening, phone: FlaskClient) -> None:
    evening.at(-15)
    path = f"/doors/{evening.room.space_id}/here"
    code = phone.get(evening.scanned(), headers=JSON).get_json()["code"]
    evening.at(-6)
    again = phone.get(f"{path}?code={code}", headers=JSON)
    assert again.get_json()["code"] == code
    evening.at(-4)
    assert phone.get(f"{path}?code={code}", headers=JSON).status_code == 409
