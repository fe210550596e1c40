"""短信模板: what a provider's form wants, the number it gives, and two people at one of them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from palace.care import services as care
from palace.config import Settings
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.notices.senders import KINDS
from tests.factory import Factory
from tests.members.browser import JSON
from tests.notices.conftest import approve

TEMPLATES = "/staff/notices/templates"


@pytest.fixture
def admin(make: Factory, client: FlaskClient, real_house: Settings) -> FlaskClient:
    """Return an administrator's browser in a real house."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    return client


def put(admin: FlaskClient, template: str, seen: str = "", **more: str) -> tuple[int, str]:
    """Set the number of a kind; return the status and the code of a refusal."""
    sent = {"kind": "missed", "language": "zh", "template": template, "seen": seen} | more
    answer = admin.post(TEMPLATES, json=sent, headers=JSON)
    return answer.status_code, answer.get_json().get("code", "")


def test_texts_are_shown_as_the_provider_wants_them(admin: FlaskClient) -> None:
    page = admin.get(TEMPLATES).text

    assert "${title}，${starts_at}，${count}张票已出" in page
    assert "SMS" not in page
    assert put(admin, "SMS_123") == (200, "")
    assert 'value="SMS_123"' in admin.get(TEMPLATES).text


def test_of_two_people_the_second_is_told_and_nothing_is_overwritten(admin: FlaskClient) -> None:
    assert put(admin, "SMS_1") == (200, "")
    assert put(admin, "SMS_2") == (409, "template_moved")
    assert put(admin, "SMS_2", seen="SMS_1") == (200, "")
    assert put(admin, "", seen="SMS_2") == (200, "")
    acts = db.session.query(AuditLine).filter_by(act="template_set").count()
    assert acts == 3


@pytest.mark.parametrize("typed", ["x" * 41, "SMS 1", "<b>", "模板"])
def test_what_is_no_number_is_refused_and_kept(admin: FlaskClient, typed: str) -> None:
    sent = {"kind": "missed", "language": "zh", "template": typed, "seen": ""}
    answer = admin.post(TEMPLATES, data=sent)

    assert answer.status_code == 422
    assert typed[:10] in answer.text or "&lt;b&gt;" in answer.text


def test_no_such_kind_or_language(admin: FlaskClient) -> None:
    assert put(admin, "SMS_1", kind="nothing")[0] == 422
    assert put(admin, "SMS_1", language="fr")[0] == 422


def test_a_demonstration_needs_no_numbers(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))

    assert client.get(TEMPLATES).status_code == 200
    assert put(client, "SMS_1")[0] == 404


def lines(make: Factory) -> dict[str, bool]:
    """Return what health says of messages."""
    return {line.name: line.well for line in care.health()}


def test_health_is_red_for_missing_templates_only_and_names_them(
    admin: FlaskClient, make: Factory
) -> None:
    told = {line.name: line for line in care.health()}
    assert not told["短信模板"].well
    assert "missed" in str(told["短信模板"].values["kinds"])
    assert told["短信"].well

    for kind in KINDS:
        approve(kind, "zh")
    assert lines(make)["短信模板"]
