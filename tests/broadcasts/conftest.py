"""A house with members to tell, and two people who may tell them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.members.models import Staff
from palace.members.rules import Role
from tests.factory import Factory

NOON = time(12)
TEXT = {
    "title_zh": "新春游园",
    "title_en": "Spring fair",
    "body_zh": "正月初五，南宫广场。\n带会员卡。",
    "body_en": "On the fifth, in the square.",
    "audience": "members",
    "outside": "1",
}


@dataclass
class House:
    """Two people of the staff with browsers of their own."""

    make: Factory
    first: FlaskClient
    second: FlaskClient
    writer: Staff
    other: Staff


@pytest.fixture
def house(app: Flask, make: Factory) -> House:
    """Return a house at noon."""
    make.site()
    make.set_clock(clock.at(clock.palace_day(clock.now()), NOON))
    writer, other = make.staff(Role.PROGRAMME), make.staff(Role.ADMIN)
    first, second = app.test_client(), app.test_client()
    make.sign_in(first, writer)
    make.sign_in(second, other)
    return House(make, first, second, writer, other)
