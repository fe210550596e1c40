"""Everything that is kept of somebody, told in words and taken along as one file."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, update

from palace import clock
from palace.db import db
from palace.members.models import AuditLine, SignIn
from palace.privacy.holdings import HOLDINGS
from tests.factory import Factory
from tests.members.browser import newest_code
from tests.privacy.conftest import NAME, NUMBER, PHONE, Regular


def file_of(browser: FlaskClient) -> dict[str, Any]:
    """Return what somebody takes along."""
    answer = browser.post("/mine/data/file")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.text)
    return found


def test_the_file_has_a_row_of_every_table_that_keeps_something(
    browser: FlaskClient, regular: Regular
) -> None:
    found = file_of(browser)

    assert set(found["parts"]) == {holding.name for holding in HOLDINGS}
    assert [name for name, rows in found["parts"].items() if not rows] == []
    assert found["parts"]["members"][0]["name"] == NAME
    assert found["parts"]["entrants"][0]["last_four"] == NUMBER[-4:]
    assert found["parts"]["orders"][0]["title_zh"] == "晋剧《打金枝》"
    assert {row["purpose"] for row in found["parts"]["consents"]} == {"privacy", "identity"}


def test_hashes_keys_and_numbers_stay_in_the_house(browser: FlaskClient, regular: Regular) -> None:
    told = json.dumps(file_of(browser))

    assert NUMBER not in told
    for name in ("identity_hash", "token_hash", "browser_hash", "address_hash", "key_id"):
        assert name not in told


def test_the_audit_is_told_with_what_the_persons_own_key_opens(
    browser: FlaskClient, make: Factory, regular: Regular
) -> None:
    browser.post("/mine/name", data={"name": "欧阳海"})  # refused: the roster names them
    lines = file_of(browser)["parts"]["audit_lines"]

    assert {"unit_applied", "access_asked", "data_downloaded"} <= {line["act"] for line in lines}


def test_names_in_the_audit_are_told(client: FlaskClient, make: Factory) -> None:
    member = make.member("李小明", valid=False)
    make.site()
    make.sign_in(client, member)
    client.post("/mine/name", data={"name": "李晓明"})

    lines = file_of(client)["parts"]["audit_lines"]

    assert {"names": [{"name": "李小明"}, {"name": "李晓明"}]}.items() <= lines[0].items()


def test_nobody_gets_rows_of_another(browser: FlaskClient, make: Factory) -> None:
    make.member("陌生人", phone="13700000001")

    assert "陌生人" not in json.dumps(file_of(browser), ensure_ascii=False)


def test_a_number_several_people_use_is_not_one_of_theirs_to_take_along(
    browser: FlaskClient, make: Factory
) -> None:
    make.member("家里人", valid=False, phone=PHONE)

    assert file_of(browser)["parts"]["challenges"] == []


def test_the_name_of_the_file_names_nobody(browser: FlaskClient) -> None:
    disposition = browser.post("/mine/data/file").headers["Content-Disposition"]

    assert NAME not in disposition
    assert PHONE not in disposition


def test_an_old_proof_is_asked_for_anew_and_the_file_is_noted(
    browser: FlaskClient, regular: Regular
) -> None:
    long_ago = clock.now() - timedelta(hours=1)
    db.session.execute(update(SignIn).values(proven_at=long_ago))
    asked = browser.post("/mine/data/open")
    assert asked.status_code == 401
    assert "验证码" in asked.text

    done = browser.post("/mine/data/open", data={"proof": newest_code(PHONE)})

    assert done.status_code == 303
    assert "下载" in browser.get("/mine/data").text
    file_of(browser)
    acts = select(AuditLine.act).where(AuditLine.subject == f"member:{regular.member.id}")
    assert "data_downloaded" in db.session.scalars(acts).all()


def test_a_day_has_so_many_files_as_the_house_rules_say(
    browser: FlaskClient, make: Factory
) -> None:
    make.rules().downloads_per_day = 1
    make.commit()
    file_of(browser)

    refused = browser.post("/mine/data/file", headers={"Accept": "application/json"})

    assert (refused.status_code, refused.get_json()["code"]) == (429, "downloads_used_up")
    assert "明天再来" in browser.get("/mine/data").text


def test_the_page_says_what_is_kept_and_how_long(browser: FlaskClient) -> None:
    page = browser.get("/mine/data").text

    assert "散场30天后删除，注销时马上删。" in page
    assert "选保留座位的资格" in page
    assert "证件号码单独同意书" in page
