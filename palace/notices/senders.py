"""How a notice leaves the house: the words of each kind, and the gateway that takes them.

Chinese gateways send approved templates only: short, variables of about 20 characters, no links.
"""

from __future__ import annotations

from typing import Any

from flask import current_app

from palace import words
from palace.config import Settings
from palace.members.services import code_of

SCREEN = "screen"
LONGEST_VARIABLE = 20
SIGN_IN_CODE = "sign_in_code"

TEMPLATES: dict[str, dict[str, str]] = {
    SIGN_IN_CODE: {
        "zh": "登录验证码 {code}，10分钟内有效，请勿告诉他人。",
        "en": "Your sign-in code is {code}. Valid for 10 minutes; tell nobody.",
    },
    "tickets_issued": {
        "zh": "{title}，{when}，{count}张票已出，登录后在“我的”里查看。",
        "en": "{title}, {when}: {count} ticket(s) issued. Sign in and open Mine to see them.",
    },
    "ticket_returned": {
        "zh": "{title}，{when}，您的一张票已退。",
        "en": "{title}, {when}: one of your tickets was returned.",
    },
    "awaiting_payment": {
        "zh": "{title}，{when}，座位留到{pay_by}，请到售票处付{amount}。",
        "en": "{title}, {when}: seats kept until {pay_by}. Please pay {amount} at the box office.",
    },
}


def gateway() -> str | None:
    """Return where notices go: the screen of a demonstration, or nowhere yet."""
    settings: Settings = current_app.extensions["palace"]
    return SCREEN if settings.demo else None


def may_send() -> bool:
    """Return whether anything can be sent."""
    return gateway() is not None


def text_of(kind: str, subject: str, values: dict[str, Any]) -> str:
    """Return a notice's words in the language in force; a code is derived here and kept nowhere."""
    filled = {name: str(value)[:LONGEST_VARIABLE] for name, value in values.items()}
    if kind == SIGN_IN_CODE:
        filled["code"] = code_of(subject)
    return TEMPLATES[kind][words.language()].format_map(_Blank(filled))


class _Blank(dict[str, str]):
    """Values of a notice; one that is missing is left out rather than keeping the notice back."""

    def __missing__(self, name: str) -> str:
        return ""
