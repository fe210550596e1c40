"""Names and phones of members on every page of everybody who works here: whole only where a table says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock, printing
from palace.joining import services as joining
from palace.joining.models import Application
from palace.lists.queries import known
from palace.members.models import Member, Staff
from palace.members.posts import OF_MEMBERS, OF_STAFF, OF_TROUPES
from palace.members.rules import Role
from palace.tickets.tokens import ticket_token
from palace.web import roles_of
from tests.factory import Factory
from tests.lending import Lending
from tests.privacy.conftest import NAME, NUMBER, PHONE, Regular
from tests.security.conftest import UNKNOWN_ID, address_of, addresses
from tests.teaching import Teaching

WAITING_NAME, WAITING_PHONE = "司徒望月", "13987654321"
WHOLE_NAME = {
    "books.invoices": "an invoice is made out to a whole name",
    "coursedesk.teachers": "who teaches is public by name; here the member teaches too",
    "rollcall.sheets": "whose month of lessons it is: a teacher's public name",
    "people.home": "the administrator sees which members have posts",
    "people.person": "the administrator gives somebody a post, found by their whole number",
    "people.find": "the administrator typed the whole number",
    "privacy.ask_erase_person": "the administrator erases the right person",
    "unions.members": "the unit's own list, brought by the unit",
    "unions.unit": "the organiser says whether this is one of the unit's members",
}
"""Where a whole name of somebody else may stand; a whole phone stands nowhere."""
NOT_FOR_WORK = {
    "members.messages": "the demonstration's telephone; no page of a real palace",
}
WITHOUT_PAGES = {Role.LEADER, Role.DEPUTY, Role.PARTNER}
"""Posts whose pages are still to come, or open to every member: whose troupe it is, the page looks up."""
JSON = {"Accept": "application/json"}


@pytest.fixture
def waiting(make: Factory, regular: Regular) -> Application:
    """Return the application of somebody who waits for the word of the regular's unit."""
    newcomer = make.member(WAITING_NAME, valid=False, phone=WAITING_PHONE)
    unit_id = regular.member.unit_id
    assert unit_id
    return joining.apply(newcomer, unit_id)


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave what would be printed as the HTML it is: a PDF's words could not be searched."""
    monkeypatch.setattr(printing, "_job", lambda _kind, html, *_rest: html.encode())


def pages(
    app: Flask, regular: Regular, waiting: Application, role: Role
) -> Iterator[tuple[str, str]]:
    """Yield endpoint and path of every page a role has, besides those everybody and members have."""
    values = {
        "performance_id": regular.performance.id,
        "person_id": regular.member.id,
        "kind": "member",
        "unit_id": regular.member.unit_id,
        "application_id": waiting.id,
        "task_id": UNKNOWN_ID,
    }
    for method, rule in addresses(app):
        fits = rule.arguments <= set(values) and role.value in roles_of(app, rule.endpoint)
        if method == "GET" and fits and rule.endpoint not in NOT_FOR_WORK:
            given = {name: values[name] for name in rule.arguments}
            yield rule.endpoint, address_of(app, rule, given)


def told(browser: FlaskClient, endpoint: str, path: str, fine: set[int]) -> str:
    """Return what a page says as HTML, as JSON and as a file."""
    answers = [browser.get(path), browser.get(path, headers=JSON)]
    if endpoint in known:
        answers.append(browser.get(f"{path}?format=csv"))
    assert {answer.status_code for answer in answers} <= fine, path
    return b"\n".join(answer.data for answer in answers).decode(errors="replace")


def worker(make: Factory, regular: Regular, role: Role, kind: str) -> Member | Staff:
    """Return somebody with this role, who is not the one whose name is looked for."""
    if role is Role.SITE_ADMIN:
        make.post(regular.member, Role.TEACHER, site=make.site())
    if kind == "staff":
        return make.staff(role)
    other = make.member("经办甲", phone="13700000007")
    if role in OF_TROUPES:
        lending = Lending(make)
        return lending.lead(lending.troupe("舞蹈团"), other, role)
    if role is Role.TEACHER:
        Teaching(make).teacher(other)
        return other
    unit = regular.member.unit if role is Role.UNIT else None
    make.post(other, role, unit=unit)
    return other


ROLES = [(role, "staff") for role in OF_STAFF] + [(role, "member") for role in OF_MEMBERS]


@pytest.mark.usefixtures("paper")
@pytest.mark.parametrize(("role", "kind"), ROLES)
def test_no_page_of_work_says_more_than_it_must(
    make: Factory, regular: Regular, waiting: Application, *, role: Role, kind: str
) -> None:
    app = make.app
    browser = app.test_client()
    make.sign_in(browser, worker(make, regular, role, kind))
    make.rules().exports_per_day = 100  # of every list there is
    make.commit()
    wrong, seen = [], 0
    no_teacher = role is Role.TEACHER and kind == "staff"  # no house lists them, as the page says
    for endpoint, path in pages(app, regular, waiting, role):
        if role is Role.SITE_ADMIN and endpoint == "desk.new_tier":
            continue  # tiers are the whole palace's, and the answer says so
        said = told(browser, endpoint, path, {200, 303, 404} if no_teacher else {200, 303})
        seen += 1
        named = NAME in said or WAITING_NAME in said
        wrong += [(endpoint, "name")] if named and endpoint not in WHOLE_NAME else []
        phones = [one for one in (PHONE, WAITING_PHONE, NUMBER) if one in said]
        wrong += [(endpoint, phone) for phone in phones]

    assert wrong == []
    assert (seen == 0) == (role in WITHOUT_PAGES)


def test_a_door_says_a_masked_name(app: Flask, make: Factory, regular: Regular) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.DOOR))
    regular.performance.doors_at = clock.now() - timedelta(minutes=1)
    make.commit()
    path = f"/door/{regular.performance.id}/admit"

    for how in ({"headers": JSON}, {}):
        said = browser.post(
            path, data={"code": ticket_token(regular.ticket), "gate": "main"}, **how
        )
        assert said.status_code == 200
        assert NAME not in said.text
        assert "欧**棠" in said.get_data(as_text=True) or "欧**棠" in str(
            said.get_json(silent=True)
        )


def test_only_the_administrator_finds_somebody_and_by_their_whole_number(
    app: Flask, make: Factory, waiting: Application
) -> None:
    browser = app.test_client()
    make.sign_in(browser, make.staff())
    make.commit()

    for typed, found in ((WAITING_PHONE, True), (WAITING_PHONE[-4:], False)):
        page = browser.post("/staff/people/find", data={"phone": typed}).text
        assert (WAITING_NAME in page) == found


def test_every_exception_is_a_page_and_says_why(app: Flask) -> None:
    endpoints = {rule.endpoint for _, rule in addresses(app)}
    assert set(WHOLE_NAME) | set(NOT_FOR_WORK) <= endpoints
    assert all(WHOLE_NAME.values())
