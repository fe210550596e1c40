"""The catalogue, a class, taking a place and one's own page, as browsers and programs get them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from palace import clock
from palace.courses.queries import facts
from palace.courses.states import Channel, EnrolmentState, OfferingState
from palace.members.rules import Role
from palace.payments import services as payments
from tests.factory import Factory
from tests.teaching import Teaching


def test_the_catalogue_says_what_is_left(client: FlaskClient, teaching: Teaching) -> None:
    offering = teaching.offering(places=2, name_zh="周三班", material_fee=3000)
    teaching.enrolment(offering)

    page = client.get("/courses").text
    assert "书法基础 周三班" in page
    assert "剩1个" in page
    assert "另收材料费30元" in page
    told = client.get("/offerings", headers={"Accept": "application/json"}).get_json()
    assert [(one["offering"], one["left"]) for one in told["offerings"]] == [(offering.id, 1)]


def test_three_taps_from_the_catalogue(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering, member = teaching.offering(), make.member()
    make.sign_in(client, member)

    assert f'href="/offerings/{offering.id}"' in client.get("/courses").text
    assert f'href="/offerings/{offering.id}/enrol"' in client.get(f"/offerings/{offering.id}").text
    assert "确认报名" in client.get(f"/offerings/{offering.id}/enrol").text
    done = client.post(f"/offerings/{offering.id}/enrol", data={"key": "abcdefgh1"})
    assert done.status_code == 303
    assert "报上了" in client.get(done.location).text


def test_each_class_has_its_own_count(client: FlaskClient, teaching: Teaching) -> None:
    one, other, empty = (teaching.offering(places=5) for _ in range(3))
    for offering in (one, one, one, other):
        teaching.enrolment(offering)
    teaching.wait(other)
    told = client.get("/offerings", headers={"Accept": "application/json"}).get_json()
    counts = {each["offering"]: (each["left"], each["waiting"]) for each in told["offerings"]}
    assert counts == {one.id: (2, 0), other.id: (0, 1), empty.id: (5, 0)}


def post(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Send a form, and follow where it leads."""
    return client.post(path, data=fields, follow_redirects=True)


def test_filters_by_subject_time_and_places(client: FlaskClient, teaching: Teaching) -> None:
    saturday = teaching.day() + timedelta(days=(5 - teaching.day().weekday()) % 7)
    monday = saturday + timedelta(days=2)
    evening = teaching.offering(first=monday, places=1)
    day = teaching.offering(first=monday, begins="16:59", course=teaching.course(subject="vocal"))
    weekend = teaching.offering(first=saturday, begins="09:00")
    teaching.enrolment(evening)

    def found(query: str) -> set[int]:
        told = client.get(f"/offerings?{query}", headers={"Accept": "application/json"}).get_json()
        return {one["offering"] for one in told["offerings"]}

    everything = {evening.id, day.id, weekend.id}
    assert found("") == everything
    assert found("subject=vocal") == {day.id}
    assert found("when=day") == {day.id}
    assert found("when=evening") == {evening.id}
    assert found("when=weekend") == {weekend.id}
    assert found("free=1") == {day.id, weekend.id}
    assert found("when=gestern&term=x&subject=") == everything
    assert found("when=%20&subject=+") == everything


def test_what_is_not_published_or_reviewed_is_not_there(
    client: FlaskClient, teaching: Teaching
) -> None:
    draft = teaching.offering(state=OfferingState.DRAFT)
    unread = teaching.offering(course=teaching.course(title_zh=""))
    tomorrow = clock.now() + timedelta(days=1)
    opens = {"opens_at": tomorrow, "public_opens_at": tomorrow}
    later = teaching.offering(
        term=teaching.term(shown_at=clock.now() + timedelta(minutes=1), **opens)
    )
    for one in (draft, unread, later):
        assert client.get(f"/offerings/{one.id}").status_code == 404


def test_a_stranger_signs_in_and_comes_back_to_the_class(
    client: FlaskClient, teaching: Teaching
) -> None:
    offering = teaching.offering()
    sent = client.post(f"/offerings/{offering.id}/enrol", data={"key": "abcdefgh1"})
    assert sent.status_code == 303
    assert f"next=/offerings/{offering.id}/enrol" in unquote(sent.location)


