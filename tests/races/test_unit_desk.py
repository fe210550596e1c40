"""The caps of a unit's desk hold whoever of it presses at the same moment: by browsers, as people do."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from palace.db import db
from palace.joining import services as joining
from palace.joining.models import Application
from palace.joining.rules import Verdict
from palace.members.models import AuditLine, Member, Unit
from palace.members.rules import Role
from palace.members.units import UnitKind
from palace.notices.models import Notice
from palace.overload import AT_ONCE, Lane, Overload
from palace.reports.models import Export
from palace.roster.models import RosterImport
from tests.conftest import Browser
from tests.factory import Factory

HANDS, CAP = 16, 5
JSON = {"Accept": "application/json"}
Ask = Callable[[FlaskClient, int], tuple[int, str]]


@pytest.fixture(autouse=True)
def nobody_waits_at_the_door(live_app: Flask) -> Iterator[None]:
    """Let every hand in at once, as several web processes do together."""
    door = live_app.wsgi_app
    while not isinstance(door, Overload):
        door = door.app  # type: ignore[attr-defined]  # each has the next
    lanes, door.lanes = door.lanes, {name: Lane(HANDS, 0) for name in AT_ONCE}
    yield
    door.lanes = lanes


def organiser(live: Factory, *units: Unit) -> FlaskClient:
    """Return the browser of an organiser of units."""
    member, client = live.member("钱七"), Browser(live.app)
    for unit in units:
        live.post(member, Role.UNIT, unit=unit)
    live.sign_in(client, member)
    return client


def pressed(browsers: list[FlaskClient], ask: Ask) -> Counter[str]:
    """Let every browser ask at the same moment; count the refusals by code, "won" for the rest."""
    start = threading.Barrier(len(browsers))

    def press(number: int) -> str:
        start.wait(timeout=60)
        status, code = ask(browsers[number], number)
        assert status < 500, code
        return code if status >= 400 else "won"

    with ThreadPoolExecutor(len(browsers)) as pool:
        return Counter(pool.map(press, range(len(browsers)), timeout=110))


def told(answered: TestResponse) -> tuple[int, str]:
    """Return an answer's status, and its code where it is a refusal; a file is read to its end."""
    with answered:
        answered.get_data()
        status = answered.status_code
        return status, answered.get_json()["code"] if status >= 400 else ""


def counted(model: type, *where: ColumnElement[bool]) -> int:
    """Return how many rows of a table there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@pytest.fixture
def unit(live: Factory) -> Unit:
    """Return a firm's union in a palace whose desk's caps are low."""
    rules = live.rules()
    rules.unit_exports_per_day = rules.unit_uploads_per_day = CAP
    rules.unit_confirmations_per_day = CAP
    return live.unit()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_roster_leaves_as_often_as_the_cap_says(live: Factory, unit: Unit, kind: str) -> None:
    live.listed(unit, "李一")
    address, browsers = f"/unit/{unit.id}/members", [organiser(live, unit) for _ in range(HANDS)]
    live.commit()

    def ask(browser: FlaskClient, _number: int) -> tuple[int, str]:
        if kind == "csv":
            return told(browser.get(f"{address}?format=csv", headers=JSON))
        return told(browser.post("/staff/exports", data={"address": address}, headers=JSON))

    assert pressed(browsers, ask) == {"won": CAP, "list_left_often": HANDS - CAP}
    assert counted(Export) == CAP
    assert counted(AuditLine, AuditLine.act == "list_export_begun") == CAP


def test_one_person_s_own_cap_holds_at_the_same_desk(live: Factory, unit: Unit) -> None:
    live.rules().exports_per_day, live.rules().unit_exports_per_day = 3, 100
    member, address, hands = live.member("钱七"), f"/unit/{unit.id}/members", list[FlaskClient]()
    live.post(member, Role.UNIT, unit=unit)
    for _ in range(HANDS):
        hands.append(Browser(live.app))
        live.sign_in(hands[-1], member)
    live.commit()

    def ask(hand: FlaskClient, _number: int) -> tuple[int, str]:
        return told(hand.get(f"{address}?format=csv", headers=JSON))

    assert pressed(hands, ask) == {"won": 3, "exports_used_up": HANDS - 3}


def test_as_many_rosters_come_in_as_the_cap_says(live: Factory, unit: Unit) -> None:
    above = live.unit("出租汽车行业工会", UnitKind.TRADE)
    live.put_below(unit, above)
    desks = [unit, above]
    browsers = [organiser(live, desks[number % 2]) for number in range(HANDS)]
    addresses = [f"/unit/{desks[number % 2].id}/roster" for number in range(HANDS)]
    code = unit.code
    live.commit()

    def ask(browser: FlaskClient, number: int) -> tuple[int, str]:
        file = FileStorage(io.BytesIO(f"姓名,会员卡号\n李一,TY{number}\n".encode()), "名册.csv")
        form = {"file": file, "unit": code}
        return told(browser.post(addresses[number], data=form, headers=JSON))

    assert pressed(browsers, ask) == {"won": CAP, "uploads_used_up": HANDS - CAP}
    assert counted(RosterImport) == CAP
    assert counted(AuditLine, AuditLine.act == "roster_uploaded") == CAP


def applicants(live: Factory, unit: Unit) -> list[int]:
    """Return the applications of as many people as there are hands."""
    return [
        joining.apply(live.member(f"申请人{number}", valid=False), unit.id).id
        for number in range(HANDS)
    ]


def confirming(addresses: list[str]) -> Ask:
    """Return what confirms one applicant each."""

    def ask(browser: FlaskClient, number: int) -> tuple[int, str]:
        return told(browser.post(f"{addresses[number]}/confirm", headers=JSON))

    return ask


def confirmed() -> int:
    """Return how many were confirmed, as the roster, the notices and the audit say alike."""
    found = counted(Application, Application.verdict == Verdict.CONFIRMED)
    assert (
        counted(Member, Member.roster_entry_id.is_not(None), Member.name.like("申请人%")) == found
    )
    assert counted(Notice, Notice.kind == "unit_confirmed") == found
    assert counted(AuditLine, AuditLine.act == "unit_confirmed") == found
    return found


def test_as_many_are_confirmed_as_the_cap_says(live: Factory, unit: Unit) -> None:
    waiting = applicants(live, unit)
    browsers = [organiser(live, unit) for _ in range(HANDS)]
    addresses = [f"/unit/{unit.id}/applications/{one}" for one in waiting]
    live.commit()

    assert pressed(browsers, confirming(addresses)) == {
        "won": CAP,
        "confirmations_used_up": HANDS - CAP,
    }
    assert confirmed() == CAP


def test_the_desk_above_counts_what_the_desk_below_confirms_meanwhile(
    live: Factory, unit: Unit
) -> None:
    above = live.unit("出租汽车行业工会", UnitKind.TRADE)
    live.put_below(unit, above)
    waiting, desks = applicants(live, unit), [unit, above]
    browsers = [organiser(live, desks[number % 2]) for number in range(HANDS)]
    addresses = [
        f"/unit/{desks[number % 2].id}/applications/{one}" for number, one in enumerate(waiting)
    ]
    live.commit()

    assert pressed(browsers, confirming(addresses))["won"] == CAP
    assert confirmed() == CAP
