"""The pages of both desks and of the link: what they show, keep and refuse, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.blocks import queries, services
from palace.blocks.models import Block, NameList
from palace.blocks.services.placing import Places
from palace.db import db
from palace.members.models import Member, Unit
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.tickets.models import Ticket
from tests.blocks.conftest import give, listed_in, member_of
from tests.factory import Factory

JSON = {"Accept": "application/json"}


@pytest.fixture
def manager(make: Factory, client: FlaskClient, unit: Unit) -> FlaskClient:
    """Return the browser of somebody of the programme desk."""
    make.sign_in(client, make.staff(Role.PROGRAMME))
    return client


@pytest.fixture
def desk(make: Factory, client: FlaskClient, organiser: Member) -> FlaskClient:
    """Return the organiser's browser."""
    make.sign_in(client, organiser)
    return client


def path_of(show: Performance) -> str:
    """Return the page of a show's blocks."""
    return f"/staff/programme/performances/{show.id}/blocks"


def told(browser: FlaskClient, path: str) -> Any:
    """Return what an address tells an outside program."""
    return browser.get(path, headers=JSON).get_json()


def wish(make: Factory, show: Performance, unit: Unit, **other: object) -> dict[str, object]:
    """Return a form that gives a unit two seats."""
    release = (show.starts_at - timedelta(days=2)).astimezone(clock.SHANGHAI)
    return {
        "q": "出租",
        "unit": str(unit.id),
        "tier": str(make.tier().id),
        "count": "2",
        "way": "any",
        "per_member": "1",
        "releases": f"{release:%Y-%m-%dT%H:%M}",
        "key": "a-key-of-it",
    } | other


def test_the_manager_finds_a_unit_and_gives_it_seats(
    make: Factory, manager: FlaskClient, unit: Unit
) -> None:
    show = make.performance(seats=4)
    page = manager.get(f"{path_of(show)}?q=出租").text
    assert unit.name_zh in page
    early = f"{(show.starts_at - timedelta(hours=48)).astimezone(clock.SHANGHAI):%Y-%m-%dT%H:%M}"
    assert f'value="{early}"' in page
    assert manager.post(path_of(show), data=wish(make, show, unit)).status_code == 303
    assert "还剩2张" in manager.get(path_of(show)).text


def test_whole_rows_and_seats_are_marked(make: Factory, manager: FlaskClient, unit: Unit) -> None:
    show = make.performance(seats=[3, 3])
    page = manager.get(f"{path_of(show)}?q=出租&marks=1").text
    assert 'value="ST:2"' in page
    form = wish(make, show, unit, rows="ST:2", seats=["ST-01-01", "ST-02-01"])
    assert manager.post(path_of(show), data=form).status_code == 303
    block = db.session.scalars(select(Block)).one()
    codes = [seat.code for seat in queries.seats_of(block)]
    assert codes == ["ST-01-01", "ST-02-01", "ST-02-02", "ST-02-03"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"unit": ""}, "请先选一个单位"),
        ({"releases": "明天"}, "请写日期和时间"),
        ({"releases": "2020-01-01T10:00"}, "收回时间要在现在以后"),
        ({"count": "9"}, "空着的只有 4 个"),
        ({"count": ""}, "请先选座位"),
        ({"per_member": "0"}, "每人1到20张"),
    ],
)
def test_what_was_typed_stays_where_it_is_refused(
    make: Factory, manager: FlaskClient, unit: Unit, typed: dict[str, str], words: str
) -> None:
    show = make.performance(seats=4)
    answer = manager.post(path_of(show), data=wish(make, show, unit) | typed)
    assert answer.status_code == (409 if typed.get("count") == "9" else 422)
    assert words in answer.text
    assert f'value="{unit.id}" checked' in answer.text
    if "releases" in typed:
        assert f'value="{typed["releases"]}"' in answer.text
    else:
        assert re.search(r'name="releases" value="\d{4}-', answer.text)


def test_a_manager_of_one_site_has_that_site_s_shows_only(
    make: Factory, client: FlaskClient, unit: Unit
) -> None:
    show = make.performance(seats=4)
    block = give(make, show, unit)
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.branch()))
    for path in (path_of(show), f"/staff/blocks/{block.id}"):
        assert client.get(path).status_code == 404
    assert client.post(f"/staff/blocks/{block.id}/release").status_code == 404
    assert client.get("/staff/blocks", headers=JSON).json == {"blocks": []}


def test_the_counter_sees_and_does_not_change(
    make: Factory, client: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=4), unit)
    services.print_paper(block.id, 1, "paper-key", "member:1")
    make.sign_in(client, make.staff(Role.COUNTER))
    assert unit.name_zh in client.get("/staff/blocks").text
    page = client.get(f"/staff/blocks/{block.id}").text
    assert "打印这1张票" in page
    assert "改成这样" not in page
    assert client.post(f"/staff/blocks/{block.id}/release").status_code == 403


