"""From a poster to a member: number, code, unit; and the unit's word on it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.joining import queries, services
from palace.joining.errors import (
    ApplicationClosed,
    CardNeeded,
    CardTaken,
    MemberAlready,
    NameMissing,
    UnitUnknown,
)
from palace.joining.models import Application, Poster
from palace.joining.rules import Verdict
from palace.members.models import AuditLine, Member, RosterEntry, Unit
from palace.members.rules import Standing
from palace.members.services import destroy_key
from palace.members.units import UnitKind
from palace.notices.models import Notice
from palace.roster.tree import pinyin_of
from tests.factory import Factory
from tests.members.browser import JSON, PHONE, ask, enter, newest_code, page_of


@pytest.fixture(autouse=True)
def house(make: Factory) -> None:
    make.site()


@pytest.fixture
def trade(make: Factory) -> Unit:
    """Return the taxi trade's union with four firms below."""
    return make.unit("出租汽车行业工会联合会", UnitKind.TRADE)


@pytest.fixture
def firms(make: Factory, trade: Unit) -> list[Unit]:
    return [
        make.unit(f"{name}出租汽车公司工会", parent=trade)
        for name in ("第一", "汾河", "龙城", "晋阳")
    ]


@pytest.fixture
def poster(firms: list[Unit]) -> Poster:
    return services.make_poster(firms[1], "北站出车口", "staff:1")


def listed(make: Factory, name: str, unit: Unit) -> RosterEntry:
    """Return somebody on a unit's roster who has no account."""
    entry = make.roster_entry(name)
    entry.unit_id = unit.id
    db.session.flush()
    return entry


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


def test_the_unit_s_word_makes_a_member_at_once(make: Factory, firms: list[Unit]) -> None:
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)

    services.confirm(application.id, "staff:1", card_number="TY00099")

    db.session.refresh(member)
    assert member.standing(clock.palace_day(clock.now())) is Standing.VALID
    assert member.roster_entry is not None
    assert (member.roster_entry.card_number, member.roster_entry.unit_id) == (
        "TY00099",
        firms[0].id,
    )
    told = db.session.scalars(select(Notice).where(Notice.kind == "unit_confirmed")).one()
    assert told.receiver == f"member:{member.id}"
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "unit_confirmed")).one()
    assert "赵六" not in str((line.before, line.after))


def test_the_entry_of_the_name_is_taken_when_there_is_just_one(
    make: Factory, firms: list[Unit]
) -> None:
    entry = listed(make, "赵六", firms[0])
    member = make.member(name="赵六", valid=False, phone=entry.phone)
    services.confirm(services.apply(member, firms[0].id).id, "staff:1")
    assert member.roster_entry_id == entry.id


def test_an_entry_without_a_phone_is_told_by_the_name(make: Factory, firms: list[Unit]) -> None:
    entry = listed(make, "赵六", firms[0])
    entry.phone = None
    member = make.member(name="赵六", valid=False)
    services.confirm(services.apply(member, firms[0].id).id, "staff:1")
    assert member.roster_entry_id == entry.id


def test_two_of_a_name_are_told_apart_by_the_phone(make: Factory, firms: list[Unit]) -> None:
    entries = [listed(make, "赵六", firms[0]) for _ in range(2)]
    member = make.member(name="赵六", valid=False, phone=entries[1].phone)
    services.confirm(services.apply(member, firms[0].id).id, "staff:1")
    assert member.roster_entry_id == entries[1].id


def test_the_entry_of_the_name_with_another_phone_needs_the_card(
    make: Factory, firms: list[Unit]
) -> None:
    entry = listed(make, "赵小六", firms[0])
    member = make.member(name="赵小六", valid=False)
    application = services.apply(member, firms[0].id)
    with pytest.raises(CardNeeded) as refused:
        services.confirm(application.id, "staff:1")
    assert refused.value.values == {"name": "赵*六", "digits": (entry.phone or "")[-4:]}
    assert (application.verdict, member.roster_entry_id) == (None, None)
    services.confirm(application.id, "staff:1", card_number=entry.card_number)
    assert member.roster_entry_id == entry.id


def test_nobody_without_a_name_becomes_an_entry(make: Factory, firms: list[Unit]) -> None:
    member = make.member(name="", valid=False)
    application = services.apply(member, firms[0].id)
    for card in ("", "TY00099"):
        with pytest.raises(NameMissing):
            services.confirm(application.id, "staff:1", card_number=card)
    assert db.session.scalars(select(RosterEntry).where(RosterEntry.name == "")).all() == []
    assert application.verdict is None


