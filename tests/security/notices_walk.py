"""Notices and mass notices as programs read and send them: each address once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Protocol

from flask import Flask

from palace.db import db
from palace.members.models import Staff
from palace.notices import senders
from tests.factory import Factory


class Walk(Protocol):
    """What asks an address and checks the shape of the answer."""

    app: Flask

    def ask(self, method: str, path: str, /, **fields: object) -> Any:
        """Ask for an address."""


def read_what_was_told(walk: Walk) -> None:
    """Read the inbox, mark it, say how one wants to be told, and prove an e-mail address."""
    inbox = "/mine/notices"
    told = walk.ask("GET", inbox)
    walk.ask("POST", f"{inbox}/read", up_to=told["notices"][0]["notice"])
    walk.ask("POST", f"{inbox}/ways", language="en", wanted=["tickets_issued", "missed"])
    walk.ask("POST", f"{inbox}/email", email="one@example.org")
    code = walk.ask("GET", "/demo/messages")["messages"][0]["text"]
    walk.ask("POST", f"{inbox}/email/code", code=re.findall("[0-9]{6}", code)[0])
    walk.ask("POST", f"{inbox}/email/drop")
    walk.ask("POST", f"{inbox}/ways", language="zh", wanted=sorted(senders.KINDS))


def tell_many(walk: Walk, make: Factory) -> None:
    """Write a mass notice, change it, start, stop and resume it; settle notices; set a template."""
    walk.ask("POST", "/staff/notices/retry", kind="tickets_issued")
    walk.ask("POST", "/staff/notices/decide", kind="tickets_issued", verdict="sent")
    walk.ask("GET", "/staff/notices/templates")
    demo = walk.app.extensions["palace"]
    walk.app.extensions["palace"] = replace(demo, demo=False, sms_gateway="aliyun")
    number = {"kind": "missed", "language": "zh", "template": "SMS_1", "seen": ""}
    walk.ask("POST", "/staff/notices/templates", **number)
    walk.app.extensions["palace"] = demo
    desk = "/staff/broadcasts"
    walk.ask("GET", f"{desk}/new")
    text = {"title_zh": "新春游园", "body_zh": "正月初五，南宫广场。", "audience": "members"}
    path = f"{desk}/{walk.ask('POST', desk, **text)['broadcast']}"
    walk.ask("GET", desk)
    seen = walk.ask("GET", path)["revision"]
    seen = walk.ask("POST", path, seen=str(seen), outside=True, **text)["revision"]
    make.rules().broadcast_confirm_above = db.session.query(Staff).count() + 100
    db.session.flush()
    word = walk.ask("POST", f"{path}/start", seen=seen)["word"]
    walk.ask("POST", f"{path}/stop")
    walk.ask("POST", f"{path}/go-on")
    walk.ask("GET", f"/answers?word={word}")