def test_a_block_is_changed_and_taken_back(make: Factory, manager: FlaskClient, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 2)
    here = f"/staff/blocks/{block.id}"
    page = manager.get(here).text
    shown = re.search(r'name="shown" value="([^"]+)"', page)
    assert shown
    form = wish(make, block.performance, unit, count="3", shown=shown[1])
    assert manager.post(here, data=form).status_code == 303
    stale = manager.post(here, data=form | {"count": "1"})
    assert (stale.status_code, "刚才有人改过" in stale.text) == (409, True)
    again = re.search(r'name="shown" value="([^"]+)"', stale.text)
    assert again
    assert again[1] != shown[1]
    assert manager.post(f"{here}/release").status_code == 303
    assert "放回3张" in manager.get(here).text


def test_the_organiser_s_desk_is_her_unit_s_and_what_is_below(
    make: Factory, desk: FlaskClient, unit: Unit
) -> None:
    below = make.unit("车间小组")
    unit.kind = unit.kind.TRADE
    db.session.flush()
    make.put_below(below, unit)
    own = give(make, make.performance(seats=2), below)
    foreign = give(make, make.performance(seats=2), make.unit("别的公司工会"))
    assert [one["block"] for one in told(desk, "/unit/blocks")["blocks"]] == [own.id]
    assert desk.get(f"/unit/blocks/{own.id}").status_code == 200
    for method, path in (
        ("GET", ""),
        ("GET", "/poster.pdf"),
        ("GET", "/tickets.pdf"),
        ("GET", "/sheet.pdf"),
        ("POST", "/link"),
        ("POST", "/turn"),
        ("POST", "/lists"),
        ("POST", "/paper"),
        ("POST", "/paper/names"),
        ("POST", "/paper/aaaaaaaaaaaaaaaaaaaa/return"),
    ):
        form = {"names": "甲一", "count": "1", "key": "abcdefgh", "turn": ""}
        answer = desk.open(f"/unit/blocks/{foreign.id}{path}", method=method, data=form)
        assert answer.status_code == 404, path


