"""From a poster to somebody who waits for their unit's word: number, code, unit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.joining import queries, services
from palace.joining.errors import (
    MemberAlready,
    UnitUnknown,
)
from palace.joining.models import Poster
from palace.members.models import Member, Unit
from palace.members.units import UnitKind
from palace.roster.tree import pinyin_of
from tests.factory import Factory
from tests.members.browser import JSON, PHONE, ask, enter, newest_code, page_of


def onward(client: FlaskClient, poster: Poster) -> str:
    """Follow a poster with a proven number; return where the browser is sent."""
    address = client.get(f"/join/{poster.code}", headers=JSON).get_json()["next"]
    client.post(f"/sign-in?next={address}", data={"phone": PHONE})
    return str(enter(client, newest_code()).headers["Location"])


def newcomer() -> Member:
    """Return who has the number."""
    return db.session.scalars(select(Member).where(Member.phone == PHONE)).one()


def test_a_stranger_with_a_poster_is_in_with_number_and_code_alone(
    client: FlaskClient, poster: Poster
) -> None:
    address = onward(client, poster)

    assert address == f"/join/unit?poster={poster.code}"
    assert newcomer().name == ""
    page = client.get(address).get_data(as_text=True)
    assert page.index("汾河出租汽车公司工会") < page.index("同意，就是这个单位")


def test_a_stranger_without_a_poster_still_says_their_name(client: FlaskClient) -> None:
    ask(client)
    assert enter(client, newest_code()).headers["Location"] == "/sign-in/choose"


def test_a_household_from_a_poster_still_says_who_it_is(
    make: Factory, client: FlaskClient, poster: Poster
) -> None:
    make.member("甲乙", phone=PHONE)
    make.member("丙丁", phone=PHONE)
    assert onward(client, poster) == "/sign-in/choose"


def test_asking_for_a_code_from_a_poster_answers_alike_for_rostered_and_stranger(
    make: Factory, client: FlaskClient, poster: Poster
) -> None:
    make.roster_entry("李雷", PHONE)
    address = f"/sign-in?next=/join/unit?poster={poster.code}"
    pages = []
    for phone in (PHONE, "13800138009"):
        asked = client.post(address, data={"phone": phone})
        shown = client.get(asked.headers["Location"])
        pages.append((asked.status_code, page_of(shown).replace(phone[-4:], "")))
    assert pages[0] == pages[1]


def test_the_poster_offers_its_unit_then_the_neighbours_most_chosen(
    make: Factory, firms: list[Unit], poster: Poster
) -> None:
    for _ in range(2):
        services.apply(make.member(valid=False), firms[3].id)
    services.apply(make.member(valid=False), firms[2].id)
    assert queries.suggestions(poster) == [firms[1], firms[3], firms[2]]


def test_a_district_s_poster_offers_units_at_any_depth_below(
    make: Factory, trade: Unit, firms: list[Unit]
) -> None:
    city = make.unit("太原市总工会", UnitKind.FEDERATION)
    make.put_below(trade, city)
    services.apply(make.member(valid=False), firms[2].id)
    above = services.make_poster(city, "市总大厅", "staff:1")
    assert queries.suggestions(above)[0] == firms[2]
    assert len(queries.suggestions(above)) == 3


def test_a_poster_taken_down_suggests_nothing_and_still_lets_join(
    client: FlaskClient, poster: Poster
) -> None:
    services.retire_poster(poster, clock.now())
    assert client.get(f"/join/{poster.code}").status_code == 200
    assert queries.suggestions(queries.find_poster(poster.code)) == []


@pytest.mark.parametrize("typed", ["", "汾"])
def test_too_little_typed_finds_nothing(firms: list[Unit], typed: str) -> None:
    assert queries.units_called(typed) == []


@pytest.mark.parametrize("typed", ["汾河", "fenhe", "fhcz", "老汾河", "laofenhe"])
def test_a_unit_is_found_by_firm_nickname_pinyin_and_initials(
    firms: list[Unit], typed: str
) -> None:
    firms[1].nicknames, firms[1].pinyin = ["老汾河"], pinyin_of([firms[1].name_zh, "老汾河"])
    db.session.flush()
    assert queries.units_called(typed) == [firms[1]]


def test_units_near_the_poster_come_first_and_closed_ones_never(
    make: Factory, firms: list[Unit], poster: Poster
) -> None:
    far, closed = make.unit("出租汽车公司工会"), make.unit("出租公司工会")
    closed.closed_at = clock.now()
    db.session.flush()

    assert queries.units_called("出租")[0] == far
    assert queries.units_called("出租", poster)[-1] == far
    assert closed not in queries.units_called("出租")
    with pytest.raises(UnitUnknown):
        services.apply(make.member(valid=False), closed.id)


def test_percent_and_underscore_are_only_letters(firms: list[Unit]) -> None:
    assert queries.units_called("%_%_") == []


def test_who_applies_waits_and_may_buy_public_tickets(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    make.performance(prices={"public": 5000, "free": 0}, seats=2)
    make.sign_in(client, member)

    answered = client.post("/join/unit", data={"unit": firms[0].id, "name": "赵 六"})
    assert answered.headers["Location"] == "/join/done"
    page = client.get("/join/done").get_data(as_text=True)
    assert "单位核对中" in page
    assert "去订这一场" in page


def test_mine_says_whether_a_unit_was_chosen_waits_or_said_no(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    make.sign_in(client, member)

    assert "还没有选单位" in client.get("/mine").text
    application = services.apply(member, firms[0].id)
    waiting = client.get("/mine").text
    assert "单位核对中" in waiting
    assert firms[0].name_zh in waiting
    services.refuse(application.id, "staff:1", "不认识")
    assert "单位没有核对上" in client.get("/mine").text


def test_a_bad_name_loses_neither_name_nor_choice(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(name="", valid=False)
    make.sign_in(client, member)
    form = {"unit": firms[0].id, "name": "赵6", "q": "出租"}
    refused = client.post("/join/unit", data=form)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert 'value="赵6"' in page
    assert f'value="{firms[0].id}" checked' in page


def test_applying_twice_changes_nothing_and_another_unit_takes_the_first_back(
    make: Factory, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    first = services.apply(member, firms[0].id)
    assert services.apply(member, firms[0].id) is first
    second = services.apply(member, firms[1].id)
    assert first.withdrawn_at is not None
    assert queries.open_application(member.id) is second


def test_a_rostered_member_and_a_unit_that_is_none_are_refused(
    make: Factory, trade: Unit, firms: list[Unit]
) -> None:
    with pytest.raises(MemberAlready):
        services.apply(make.member(), firms[0].id)
    for wrong in (trade.id, 10**17):
        with pytest.raises(UnitUnknown):
            services.apply(make.member(valid=False), wrong)


@pytest.mark.parametrize("query", ["q=%00%00", "q=ab%00", "poster=%00"])
def test_an_address_that_nobody_types_finds_nothing(
    make: Factory, client: FlaskClient, firms: list[Unit], query: str
) -> None:
    make.sign_in(client, make.member(valid=False))
    assert client.get(f"/join/unit?{query}").status_code == 200


def test_who_may_not_apply_is_told_why_on_the_page(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member()
    assert member.roster_entry
    member.roster_entry.valid_until = clock.palace_day(clock.now()) - timedelta(days=1)
    make.sign_in(client, member)
    refused = client.post("/join/unit", data={"unit": firms[0].id, "q": "出租"})
    assert refused.status_code == 409
    page = page_of(refused)
    assert "您已经在单位工会的名册上，不用再申请。" in page
    assert f'value="{firms[0].id}" checked' in page
