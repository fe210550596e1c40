"""Asking to have a strike looked at again: once, and somebody else answers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.notices.models import Notice
from palace.strikes import queries, services
from palace.strikes.errors import AppealClosed, AppealedBefore, NotYoursToDecide, StrikeClosed
from palace.strikes.models import Strike
from palace.strikes.rules import Verdict
from tests.factory import Factory
from tests.strikes.test_forgiving import strike_of

WORDS = "手机没电，门口登记了名字"


@pytest.fixture
def strike(make: Factory) -> Strike:
    """Return a strike its member has asked to have looked at again."""
    make.site()
    found = strike_of(make, make.member())
    services.appeal(found.member_id, found.id, WORDS, clock.now())
    return found


def kinds_owed(strike: Strike) -> list[str]:
    """Return the notices owed about a strike."""
    owed = select(Notice.kind).where(Notice.subject == f"strike:{strike.id}")
    return list(db.session.scalars(owed))


def test_it_is_asked_once_by_its_own_member(make: Factory, strike: Strike) -> None:
    with pytest.raises(AppealedBefore):
        services.appeal(strike.member_id, strike.id, "", clock.now())
    with pytest.raises(NotFound):
        services.appeal(make.member().id, strike.id, "", clock.now())


def test_a_forgiven_one_is_asked_about_no_more(make: Factory) -> None:
    forgiven = strike_of(make, make.member())
    services.forgive(forgiven.id, "staff:3", "来了", clock.now())

    with pytest.raises(StrikeClosed):
        services.appeal(forgiven.member_id, forgiven.id, "", clock.now())


@pytest.mark.parametrize("verdict", Verdict)
def test_the_first_answer_counts_and_is_told(strike: Strike, verdict: Verdict) -> None:
    services.decide(strike.id, "staff:3", verdict, "看过记录", clock.now())

    with pytest.raises((AppealClosed, StrikeClosed)):
        services.decide(strike.id, "staff:4", Verdict.FORGIVEN, "来了", clock.now())
    assert kinds_owed(strike) == [f"strike_{verdict}"]
    assert strike.appeal
    assert (strike.appeal.verdict, strike.appeal.decided_by) == (verdict, "staff:3")
    assert bool(queries.of_member(strike.member_id)) is (verdict is Verdict.KEPT)
    assert queries.open_appeals() == []


def test_what_was_kept_may_be_forgiven_by_somebody_later(strike: Strike) -> None:
    services.decide(strike.id, "staff:3", Verdict.KEPT, "没查到", clock.now())
    services.forgive(strike.id, "staff:4", "查到了", clock.now())

    assert queries.of_member(strike.member_id) == []
    assert kinds_owed(strike) == ["strike_kept", "strike_forgiven"]


@pytest.mark.parametrize("verdict", Verdict)
def test_nobody_answers_themselves_or_about_what_they_wrote(
    make: Factory, verdict: Verdict
) -> None:
    own = strike_of(make, make.member(), written_by="staff:77")
    services.appeal(own.member_id, own.id, "", clock.now())

    for actor in (f"member:{own.member_id}", "staff:77"):
        with pytest.raises(NotYoursToDecide):
            services.decide(own.id, actor, verdict, "我说的", clock.now())


def test_who_wrote_it_down_reads_so_and_is_offered_no_answer(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    clerk, other = make.staff(Role.COUNTER), make.staff(Role.COUNTER)
    own = strike_of(make, make.member(), written_by=f"staff:{clerk.id}")
    services.appeal(own.member_id, own.id, WORDS, clock.now())
    make.sign_in(client, clerk)
    address, said = f"/staff/strikes/{own.id}", "要请另一位工作人员处理"

    page = client.get(address).text
    assert WORDS in page
    assert said in page
    assert "不算这一次" not in page
    refused = client.post(f"{address}/decide", data={"why": "看过", "verdict": "kept"})
    assert refused.status_code == 403
    assert refused.text.count(said) == 1
    make.sign_in(client, other)
    assert "不算这一次" in client.get(address).text


def test_an_answer_needs_a_question(make: Factory) -> None:
    unasked = strike_of(make, make.member())

    with pytest.raises(AppealClosed):
        services.decide(unasked.id, "staff:3", Verdict.KEPT, "没查到", clock.now())


def test_the_words_of_both_are_in_no_audit_line_in_clear(strike: Strike) -> None:
    services.decide(strike.id, "staff:3", Verdict.KEPT, "没查到这个人", clock.now())

    lines = db.session.scalars(select(AuditLine).where(AuditLine.subject == f"strike:{strike.id}"))
    told = {line.act: (line.after, line.why, line.personal_of) for line in lines}
    assert told == {
        "strike_appealed": ({"state": "appealed"}, None, strike.member_id),
        "strike_kept": ({"state": "kept"}, None, strike.member_id),
    }


def test_a_member_asks_on_their_page_and_reads_the_answer(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    member = make.member()
    strike = strike_of(make, member)
    make.sign_in(client, member)
    address = f"/mine/strikes/{strike.id}/appeal"
    assert address in client.get("/mine").text

    refused = client.post(address, data={"words": "长" * 201})
    assert refused.status_code == 422
    assert "200个字以内" in refused.text
    assert "长" * 201 in refused.text
    assert client.post(address, data={"words": WORDS}).status_code == 303
    assert "看好了告诉您" in client.get("/mine").text
    again = client.post(address, data={"words": ""})
    assert again.status_code == 409
    assert "这一次您已经说过了" in again.text
    assert client.post("/mine/strikes/999999/appeal").status_code == 404

    services.decide(strike.id, "staff:3", Verdict.KEPT, "当天没有您的入场记录", clock.now())
    assert "当天没有您的入场记录" in client.get("/mine").text
    answered = client.post(address, data={"words": "再说一次"})
    assert answered.status_code == 409
    assert "已经看过了，结果和原因" in answered.text


def test_staff_see_open_ones_first_and_answer(
    make: Factory, client: FlaskClient, strike: Strike
) -> None:
    make.sign_in(client, make.staff(Role.COUNTER))
    page = client.get("/staff/strikes").text
    assert "请人再看的" in page
    assert WORDS in page
    address = f"/staff/strikes/{strike.id}/decide"

    assert client.post(address, data={"why": "看过", "verdict": "perhaps"}).status_code == 422
    silent = client.post(address, data={"why": "", "verdict": "kept"})
    assert silent.status_code == 422
    assert "请写一句为什么" in silent.text
    assert client.post(address, data={"why": "看过", "verdict": "kept"}).status_code == 303
    late = client.post(address, data={"why": "门口没扫上", "verdict": "forgiven"})
    assert late.status_code == 409
    assert "已经有人处理了" in late.text
    assert "门口没扫上" in late.text
    assert "请人再看的" not in client.get("/staff/strikes").text
    listed = client.get("/staff/strikes?waiting=0", headers={"Accept": "application/json"})
    assert listed.get_json()["rows"]
