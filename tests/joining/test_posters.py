"""Posters: made for a unit, printed with a QR that leads here, taken down."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.joining import queries
from palace.members.rules import Role
from tests.factory import Factory


@pytest.fixture
def office(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the administrator's browser."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    return client


def test_a_poster_is_made_where_it_will_hang(make: Factory, office: FlaskClient) -> None:
    unit = make.unit()
    form = {"unit": unit.id, "place": "北站出车口", "q": "出租"}
    assert office.post("/staff/posters", data=form).status_code == 303
    page = office.get("/staff/posters").get_data(as_text=True)
    assert "北站出车口" in page
    assert unit.name_zh in page


@pytest.mark.parametrize(("field", "value"), [("place", ""), ("place", "长" * 61), ("unit", "x")])
def test_a_bad_poster_is_told_so_and_nothing_typed_is_lost(
    make: Factory, office: FlaskClient, field: str, value: str
) -> None:
    form = {"unit": make.unit().id, "place": "总站食堂", "q": "出租"} | {field: value}
    refused = office.post("/staff/posters", data=form)
    assert refused.status_code == 422
    assert str(form["place"]) in refused.get_data(as_text=True)
    assert queries.posters() == []


def test_a_unit_that_is_none_makes_no_poster(make: Factory, office: FlaskClient) -> None:
    make.unit()
    refused = office.post("/staff/posters", data={"unit": "999999", "place": "门口", "q": "出租"})
    assert refused.status_code == 422
    assert "请从名单里选一个单位" in refused.get_data(as_text=True)
    assert queries.posters() == []


def test_a_poster_is_taken_down(make: Factory, office: FlaskClient) -> None:
    office.post("/staff/posters", data={"unit": make.unit().id, "place": "门口"})
    (poster,) = queries.posters()
    for _ in range(2):
        assert office.post(f"/staff/posters/{poster.code}/retire").status_code == 303
    assert queries.find_poster(poster.code) is None
    assert "已撤下" in office.get("/staff/posters").get_data(as_text=True)


def test_a_stranger_finds_no_poster(office: FlaskClient) -> None:
    assert office.get("/staff/posters/" + "a" * 20 + ".pdf").status_code == 404
