"""A class's lists on paper: everybody on them, as many sheets as they need, names for who may alone."""

from __future__ import annotations

import pytest
from flask import Flask

from palace.members.rules import Role
from tests.classes.conftest import a_class
from tests.classes.test_beside import browser_of
from tests.factory import Factory
from tests.printing.conftest import printer
from tests.teaching import Teaching
from tests.usage.test_paper import read

__all__ = ["printer"]
pytestmark = [pytest.mark.paper, pytest.mark.usefixtures("printer")]


def test_a_long_roster_goes_on_over_sheets(app: Flask, make: Factory, teaching: Teaching) -> None:
    room = a_class(make, teaching, people=60)
    answer = browser_of(app, make, room.teacher).get(f"/classes/{room.offering.id}/roster.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    text, _codes, sizes = read(answer.data)
    assert sizes == [(210, 297)] * 2
    assert text.count("签名") == 2
    for one in room.people:
        assert one.member.name in text
        assert str(one.member.phone) not in text


def test_an_attendance_sheet_has_every_session(
    app: Flask, make: Factory, teaching: Teaching
) -> None:
    room = a_class(make, teaching, people=25, sessions=16)
    office = browser_of(app, make, make.staff(Role.PROGRAMME))
    text, _codes, sizes = read(office.get(f"/classes/{room.offering.id}/attendance.pdf").data)
    assert set(sizes) == {(297, 210)}
    assert len(sizes) in (2, 4)
    for one in room.people:
        assert text.count(one.member.name) >= 2
    assert all(f"{number}" in text for number in range(1, 17))


def test_an_empty_class_prints_too(app: Flask, make: Factory, teaching: Teaching) -> None:
    room = a_class(make, teaching, people=0, sessions=0)
    office = browser_of(app, make, make.staff(Role.PROGRAMME))
    for name in ("roster", "attendance"):
        text, _codes, sizes = read(office.get(f"/classes/{room.offering.id}/{name}.pdf").data)
        assert len(sizes) == 1
        assert "还没有人" in text