def test_the_link_is_on_the_desk_and_renewed(make: Factory, desk: FlaskClient, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    here = f"/unit/blocks/{block.id}"
    assert f"/b/{block.code}" in desk.get(here).text
    old = block.code
    assert desk.post(f"{here}/link").status_code == 303
    db.session.expire_all()
    assert desk.get(f"/b/{old}").status_code == 404
    assert desk.get(f"/b/{block.code}").status_code == 200


def test_the_hour_is_set_and_kept_where_it_is_refused(
    make: Factory, desk: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit)
    here = f"/unit/blocks/{block.id}/turn"
    refused = desk.post(here, data={"turn": "2020-01-01T10:00"})
    assert refused.status_code == 422
    assert 'value="2020-01-01T10:00"' in refused.text
    soon = (clock.now() + timedelta(hours=3)).astimezone(clock.SHANGHAI)
    assert desk.post(here, data={"turn": f"{soon:%Y-%m-%dT%H:%M}"}).status_code == 303
    assert "按报名先后分票" in desk.get(f"/unit/blocks/{block.id}").text


def test_a_list_is_checked_then_given_and_its_results_stay(
    make: Factory, desk: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit)
    listed_in(make, unit, "甲一")
    twins = [listed_in(make, unit, "同名人") for _ in range(2)]
    here = f"/unit/blocks/{block.id}/lists"
    sent = desk.post(here, data={"names": "甲一\n同名人\n没这人"})
    names = db.session.scalars(select(NameList)).one()
    assert sent.headers["Location"].endswith(f"/lists/{names.id}")
    page = desk.get(f"{here}/{names.id}").text
    assert "不在本单位名册上" in page
    assert "请选是哪一位" in page
    assert all(twin.card_number not in page for twin in twins)
    refused = desk.post(f"{here}/{names.id}", data={"picks": f"2:{twins[1].id}"})
    assert refused.status_code == 422
    assert f'value="2:{twins[1].id}" selected' in refused.text
    form = {"picks": ["", f"2:{twins[1].id}"], "consent": "1"}
    assert desk.post(f"{here}/{names.id}", data=form).status_code == 303
    assert "发出2张" in desk.get(f"{here}/{names.id}").text
    again = desk.post(f"{here}/{names.id}", data=form)
    assert (again.status_code, "已经发过票了" in again.text) == (409, True)
    assert len(db.session.scalars(select(Ticket)).all()) == 2


def test_no_names_at_all(make: Factory, desk: FlaskClient, unit: Unit) -> None:
    block = give(make, make.performance(seats=2), unit)
    answer = desk.post(f"/unit/blocks/{block.id}/lists", data={"names": " \n"})
    assert answer.status_code == 422
    assert "请贴上姓名" in answer.text


def test_paper_from_the_desk(make: Factory, desk: FlaskClient, unit: Unit) -> None:
    block = give(make, make.performance(seats=4), unit, 3)
    here = f"/unit/blocks/{block.id}"
    few = desk.post(f"{here}/paper", data={"count": "9", "key": "paper-key-0"})
    assert few.status_code == 409
    assert 'value="9"' in few.text
    assert desk.post(f"{here}/paper", data={"count": "2", "key": "paper-key-1"}).status_code == 303
    assert desk.post(f"{here}/paper/names", data={"names": "甲一\n乙二"}).status_code == 303
    page = desk.get(here).text
    assert "乙二" in page
    code = db.session.scalars(select(Ticket.code).order_by(Ticket.id)).first()
    assert desk.post(f"{here}/paper/{code}/return").status_code == 303
    assert "还剩2张" in desk.get(here).text


def test_a_stranger_reads_what_it_is_and_signs_in(
    make: Factory, client: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit)
    page = client.get(f"/b/{block.code}").text
    assert unit.name_zh in page
    assert "登录，领一张" in page
    sent = client.post(f"/b/{block.code}", headers={"Referer": f"http://localhost/b/{block.code}"})
    assert sent.status_code == 303
    assert f"next=/b/{block.code}" in sent.headers["Location"]


def test_one_tap_from_the_link_to_the_ticket(
    make: Factory, client: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit)
    make.sign_in(client, member_of(make, unit))
    key = re.search(r'name="key" value="([^"]+)"', client.get(f"/b/{block.code}").text)
    assert key
    sent = client.post(f"/b/{block.code}", data={"key": key[1]})
    assert "/tickets/" in sent.headers["Location"]
    again = client.post(f"/b/{block.code}", data={"key": key[1]})
    assert (again.status_code, again.headers["Location"]) == (303, sent.headers["Location"])
    again = client.post(f"/b/{block.code}", data={"key": "another-key"})
    assert (again.status_code, "您已经领过了" in again.text) == (409, True)
    assert "看我的票" in client.get(f"/b/{block.code}").text


def test_names_are_not_written_on_other_paper_than_the_page_had(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    block = give(make, make.performance(seats=4), unit, 3)
    services.print_paper(block.id, 3, "print-key-1", "member:1")
    make.sign_in(client, organiser)
    here = f"/unit/blocks/{block.id}"
    shown = re.search(r'name="shown" value="([^"]+)"', client.get(here).text)
    assert shown
    first = next(one for one in queries.given(block) if one.paper)
    services.return_paper(block.id, first.ticket.code)
    sent = {"names": "甲一\n乙二\n丙三", "shown": shown[1]}

    refused = client.post(f"{here}/paper/names", data=sent)

    assert (refused.status_code, "甲一\n乙二\n丙三" in refused.text) == (409, True)
    assert [one.name for one in queries.given(block)] == ["", ""]
    again = re.search(r'name="shown" value="([^"]+)"', refused.text)
    assert again
    sent = {"names": "乙二\n丙三", "shown": again[1]}
    assert client.post(f"{here}/paper/names", data=sent).status_code == 303
    assert [one.name for one in queries.given(block)] == ["乙二", "丙三"]


def test_a_first_ticket_without_a_name_is_an_empty_line_in_a_browser_too(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    block = give(make, make.performance(seats=4), unit, 2)
    services.print_paper(block.id, 2, "print-key-1", "member:1")
    services.name_paper(block.id, ["", "乙二"])
    make.sign_in(client, organiser)
    page = client.get(f"/unit/blocks/{block.id}").text
    written = re.search(r'<textarea id="paper-names"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    assert written  # browsers drop a line end that follows the tag
    assert written[1].splitlines() == ["", "乙二"]


def test_each_refusal_is_a_sentence_on_the_page(
    make: Factory, client: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit)
    make.sign_in(client, member_of(make, make.unit("别的公司工会")))
    page = client.get(f"/b/{block.code}").text
    assert f"这批票是给{unit.name_zh}的" in page
    refused = client.post(f"/b/{block.code}", data={"key": "abcdefgh"})
    assert refused.status_code == 403
    make.sign_in(client, make.member(valid=False))
    assert "选我的单位" in client.get(f"/b/{block.code}").text


def test_signing_up_is_told_with_the_place_on_the_list(
    make: Factory, client: FlaskClient, unit: Unit
) -> None:
    block = give(make, make.performance(seats=2), unit)
    services.set_turn(block.id, clock.now() + timedelta(hours=2))
    make.sign_in(client, member_of(make, unit))
    assert client.post(f"/b/{block.code}", data={"key": "abcdefgh"}).status_code == 303
    assert "排第1位" in client.get(f"/b/{block.code}").text
    shown = told(client, f"/b/{block.code}")
    assert (shown["state"], shown["rank"], shown["left"]) == ("signed_up", 1, 2)


def test_a_block_of_marked_seats_in_json(make: Factory, manager: FlaskClient, unit: Unit) -> None:
    show = make.performance(seats=4)
    asked = wish(make, show, unit, seats=["ST-01-04"], releases=show.starts_at.isoformat())
    sent = manager.post(path_of(show), json=asked, headers=JSON)
    assert sent.status_code == 201
    assert sent.json is not None
    assert (sent.json["places"], sent.json["left"]) == (1, 1)
    assert Places(seats=("ST-01-04",)).wanted == 1
