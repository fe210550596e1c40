"""What people agree to, and the words a palace begins with: plain values.

Separate consent for sensitive data and a guardian's word under 14: Personal Information Protection
Law, articles 29 and 31.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from palace.text import N_

SHORTEST, LONGEST = 20, 8000


class Purpose(StrEnum):
    """What somebody agrees to: how the palace uses data, identity numbers, a child's."""

    PRIVACY = "privacy"
    IDENTITY = "identity"
    GUARDIAN = "guardian"


NAMES = {
    Purpose.PRIVACY: N_("个人信息说明"),
    Purpose.IDENTITY: N_("证件号码单独同意书"),
    Purpose.GUARDIAN: N_("14岁以下儿童监护人同意书"),
}
WITHDRAWABLE = frozenset({Purpose.IDENTITY, Purpose.GUARDIAN})
"""Consents somebody may take back alone; taking back the first is leaving, which has its own page."""


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str


FIRST = {
    Purpose.PRIVACY: Words(
        "我们记您的姓名、手机号、单位，用来订票、报名、借场地和通知您。\n"
        "单位工会只看到姓名和手机号后四位，用来核对您是不是本单位会员；检票员和售票员看到的姓名中间有星号。\n"
        "不卖、不给别人打广告。短信由短信公司代发，他们只拿到手机号和那一条内容。\n"
        "用完就删：期限写在馆里的规定里，您在“我的资料”里都能看到。\n"
        "您随时可以看、可以下载、可以注销。有钱的订单按财务规定留着，但不再写着是谁。",
        "We keep your name, phone number and unit, to book, enrol, lend rooms and tell you about it.\n"
        "Your unit's union sees your name and the last four digits of your phone, to check that you "
        "are a member; stewards and clerks see your name with stars in it.\n"
        "Nothing is sold and nobody advertises with it. A gateway sends our messages: it gets the "
        "number and that message only.\n"
        "What is used up is deleted; the days are house rules, and “My data” shows them.\n"
        "You may look, download and erase at any time. Orders with money stay as the books require, "
        "without saying whose they were.",
    ),
    Purpose.IDENTITY: Words(
        "有的演出实名入场，才请您填证件号码。号码只用来核对这一场，不存原文，只留尾号和加密的印记，"
        "过了馆里规定的天数就删。不填也可以看其他演出。随时可以在“我的资料”里收回同意。",
        "Only shows that admit by name ask for a document number. It is checked for that show alone; "
        "the number itself is never stored, only its end and an encrypted mark, which are deleted "
        "after the days the house rules say. All other shows stay open without it. You may take this "
        "back in “My data” at any time.",
    ),
    Purpose.GUARDIAN: Words(
        "孩子不满14岁，由监护人替孩子填写姓名和证件。我是监护人，同意文化宫用它核对入场；"
        "孩子的资料和别人的一样少留、按期删，不作别的用途。",
        "A child is under 14, so the guardian gives its name and document. I am the guardian and agree "
        "that the palace checks the entrance with them; a child's data is kept as little and as short "
        "as anybody's and serves nothing else.",
    ),
}
"""Version 1 of each text, until a palace publishes its own."""