def test_a_full_class_is_refused_on_its_page_with_a_way_on(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(places=1)
    teaching.enrolment(offering)
    make.sign_in(client, make.member())

    refused = post(client, f"/offerings/{offering.id}/enrol", key="abcdefgh1")

    assert refused.status_code == 409
    assert "这个班的名额刚好满了" in refused.text
    assert f'href="/offerings/{offering.id}/wait"' in refused.text


def test_a_repeat_with_one_key_is_one_place(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(places=1)
    make.sign_in(client, make.member())
    path = f"/offerings/{offering.id}/enrol"
    first, again = (client.post(path, data={"key": "abcdefgh1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location


def test_a_child_is_chosen_and_its_guardian_asked(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering, parent = teaching.offering(), make.member()
    child = teaching.child(parent, name="李乐乐")
    make.sign_in(client, parent)
    path = f"/offerings/{offering.id}/enrol"

    assert "我是监护人" in client.get(f"{path}?person={child.id}").text
    refused = post(client, path, key="abcdefgh1", person=child.id)
    assert refused.status_code == 422
    assert "要监护人勾选同意" in refused.text
    assert "李乐乐" in post(client, path, key="abcdefgh2", person=child.id, guardian="1").text


def test_before_staff_somebody_has_a_place_kept_for_who_comes(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    until = clock.now() + timedelta(hours=1)
    offering, member = (
        teaching.offering(places=1, in_person=1, in_person_until=until),
        make.member(),
    )
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)

    post(client, f"/offerings/{offering.id}/enrol", key="abcdefgh1")

    (made,) = facts.enrolments_of(offering.id)
    assert (made.channel, made.member_id) == (Channel.COUNTER, member.id)


def test_ones_own_page_withdraws_and_changes(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    course = teaching.course()
    one, other = (teaching.offering(course=course, name_zh=name) for name in ("甲班", "乙班"))
    place = teaching.enrolment(one)
    make.sign_in(client, place.member)

    page = client.get(f"/enrolments/{place.code}").text
    assert "换到平行班" in page
    moved = post(client, f"/enrolments/{place.code}/move", offering=other.id)
    assert "书法基础 乙班" in moved.text
    (now,) = facts.enrolments_of(other.id)
    assert "退出了" in post(client, f"/enrolments/{now.code}/withdraw").text
    assert facts.enrolments_of(other.id) == []
    refused = post(client, f"/enrolments/{now.code}/move", offering=one.id)
    assert refused.status_code == 409
    assert "这个名额已经退掉了" in refused.text


def test_what_is_given_back_stands_there_before(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    place = teaching.enrolment(teaching.offering(member_fee=20000, material_fee=3000))
    make.sign_in(client, place.member)
    page = client.get(f"/enrolments/{place.code}").text
    assert "请到服务台交230元" in page
    assert "还没有交费，退出不用付钱" in page
    place.state, place.held_until = EnrolmentState.CONFIRMED, None
    make.commit()
    assert "现在退出，退给您230元" in client.get(f"/enrolments/{place.code}").text


def test_somebody_elses_place_is_not_there(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    place = teaching.enrolment(teaching.offering())
    make.sign_in(client, make.member())
    assert client.get(f"/enrolments/{place.code}").status_code == 404
    assert client.post(f"/enrolments/{place.code}/withdraw").status_code == 404


def test_the_office_lets_somebody_in_beyond_a_rule(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(course=teaching.course(max_age=12))
    member = make.member("王小红")
    make.sign_in(client, make.staff(Role.PROGRAMME))
    path = f"/staff/offerings/{offering.id}/enrol"

    assert "请写一句为什么" in post(client, path, key="abcdefgh1", phone=member.phone).text
    unknown = post(client, path, key="abcdefgh2", phone="13900000000", why="陪读")
    assert "这个手机号没有会员" in unknown.text
    done = post(client, path, key="abcdefgh3", phone=member.phone, why="陪读")
    assert "给王小红报上了" in done.text
    (made,) = facts.enrolments_of(offering.id)
    assert made.excused_why == "陪读"


def test_the_office_lets_a_child_in_beyond_a_rule(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering(course=teaching.course(min_age=10, max_age=12))
    parent = make.member("王小红")
    child, _twin = teaching.child(parent, 8, "小宝"), teaching.child(parent, 8, "小贝")
    make.sign_in(client, make.staff(Role.PROGRAMME))
    path = f"/staff/offerings/{offering.id}/enrol"
    asked = {"phone": parent.phone, "why": "和哥哥一起来"}

    strange = post(client, path, key="abcdefgh1", child="小明", **asked)
    assert "没有这个姓名" in strange.text
    assert 'value="小明"' in strange.text
    unasked = post(client, path, key="abcdefgh2", child="小宝", **asked)
    assert "监护人" in unasked.text
    assert not facts.enrolments_of(offering.id)
    post(client, path, key="abcdefgh3", child="小宝", guardian="1", **asked)
    (made,) = facts.enrolments_of(offering.id)
    assert (made.companion_id, made.member_id) == (child.id, parent.id)
    assert made.excused_why == "和哥哥一起来"


def test_another_houses_class_is_not_the_offices(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    offering = teaching.offering()
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.branch()))
    assert client.get(f"/staff/offerings/{offering.id}/enrol").status_code == 404


def test_who_comes_late_reads_that_the_tuition_does_not_come_back(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    soon = teaching.offering(member_fee=5000, material_fee=800, trial_sessions=1)
    begun = teaching.offering(
        member_fee=5000, trial_sessions=1, first=teaching.day(-14), sessions=6
    )
    make.sign_in(client, make.member())
    page = client.get(f"/offerings/{soon.id}/enrol").text
    assert "以前退出都退，再晚不退" in page
    assert "可以试听1次" in page
    assert "材料费在材料买好以前都退" in page
    assert "可以试听1次" in client.get(f"/offerings/{soon.id}").text
    page = client.get(f"/offerings/{begun.id}/enrol").text
    assert "以后退出学费不退" in page
    assert "试听" not in page
    assert "试听" not in client.get(f"/offerings/{begun.id}").text


def test_a_paid_places_page_leads_to_its_receipt_and_later_to_what_goes_back(
    client: FlaskClient, make: Factory, teaching: Teaching
) -> None:
    place = teaching.enrolment(teaching.offering(member_fee=5000))
    make.sign_in(client, place.member)
    page = client.get(f"/enrolments/{place.code}").text
    assert "单号、收款码" in page
    assert "退多少" not in page  # a class says so itself, there is no ladder
    asked = payments.find("courses", place.id)
    assert asked is not None
    payments.receive(asked, reference="slip", now=clock.now())
    page = client.get(f"/enrolments/{place.code}").text
    assert f'href="/payments/{asked.id}"' in page
    assert "付款和收款凭证" in page
    assert "退给您的钱" in post(client, f"/enrolments/{place.code}/withdraw").text
