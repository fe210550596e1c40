"""The administrator's pages: who may, what they say, and that nothing typed is lost."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from palace import clock
from palace.db import db
from palace.members.rules import Role
from palace.roster import queries
from palace.roster.rules import ImportState
from palace.upkeep import read_roster
from tests.conftest import Browser
from tests.factory import Factory
from tests.roster.conftest import listed, now, unit_id, upload

JSON = {"Accept": "application/json"}


@pytest.fixture
def admin(house: Factory) -> FlaskClient:
    """Return an administrator's browser."""
    return browser(house, Role.ADMIN)


def browser(house: Factory, role: Role) -> FlaskClient:
    """Return the browser of somebody who works here."""
    client = Browser(house.app)
    house.sign_in(client, house.staff(role))
    house.commit()
    return client


def sent(client: FlaskClient, content: bytes, name: str = "名册.csv", **more: Any) -> TestResponse:
    """Upload a file as the page does."""
    boundary, body = encode_multipart(more | {"file": FileStorage(io.BytesIO(content), name)})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post("/staff/roster", data=body, content_type=kind)


def page(answered: TestResponse) -> str:
    """Return what a page says."""
    return answered.get_data(as_text=True)


def test_a_roster_goes_its_way_over_the_pages(admin: FlaskClient) -> None:
    answered = sent(admin, listed("张建华,,TY1,first,,,", "张3,,TY2,first,,,"))
    assert answered.status_code == 303
    address = answered.headers["Location"]
    number = int(address.rpartition("/")[2])
    assert 'http-equiv="refresh"' in page(admin.get(address))
    assert db.session.scalar(
        db.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'palace:read_rosters'")
    )

    read_roster(number)
    told = page(admin.get(address))
    assert "确认导入" in told
    assert "第3行" in told
    assert "refresh" not in told
    assert "3,姓名要2到30个字" in page(admin.get(f"{address}/errors.csv"))

    assert admin.post(f"{address}/apply").status_code == 303
    read_roster(number)
    assert "已导入" in page(admin.get(address))
    assert "已经办完" in page(admin.post(f"{address}/apply"))
    assert admin.get(address, headers=JSON).json == {
        "import": number,
        "state": "applied",
        "read": 2,
        "complete": False,
        "counts": {
            "new": 1,
            "changed": 0,
            "unchanged": 0,
            "errors": 1,
            "leaving": 0,
            "listed": 0,
            "kept": 0,
        },
        "refusal": None,
    }


def test_a_refused_upload_keeps_what_was_chosen(admin: FlaskClient) -> None:
    content = listed("张建华,,TY1,first,,,")
    sent(admin, content, unit="steel", complete="1")
    again = sent(admin, content, unit="steel", complete="1")

    assert again.status_code == 409
    assert "正在处理" in page(again)
    assert '<option value="steel" selected>' in page(again)
    assert 'value="1" checked' in page(again)


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({}, 422, "请用 CSV 或 XLSX"),
        ({"file": (io.BytesIO(b"a"), "a.csv"), "unit": "nobody"}, 404, "没有这个单位"),
        ({"file": (io.BytesIO(b"a"), "a.csv"), "unit": "x" * 65}, 422, "单位代码太长"),
    ],
)
def test_a_wrong_upload_is_told_on_its_page(
    admin: FlaskClient, form: dict[str, Any], status: int, sentence: str
) -> None:
    answered = admin.post("/staff/roster", data=form, content_type="multipart/form-data")

    assert (answered.status_code, sentence in page(answered)) == (status, True)


def test_only_an_administrator_may_send_much(house: Factory, admin: FlaskClient) -> None:
    large = b"name,card\n" + b"x" * (200 * 1024)
    assert sent(admin, large).status_code == 303
    for client in (Browser(house.app), browser(house, Role.COUNTER)):
        refused = sent(client, large + b"y")
        assert refused.status_code in {401, 403, 413} or "sign-in" in refused.headers["Location"]
    db.session.rollback()
    assert len(queries.recent()) == 1
    house.rules().roster_file_mb = 1
    house.commit()
    assert sent(admin, b"x" * (1 << 20) + b"y").status_code == 413
    assert sent(admin, b"x" * (2 << 20)).status_code == 413


def test_what_is_no_roster_is_told_when_it_is_read(admin: FlaskClient) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("a.txt", "not a workbook")
    number = upload(content.getvalue())
    read_roster(number)

    assert now(number).state is ImportState.REFUSED
    assert "可能损坏" in page(admin.get(f"/staff/roster/{number}"))


def test_many_leavers_need_a_tick(admin: FlaskClient) -> None:
    first = upload(listed(*[f"张建华,,TY{one},first,,," for one in range(10)]))
    read_roster(first)
    admin.post(f"/staff/roster/{first}/apply")
    read_roster(first)
    number = upload(listed("张建华,,TY1,first,,,"), complete=True)
    read_roster(number)
    address = f"/staff/roster/{number}"

    assert "我核对过" in page(admin.get(address))
    assert admin.post(f"{address}/apply").status_code == 409
    assert admin.post(f"{address}/apply", data={"confirmed": "1"}).status_code == 303


def test_who_stays_by_the_unit_s_word_is_listed_with_a_masked_name(
    house: Factory, admin: FlaskClient
) -> None:
    entry = house.roster_entry("欧阳建国", "13800000001")
    entry.unit_id, entry.confirmed_at = unit_id("first"), clock.now()
    house.commit()
    number = upload(listed("张建华,,TY1,,,,"), "first", complete=True)
    read_roster(number)

    told = page(admin.get(f"/staff/roster/{number}"))
    assert "有1人是单位新近核对进来的" in told
    assert "欧**国" in told
    assert "13800000001" not in told


def test_the_page_that_waits_says_how_far_it_is_to_its_script(admin: FlaskClient) -> None:
    number = upload(listed("张建华,,TY1,first,,,"))
    told = page(admin.get(f"/staff/roster/{number}"))

    assert 'data-read="0" data-state="waiting"' in told
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in told
    shown = admin.get(f"/staff/roster/{number}", headers=JSON).get_json()
    assert (shown["state"], shown["read"]) == ("waiting", 0)


def test_who_waits_may_ask_again_where_an_office_vouches(
    house: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, client = house.member("赵六", valid=False), Browser(house.app)
    house.sign_in(client, waits)
    house.commit()
    assert "再核对一次" not in page(client.get("/mine"))

    settings = house.app.extensions["palace"]
    office = replace(settings, verifier_url="https://office.example/check")
    monkeypatch.setitem(house.app.jinja_env.globals, "palace", office)
    assert 'action="/mine/standing"' in page(client.get("/mine"))
    told = page(client.post("/mine/standing", follow_redirects=True))
    assert "马上再核对一次" in told
    assert client.post("/mine/standing", headers=JSON).get_json() == {}


def test_an_unknown_import_is_not_found(admin: FlaskClient) -> None:
    for path in ("/staff/roster/99999999", "/staff/roster/99999999/errors.csv"):
        assert admin.get(path).status_code == 404
    assert admin.post("/staff/roster/99999999/apply").status_code == 404