def test_who_is_asked_for_a_name_is_told_once_and_where_to_give_it(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(name="", valid=False)
    application = services.apply(member, firms[0].id)
    assert services.ask_name(application)
    assert not services.ask_name(application)
    told = db.session.scalars(select(Notice).where(Notice.kind == "unit_asks_name")).one()
    assert told.receiver == f"member:{member.id}"
    make.sign_in(client, member)
    assert "您还没有填姓名" in page_of(client.get("/join/done"))
    page = page_of(client.get("/mine"))
    assert 'id="my-name" open' in page
    assert client.post("/mine/name", data={"name": "赵六"}).status_code == 303
    assert "您还没有填姓名" not in page_of(client.get("/mine"))
    assert services.confirm(application.id, "staff:1").member.roster_entry


def test_two_of_a_name_are_told_apart_by_the_card(make: Factory, firms: list[Unit]) -> None:
    entries = [listed(make, "赵六", firms[0]) for _ in range(2)]
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)
    services.confirm(application.id, "staff:1", card_number=entries[1].card_number)
    assert member.roster_entry_id == entries[1].id


@pytest.mark.parametrize("query", ["q=%00%00", "q=ab%00", "poster=%00"])
def test_an_address_that_nobody_types_finds_nothing(
    make: Factory, client: FlaskClient, firms: list[Unit], query: str
) -> None:
    make.sign_in(client, make.member(valid=False))
    assert client.get(f"/join/unit?{query}").status_code == 200


def test_a_unit_does_not_learn_that_another_lists_the_card(
    make: Factory, firms: list[Unit]
) -> None:
    other = listed(make, "钱七", firms[1])
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)

    services.confirm(application.id, "staff:1", card_number=other.card_number)

    assert member.roster_entry
    assert (member.roster_entry.unit_id, member.roster_entry.name) == (firms[0].id, "赵六")
    assert (other.unit_id, other.name) == (firms[1].id, "钱七")


def test_a_card_of_somebody_else_in_the_own_unit_is_refused(
    make: Factory, firms: list[Unit]
) -> None:
    other = listed(make, "钱七", firms[0])
    member = make.member(name="赵六", valid=False)
    application = services.apply(member, firms[0].id)
    with pytest.raises(CardTaken):
        services.confirm(application.id, "staff:1", card_number=other.card_number)
    assert member.roster_entry_id is None


def test_no_card_stands_in_the_way_of_the_number_of_who_has_none(
    make: Factory, firms: list[Unit]
) -> None:
    application = services.apply(make.member(name="赵六", valid=False), firms[0].id)
    entry = listed(make, "钱七", firms[0])
    entry.card_number = f"A{application.id}"
    make.add(entry)
    assert services.confirm(application.id, "staff:1").verdict is Verdict.CONFIRMED


def test_somebody_else_s_card_is_refused(make: Factory, firms: list[Unit]) -> None:
    other = listed(make, "钱七", firms[0])
    application = services.apply(make.member(name="赵六", valid=False), firms[0].id)
    with pytest.raises(CardTaken):
        services.confirm(application.id, "staff:1", card_number=other.card_number)


def test_who_is_refused_hears_why_and_may_apply_elsewhere(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    make.sign_in(client, member)
    services.refuse(services.apply(member, firms[0].id).id, "staff:1", "本单位没有这个人")
    page = client.get("/join/done").get_data(as_text=True)
    assert "没有核对上" in page
    assert "本单位没有这个人" in page
    assert services.apply(member, firms[1].id).verdict is None


def test_the_audit_keeps_why_only_as_long_as_the_person_wants(
    make: Factory, client: FlaskClient, firms: list[Unit]
) -> None:
    member = make.member(valid=False)
    services.refuse(services.apply(member, firms[0].id).id, "staff:1", "他叔叔才是本单位的")
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "unit_refused")).one()
    assert line.personal_of == member.id
    assert "叔叔" not in str((line.why, line.before, line.after))
    make.sign_in(client, make.staff())
    assert "原因: 他叔叔才是本单位的" in page_of(client.get("/staff/audit"))
    destroy_key(member.id, clock.now())
    assert "他叔叔" not in page_of(client.get("/staff/audit"))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_decision_is_given_once(make: Factory, firms: list[Unit], verdict: Verdict) -> None:
    application = services.apply(make.member(valid=False), firms[0].id)
    if verdict is Verdict.CONFIRMED:
        services.confirm(application.id, "staff:1")
    else:
        services.refuse(application.id, "staff:1", "")
    with pytest.raises(ApplicationClosed):
        services.confirm(application.id, "staff:2")
    with pytest.raises(ApplicationClosed):
        services.refuse(application.id, "staff:2", "")
    assert db.session.get_one(Application, application.id).decided_by == "staff:1"


def test_without_a_card_number_the_entry_gets_one_of_ours(make: Factory, firms: list[Unit]) -> None:
    member = make.member(name="孙八", valid=False)
    application = services.apply(member, firms[0].id)
    services.confirm(application.id, "staff:1")
    entry = db.session.get_one(RosterEntry, member.roster_entry_id)
    assert entry.card_number == f"A/{application.id}"
