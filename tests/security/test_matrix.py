"""Every address × every role × own, foreign, unknown, anonymous."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace.members.models import Member, Staff
from palace.members.posts import OF_MEMBERS, OF_STAFF, OF_TROUPES
from palace.members.rules import Role
from palace.web import roles_of
from tests.factory import Factory
from tests.lending import Lending
from tests.security.conftest import UNKNOWN_ID, Belongings, address_of, addresses, own_something

REQUEST_ID = re.compile(r"[0-9a-f]{8,16}")
PRINTED = {
    "certificates.pdf",
    "tickets.ticket_pdf",
    "tickets.ticket_png",
    "usage.class_slip",
    "usage.class_wait_slip",
    "usage.slip",
    "usage.waiting_slip",
    "usage.week_pdf",
}
EVERYBODY = "everybody"
SIGN_OUT = {"members.sign_out", "members.sign_out_everywhere", "staff.sign_out"}


def test_strangers_reach_public_addresses_only(
    app: Flask, client: FlaskClient, belongings: Belongings
) -> None:
    wrong = []
    for method, rule in addresses(app):
        if EVERYBODY in roles_of(app, rule.endpoint):
            continue
        answer = client.open(address_of(app, rule, belongings.values(rule)), method=method)
        if answer.status_code != 303 or "/sign-in" not in answer.headers["Location"]:
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def person_with(make: Factory, belongings: Belongings, role: Role, kind: str) -> Member | Staff:
    """Return somebody who has this role alone, apart from being a member."""
    if kind != "member":
        return make.staff(Role.COUNTER if role is Role.ACTING else role)
    if role is not Role.MEMBER:
        if role in OF_TROUPES:
            Lending(make).lead(belongings.lent.troupe, belongings.member, role)
        else:
            make.post(belongings.member, role, unit=make.unit() if role is Role.UNIT else None)
    return belongings.member


ACTING = (Role.ACTING, "acting")
WHO = (
    [ACTING]
    + [(role, "staff") for role in OF_STAFF]
    + [(role, "member") for role in (Role.MEMBER, *OF_MEMBERS)]
)

OF_THE_WHOLE_PALACE = {
    f"desk.{act}"
    for act in ("new_tier", "add_tier", "set_tier", "end_tier", "resume_tier", "remove_tier")
} | {"troupedesk.add_season", "troupedesk.publish"}
"""What whose word ends at a house may read, and not change."""


def test_the_matrix_knows_every_role() -> None:
    assert {role for role, _ in WHO} == set(Role)


@pytest.mark.parametrize(("role", "kind"), WHO)
def test_other_roles_are_refused_and_own_roles_are_not(
    app: Flask, make: Factory, belongings: Belongings, role: Role, kind: str
) -> None:
    wrong = []
    person = person_with(make, belongings, role, kind)
    own = {role.value} | {"member": {"member"}, "acting": {"counter"}}.get(kind, set())
    acting_for = belongings.member if kind == "acting" else None
    for method, rule in addresses(app):
        roles = roles_of(app, rule.endpoint)
        if EVERYBODY in roles:
            continue
        browser = app.test_client()
        make.sign_in(browser, person, acting_for=acting_for)
        answer = browser.open(address_of(app, rule, belongings.values(rule)), method=method)
        refused = answer.status_code == 403
        above = role is Role.SITE_ADMIN and rule.endpoint in OF_THE_WHOLE_PALACE
        own_here = bool(own & set(roles)) and not above
        if refused == own_here or answer.status_code in (401, 500):
            wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


OF_SOMEBODY = {"code": "a" * 20, "troupe_id": UNKNOWN_ID, "occurrence_id": UNKNOWN_ID}
"""What is somebody's own, by the words of addresses, and what is nobody's."""


def test_somebody_elses_things_are_told_like_unknown_ones(
    app: Flask, make: Factory, belongings: Belongings
) -> None:
    """A link that everybody may open is nobody's: a unit passes it on in its group."""
    wrong = []
    other = own_something(make)
    Lending(make).lead(other.lent.troupe, other.member)
    shared = {one.rule for _, one in addresses(app) if EVERYBODY in roles_of(app, one.endpoint)}
    for method, rule in addresses(app):
        nobodys = {word: of for word, of in OF_SOMEBODY.items() if word in rule.arguments}
        if not nobodys or Role.MEMBER.value not in roles_of(app, rule.endpoint):
            continue
        if rule.rule in shared:
            continue
        browser = app.test_client()
        make.sign_in(browser, other.member)
        values = belongings.values(rule)
        theirs, nowhere = (address_of(app, rule, values | of) for of in ({}, nobodys))
        foreign, unknown = (browser.open(one, method=method) for one in (theirs, nowhere))
        told = REQUEST_ID.sub("", foreign.text.replace(theirs, nowhere))
        same = told == REQUEST_ID.sub("", unknown.text)
        if foreign.status_code != 404 or unknown.status_code != 404 or not same:
            wrong.append((method, rule.rule, foreign.status_code, unknown.status_code))
    assert wrong == []


def test_every_answer_is_hardened_and_personal_ones_are_not_stored(
    app: Flask, make: Factory, belongings: Belongings
) -> None:
    wrong = []
    for method, rule in addresses(app):
        if rule.endpoint in SIGN_OUT | PRINTED:
            continue
        browser = app.test_client()
        make.sign_in(browser, belongings.member)
        headers = browser.open(
            address_of(app, rule, belongings.values(rule)), method=method
        ).headers
        policy = headers.get("Content-Security-Policy", "")
        sealed = headers.get("X-Content-Type-Options") == "nosniff" and "unsafe" not in policy
        kept = headers.get("Cache-Control", "")
        stored = not any(word in kept for word in ("private", "no-store", "no-cache"))
        if not sealed or "default-src 'none'" not in policy or stored:
            wrong.append((method, rule.rule, headers.get("Cache-Control")))
    assert wrong == []
