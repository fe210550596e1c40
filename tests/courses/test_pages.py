"""The catalogue, a class, taking a place and one's own page, as browsers and programs get them."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.factory import Factory
from tests.teaching import Teaching


def test_the_catalogue_says_what_is_left(client: FlaskClient, teaching: Teaching) -> None:
    offering = teaching.offering(places=2, name_zh="周三班", material_fee=3000)
    teaching.enrolment(offering)

    page = client.get("/courses").text
    assert "书法基础 周三班" in page
    assert "剩1个" in page
    assert "另收材料费30元" in page
    told = client.get("/offerings", headers={"Accept": "application/json"}).get_json()
    assert [(one["offering"], one["left"]) for one in told["offerings"]] == [(offering.id, 1)]


def test_three_taps_from_the_catalogue(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering, member = teaching.offering(), make.member()
    make.sign_in(client, member)

    assert f'href="/offerings/{offering.id}"' in client.get("/courses").text
    assert f'href="/offerings/{offering.id}/enrol"' in client.get(f"/offerings/{offering.id}").text
    assert "确认报名" in client.get(f"/offerings/{offering.id}/enrol").text
    done = client.post(f"/offerings/{offering.id}/enrol", data={"key": "abcdefgh1"})
    assert done.status_code == 303
    assert "报上了" in client.get(done.location).text
