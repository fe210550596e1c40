"""The desk's pages, the slip's link and the field: what they show, keep and refuse, without scripts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.codes import services
from palace.codes.models import Code, CodeBatch
from palace.codes.rules import in_groups
from palace.db import db
from palace.members.models import AuditLine, Member
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.text import N_
from tests.codes.conftest import a_batch, batch_of, texts
from tests.factory import Factory

JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of somebody of the programme desk."""
    make.sign_in(client, make.staff(Role.PROGRAMME))
    return client


@pytest.fixture
def member(make: Factory, client: FlaskClient) -> Member:
    """Return a member who is signed in."""
    one = make.member()
    make.sign_in(client, one)
    return one


def path_of(show: Performance) -> str:
    """Return the page of a show's codes."""
    return f"/staff/programme/performances/{show.id}/codes"


def wish(show: Performance, **other: object) -> dict[str, object]:
    """Return a form that makes three codes with seats."""
    ends = (show.starts_at - timedelta(hours=1)).astimezone(clock.SHANGHAI)
    return {
        "label": "合作媒体",
        "reason": "sponsor",
        "count": "3",
        "each": "1",
        "keeps": "1",
        "ends": f"{ends:%Y-%m-%dT%H:%M}",
        "key": "a-key-of-it",
    } | other


def test_the_desk_makes_codes_and_prints_them_from_the_batch(
    make: Factory, desk: FlaskClient
) -> None:
    show = make.performance(seats=6)
    assert "做一批新的" in desk.get(path_of(show)).text
    made = desk.post(path_of(show), data=wish(show))
    assert made.status_code == 303
    page = desk.get(made.headers["Location"]).text
    assert "打印没用的3个码" in page
    assert "赞助" in page
    assert "合作媒体" in desk.get("/staff/codes").text


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"label": ""}, 422, "请写给谁"),
        ({"count": "0"}, 422, "请写要几个码，1到500"),
        ({"count": "501"}, 422, "请写要几个码，1到500"),
        ({"each": "21"}, 422, "请写一个码几张票，1到20"),
        ({"count": "200", "each": "11"}, 422, "一批最多2000张"),
        ({"ends": "明天"}, 422, "请写日期和时间"),
        ({"ends": "2020-01-01T10:00"}, 422, "用到的时间要在现在以后"),
        ({"keeps": ""}, 422, "码要有用处"),
        ({"count": "7"}, 409, "空着的只有 6 个，留不了 7 个"),
    ],
)
def test_what_was_typed_stays_where_it_is_refused(
    make: Factory, desk: FlaskClient, typed: dict[str, str], status: int, words: str
) -> None:
    show = make.performance(seats=6)
    sent = wish(show) | typed
    answer = desk.post(path_of(show), data=sent)
    assert answer.status_code == status
    assert words in answer.text
    assert f'value="{sent["ends"]}"' in answer.text
    assert f'value="{sent["label"]}"' in answer.text
    assert 'value="sponsor" checked' in answer.text
    assert not db.session.scalars(select(CodeBatch)).all()


def test_space_alone_is_nothing_and_no_number(
    make: Factory, client: FlaskClient, desk: FlaskClient
) -> None:
    show = make.performance(seats=6)
    assert desk.post(path_of(show), data=wish(show, tier=" ")).status_code == 303
    make.sign_in(client, make.member())
    answer = client.post("/codes", data={"code": "abcd-efgh", "performance": " "})
    assert answer.status_code == 404
    assert WRONG in answer.text


def test_another_site_s_desk_finds_no_batch(make: Factory, client: FlaskClient) -> None:
    batch, _ = a_batch(make)
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.branch()))
    for path in ("", "/list", "/slips.pdf"):
        assert client.get(f"/staff/codes/{batch.id}{path}").status_code == 404
    assert client.post(f"/staff/codes/{batch.id}/stop").status_code == 404
    assert client.get(path_of(batch.performance)).status_code == 404


def test_the_list_says_who_used_a_code_masked_and_the_file_has_the_codes(
    make: Factory, desk: FlaskClient
) -> None:
    batch, code = a_batch(make)
    services.redeem(code, make.member("李小明"))
    here = f"/staff/codes/{batch.id}/list"
    page = desk.get(here).text
    assert "李*明" in page
    assert "李小明" not in page
    assert in_groups(code) not in page
    assert in_groups(code) not in desk.get(here, headers=JSON).text
    file = desk.get(f"{here}?format=csv").text
    assert all(in_groups(text) in file for text in texts(batch, 3))
    told = desk.get(f"{here}?state=used", headers=JSON).get_json()
    assert [row["number"] for row in told["rows"]] == [1]


