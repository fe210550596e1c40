"""An organiser gives the unit's word: on their own people only, once, never on themselves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.joining import services as joining
from palace.joining.models import Application
from palace.joining.rules import Verdict
from palace.members.models import Member, Unit
from palace.members.rules import Role
from palace.members.units import UnitKind
from palace.notices.models import Notice
from palace.tickets import services as tickets
from palace.tickets.rules import Wish
from palace.unions import queries
from tests.factory import Factory

JSON = {"Accept": "application/json"}


def applied(make: Factory, unit: Unit, name: str = "赵六") -> Application:
    """Return somebody's application to a unit."""
    return joining.apply(make.member(name, valid=False), unit.id)


def test_the_desk_begins_with_who_waits_and_shows_no_phone(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    one = applied(make, unit)
    home = client.get("/unit")
    page = client.get(home.headers["Location"]).get_data(as_text=True)
    assert page.index("赵六") < page.index("本单位")
    assert one.member.phone is not None
    assert one.member.phone not in page
    assert one.member.phone[-4:] in page


def test_a_word_makes_a_member_with_the_card_that_was_typed(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    one = applied(make, unit)
    path = f"/unit/{unit.id}/applications/{one.id}/confirm"
    assert client.post(path, data={"card": "TY 0001234"}).status_code == 303
    db.session.expire_all()
    assert one.member.roster_entry is not None
    assert one.member.roster_entry.card_number == "TY0001234"
    assert one.decided_by == f"member:{organiser.id}"


@pytest.mark.parametrize("typed", ["ty-7", "ＴＹ－７", " ty -7 "])
def test_a_card_is_the_roster_s_own_however_it_is_typed(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member, typed: str
) -> None:
    entry = make.listed(unit, "赵六")
    entry.card_number = "TY-7"
    one = applied(make, unit)
    path = f"/unit/{unit.id}/applications/{one.id}/confirm"
    assert client.post(path, data={"card": typed}).status_code == 303
    db.session.expire_all()
    assert one.member.roster_entry_id == entry.id


@pytest.mark.parametrize("typed", ["-7", "T/7", "7" * 41, "1.2E+9"])
def test_what_no_roster_takes_for_a_card_is_refused(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member, typed: str
) -> None:
    one = applied(make, unit)
    path = f"/unit/{unit.id}/applications/{one.id}/confirm"
    refused = client.post(path, data={"card": typed})
    assert refused.status_code == 422
    assert "会员卡号只能有字母、数字和横线" in refused.get_data(as_text=True)
    assert one.member.roster_entry is None


def test_somebody_without_a_name_is_asked_for_it(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    one = joining.apply(make.member("", valid=False), unit.id)
    path = f"/unit/{unit.id}/applications/{one.id}/confirm"
    answered = client.post(path, data={"card": "TY1234"})
    assert answered.status_code == 409
    page = answered.get_data(as_text=True)
    assert "已经请本人去填" in page
    assert 'value="TY1234"' in page
    told = db.session.scalars(select(Notice.receiver).where(Notice.kind == "unit_asks_name"))
    assert told.all() == [f"member:{one.member_id}"]
    assert client.post(path, headers=JSON).get_json()["code"] == "name_missing"


def test_a_namesake_is_shown_masked_and_told_by_the_card(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    entry = make.roster_entry("赵小六", "13912349876")
    entry.unit_id = unit.id
    one = applied(make, unit, "赵小六")
    path = f"/unit/{unit.id}/applications/{one.id}/confirm"
    page = client.post(path).get_data(as_text=True)
    assert "“赵*六”手机尾号是9876" in page
    assert "13912349876" not in page
    assert client.post(path, data={"card": entry.card_number}).status_code == 303
    db.session.expire_all()
    assert one.member.roster_entry_id == entry.id


def test_a_unit_confirms_only_so_many_a_day(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    make.rules().unit_confirmations_per_day = 1
    first, second, third = (applied(make, unit, name) for name in ("李一", "王二", "周三"))
    joining.confirm(third.id, "staff:1")
    path = f"/unit/{unit.id}/applications"
    assert client.post(f"{path}/{first.id}/confirm").status_code == 303
    refused = client.post(f"{path}/{second.id}/confirm", data={"card": "TY9876"})
    assert refused.status_code == 429
    page = refused.get_data(as_text=True)
    assert "今天已经核对了 1 人" in page
    assert 'value="TY9876"' in page
    assert client.post(f"{path}/{second.id}/refuse", data={"why": "不是"}).status_code == 303


def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    one = applied(make, unit)
    path = f"/unit/{unit.id}/applications/{one.id}"
    assert client.post(f"{path}/refuse", data={"why": ""}).status_code == 422
    wrong = client.post(f"{path}/confirm", data={"card": "第1号"})
    assert wrong.status_code == 422
    assert 'value="第1号"' in wrong.get_data(as_text=True)
    identity = client.post(f"{path}/confirm", data={"card": "11010519491231002x"})
    assert (identity.status_code, "这是身份证号" in identity.text) == (422, True)
    assert "11010519491231002" not in identity.text
    assert client.post(f"{path}/refuse", data={"why": "不在本单位"}).status_code == 303
    db.session.expire_all()
    assert (one.verdict, one.why) == (Verdict.REFUSED, "不在本单位")


def test_another_unit_s_people_are_unknown(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    other = make.unit()
    one = applied(make, other, "孙八")
    for path in (
        f"/unit/{other.id}",
        f"/unit/{unit.id}/applications/{one.id}/confirm",
        f"/unit/{other.id}/applications/{one.id}/confirm",
        f"/unit/{other.id}/applications/{one.id}/refuse",
        f"/unit/{unit.id}/applications/999999/refuse",
    ):
        method = "GET" if path.count("/") == 2 else "POST"
        answered = client.open(path, method=method, data={"why": "x"})
        assert answered.status_code == 404
        assert "孙八" not in answered.get_data(as_text=True)
    assert one.verdict is None
    assert "孙八" not in client.get(f"/unit/{unit.id}").get_data(as_text=True)


def test_rights_run_downwards_and_not_up(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    city = make.unit("太原市总工会", UnitKind.FEDERATION)
    unit.kind = UnitKind.TRADE
    make.put_below(unit, city)
    mine = applied(make, make.unit(parent=unit), "周九")
    theirs = applied(make, make.unit(parent=city), "吴十")
    page = client.get(f"/unit/{unit.id}").get_data(as_text=True)
    assert "周九" in page
    assert "吴十" not in page
    assert client.post(f"/unit/{unit.id}/applications/{mine.id}/confirm").status_code == 303
    assert client.post(f"/unit/{unit.id}/applications/{theirs.id}/confirm").status_code == 404


def test_nobody_decides_on_themselves(make: Factory, client: FlaskClient, unit: Unit) -> None:
    member = make.member("郑一", valid=False)
    make.post(member, Role.UNIT, unit=unit)
    make.sign_in(client, member)
    own = joining.apply(member, unit.id)
    answered = client.post(f"/unit/{unit.id}/applications/{own.id}/confirm", headers=JSON)
    assert (answered.status_code, answered.get_json()["code"]) == (409, "not_for_oneself")


def test_what_is_decided_already_is_said(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    one = applied(make, unit)
    joining.refuse(one.id, "staff:1", "别人先办了")
    answered = client.post(f"/unit/{unit.id}/applications/{one.id}/confirm")
    assert answered.status_code == 409
    assert "已经有人处理" in answered.get_data(as_text=True)


def test_whom_a_roster_names_meanwhile_waits_no_more(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    one, other = applied(make, unit), applied(make, unit, "孙八")
    one.member.roster_entry = make.listed(unit, "赵六", phone=one.member.phone)
    db.session.flush()
    told = client.get(f"/unit/{unit.id}", headers=JSON).get_json()["waiting"]
    assert [waiting["application"] for waiting in told] == [other.id]


def test_a_post_that_ended_opens_nothing(make: Factory, client: FlaskClient, unit: Unit) -> None:
    member = make.member()
    post = make.post(member, Role.UNIT, unit=unit)
    make.sign_in(client, member)
    assert client.get(f"/unit/{unit.id}").status_code == 200
    post.ended_at = clock.now()
    db.session.flush()
    assert client.get(f"/unit/{unit.id}").status_code == 403


def test_several_posts_are_a_choice(
    make: Factory, client: FlaskClient, unit: Unit, organiser: Member
) -> None:
    make.post(organiser, Role.UNIT, unit=make.unit())
    assert client.get("/unit").get_data(as_text=True).count("/unit/") == 2


def test_figures_count_the_unit_s_own_people_below_included(make: Factory, unit: Unit) -> None:
    unit.kind = UnitKind.TRADE
    below = make.unit(parent=unit)
    for where, until in ((unit, None), (below, None), (below, date(2020, 1, 1))):
        entry = make.roster_entry()
        entry.unit_id, entry.valid_until = where.id, until
    one = make.member()
    assert one.roster_entry is not None
    one.roster_entry.unit_id = unit.id
    db.session.flush()
    figures = queries.figures(unit.id, clock.now())
    assert (figures.members, figures.accounts) == (3, 1)


def test_turn_out_is_of_shows_that_ended_in_the_last_ninety_days(make: Factory, unit: Unit) -> None:
    member, now = make.member(), clock.now()
    assert member.roster_entry is not None
    member.roster_entry.unit_id = unit.id
    for days in (1, 89, 91):
        show = make.performance(seats=1)
        order = tickets.hold(member, show.id, Wish(count=1), key=f"turn-out-{days}")
        tickets.confirm(member, order.code)
        show.ends_at = now - timedelta(days=days)
        show.starts_at = show.ends_at - timedelta(hours=2)
    db.session.flush()
    figures = queries.figures(unit.id, now)
    assert (figures.tickets, figures.entries) == (2, 0)
