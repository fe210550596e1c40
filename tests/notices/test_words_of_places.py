"""What people read of their places in classes, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.notices.test_words_of_rooms import said

VALUES = {
    "title": {"zh": "书法基础 周六晚班", "en": "Calligraphy"},
    "starts_at": "2026-11-28T11:00:00+00:00",
}
DUE = {"pay_by": "2026-11-27T02:00:00+00:00", "amount": 23000}
WITH_START = {
    "class_enrolled": ("报上了，11月28日 周六 19:00上课", "next session Sat 28 Nov 19:00"),
    "class_moved": (
        "11月28日 周六 19:00上课，原来的名额退掉了",
        "Your former place was given back",
    ),
}
ENDED = {
    "class_withdrawn": ("您退出了", "you have withdrawn"),
    "class_lapsed": ("没有按时交费", "was not paid for in time"),
    "class_removed": ("工作人员给您退班了", "the palace ended your place"),
    "class_absent": ("缺课太多", "too many sessions missed"),
    "class_called_off": ("取消了，不上课了", "is called off"),
}
PLACES = {"class_unpaid", "class_unpaid_online", *WITH_START, *ENDED}


@pytest.mark.parametrize("kind", WITH_START | ENDED)
def test_what_became_of_a_place_is_said_with_its_class(app: Flask, kind: str) -> None:
    chinese, english = said(app, kind, VALUES)
    assert "书法基础 周六晚班" in chinese
    assert "Calligraphy" in english
    assert (WITH_START | ENDED)[kind][0] in chinese
    assert (WITH_START | ENDED)[kind][1] in english


def test_an_unpaid_place_says_how_much_until_when(app: Flask) -> None:
    chinese, english = said(app, "class_unpaid", VALUES | DUE)
    assert "名额留到11月27日 周五 10:00，请到服务台交230元" in chinese
    assert "kept until Fri 27 Nov 10:00. Please pay " in english


def test_where_a_provider_takes_money_it_says_so(app: Flask) -> None:
    chinese, english = said(app, "class_unpaid_online", VALUES | DUE)
    assert "请登录，在“我的”里交230元，也可到服务台交" in chinese
    assert "Sign in and pay 230元 under Mine, or at the counter" in english
    chinese, english = said(app, "awaiting_payment_online", VALUES | DUE)
    assert "座位留到11月27日 周五 10:00。请登录，在“我的”里付230元，也可到售票处付" in chinese
    assert "Sign in and pay 230元 under Mine, or at the box office" in english