def test_stopped_the_batch_says_so_and_prints_nothing(make: Factory, desk: FlaskClient) -> None:
    batch, _ = a_batch(make)
    assert desk.post(f"/staff/codes/{batch.id}/stop").status_code == 303
    page = desk.get(f"/staff/codes/{batch.id}").text
    assert "停用" in page
    assert "作废3个" in page
    answer = desk.get(f"/staff/codes/{batch.id}/slips.pdf")
    assert answer.status_code == 409
    assert "没有能印的" in answer.text


@pytest.mark.paper
def test_the_slips_are_a_pdf_of_what_is_left_and_the_audit_says_so(
    make: Factory, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(make.performance(seats=14), 12)
    first, *rest = texts(batch, 12)
    services.redeem(first, make.member())
    seen: dict[str, Any] = {}
    monkeypatch.setattr(
        "palace.printing.to_pdf", lambda html, **_: seen.update(html=html) or b"%PDF-"
    )
    answer = desk.get(f"/staff/codes/{batch.id}/slips.pdf")
    assert answer.mimetype == "application/pdf"
    assert all(in_groups(text) in seen["html"] for text in rest)
    assert in_groups(first) not in seen["html"]
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "codes_printed")).one()
    assert line.after == {"codes": 11}


def test_a_slip_s_link_says_what_it_opens_and_one_tap_opens_it(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    batch, code = a_batch(make, each=2)
    page = client.get(f"/c/{in_groups(code)}").text
    assert "2张" in page
    assert "已经留着" in page
    answer = client.post("/codes", data={"code": in_groups(code)})
    assert answer.headers["Location"] == f"/performances/{batch.performance_id}"
    assert "2张票为您留着" in client.get(answer.headers["Location"]).text
    assert "这个码您已经打开了" in client.get(f"/c/{code}").text
    assert client.post("/codes", data={"code": code}).status_code == 303
    assert db.session.scalars(select(Code.member_id).where(Code.number == 1)).one() == member.id


def test_a_stranger_signs_in_first_and_comes_back_to_the_slip(
    make: Factory, client: FlaskClient
) -> None:
    _, code = a_batch(make)
    assert "登录，打开" in client.get(f"/c/{code}").text
    answer = client.post(
        "/codes", data={"code": code}, headers={"Referer": f"http://localhost/c/{code}"}
    )
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


WRONG = N_("没有这个码")


def test_a_wrong_code_is_told_and_stays_in_its_field(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    make.site()
    answer = client.post("/codes", data={"code": "abcd-efgh"})
    assert answer.status_code == 404
    assert WRONG in answer.text
    assert 'value="abcd-efgh"' in answer.text
    scanned = client.get("/c/ABCD")
    assert scanned.status_code == 404
    assert WRONG in scanned.text
    assert client.post("/codes", data={"code": ""}).status_code == 422
    assert member.id


def test_a_code_typed_on_another_show_s_page_leads_to_its_own(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    batch, code = a_batch(make)
    other = make.performance()
    page = client.get(f"/codes?performance={other.id}").text
    assert f'name="performance" value="{other.id}"' in page
    answer = client.post("/codes", data={"code": code, "performance": other.id})
    assert answer.status_code == 409
    assert "不是这一场的" in answer.text
    assert f'href="/c/{code}"' in answer.text
    own = client.post("/codes", data={"code": code, "performance": batch.performance_id})
    assert own.status_code == 303
    assert member.id


def test_a_code_of_a_show_that_is_not_announced_gives_nothing_away(
    make: Factory, client: FlaskClient
) -> None:
    batch, code = a_batch(make)
    batch.performance.published_at = None
    db.session.flush()
    page = client.get(f"/c/{code}").text
    assert "还没有公布" in page
    assert batch.performance.production.title_zh not in page
    told = client.get(f"/c/{code}", headers=JSON).get_json()
    assert told == {"state": "refused", "why": "code_early", "opens": None}


def test_guesses_are_counted_and_good_codes_are_not(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    batch = batch_of(make.performance(seats=30), 25)
    for code in texts(batch, 25):
        assert client.get(f"/c/{code}").status_code == 200
    answers = [client.post("/codes", data={"code": f"AAAA{n}"}).status_code for n in range(22)]
    assert answers == [404] * 20 + [429] * 2
    assert member.id


def test_the_public_show_and_the_own_page_lead_to_the_field(
    make: Factory, client: FlaskClient, member: Member
) -> None:
    show = make.performance()
    assert f"/codes?performance={show.id}" in client.get(f"/performances/{show.id}").text
    assert 'href="/codes"' in client.get("/mine").text
    assert member.id
