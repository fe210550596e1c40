"""The people of the demonstration palace: some 2,700 on the rosters, a few to sign in as, and staff.

Every telephone number begins 199 0000: valid in form, nobody's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace.clock import palace_day
from palace.db import db
from palace.demo.house import read
from palace.members.models import Member, RosterEntry, Staff, Unit
from palace.members.rules import Role
from palace.members.services import (
    ask_access,
    code_now,
    confirm,
    grant_post,
    hash_password,
    new_secret,
)
from palace.venues.queries import find_site

SEED = 1958
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
    "程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎武郝任段"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红玲建国文辉力春梅海燕志永生秀云凤莲斌波宁晓东雪"
EXPIRED_EVERY, PHONELESS_EVERY, SHARED_EVERY = 40, 33, 25
VALID_DAYS = 400
FIRST_NUMBER = 1001


@dataclass(frozen=True)
class Persona:
    """Somebody the demonstration lets a visitor sign in as."""

    name: str
    phone: str
    unit: str
    expired: bool = False
    wheelchair: bool = False
    organiser: bool = False


PERSONAS = (
    Persona("张建华", "19900000001", "taxi-first"),
    Persona("李志强", "19900000002", "rail"),
    Persona("王秀英", "19900000002", "school-5"),
    Persona("李文静", "19900000002", "delivery"),
    Persona("陈桂兰", "19900000003", "steel", wheelchair=True),
    Persona("刘䶮", "19900000005", "delivery"),
    Persona("赵㛃", "19900000006", "guards"),
    Persona("𠮷文海", "19900000007", "taxi-first"),
    Persona("郭永平", "19900000008", "steel", expired=True),
    Persona("张和平", "19900000009", "taxi-first", organiser=True),
)

STAFF = (
    ("admin", "马晓东", Role.ADMIN, "nangong-1958"),
    ("counter", "武丽萍", Role.COUNTER, "window-1958"),
    ("door", "郝建军", Role.DOOR, "gate-1958"),
    ("programme", "秦爱莲", Role.PROGRAMME, "stage-1958"),
    ("review1", "温国栋", Role.REVIEWER, "first-1958"),
    ("review2", "乔淑芬", Role.REVIEWER, "final-1958"),
    ("finance", "高月琴", Role.FINANCE, "ledger-1958"),
)

WITH_CODES = {Role.ADMIN, Role.SITE_ADMIN, Role.FINANCE}
"""Whose sign-in asks for a code: the demonstration shows that of now on the page that asks for it."""

STATION_STAFF = (
    ("yangqu", "贾春梅", Role.COUNTER, "yangqu-1958", "yangqu"),
    ("branch", "石晓燕", Role.SITE_ADMIN, "branch-1958", "yangqu"),
    ("station", "段永志", Role.DOOR, "station-1958", "wangyueche"),
)
"""Who works at a branch and at a small station: they see what is there, and nothing of the head house."""

SIGN_INS: tuple[tuple[str, str], ...] = (
    ("验证码都在网页 /demo/messages 上。", "Codes appear on the page /demo/messages."),
    ("199 0000 0001  工会会员 张建华", "199 0000 0001  valid union member, Zhang Jianhua"),
    ("199 0000 0002  一家三口共用的手机", "199 0000 0002  a household of three on one phone"),
    (
        "199 0000 0003  坐轮椅的会员 陈桂兰",
        "199 0000 0003  member who uses a wheelchair, Chen Guilan",
    ),
    (
        "199 0000 0004  不在名册上，登录后待核对",
        "199 0000 0004  on no roster: pending after sign-in",
    ),
    (
        "199 0000 0005 / 6 / 7  生僻字姓名 䶮 㛃 𠮷",
        "199 0000 0005 / 6 / 7  names with rare characters",
    ),
    ("199 0000 0008  会籍已过期", "199 0000 0008  membership has expired"),
    (
        "199 0000 0009  单位工会经办人 张和平",
        "199 0000 0009  organiser of a taxi company's union, Zhang Heping",
    ),
    (
        "199 0000 0010  号码一年多没用，登录要再核对（证件后四位 2217）",
        "199 0000 0010  number idle for a year: asks one more thing (last four of the document 2217)",
    ),
    (
        "199 0000 0011  职工合唱团负责人 傅永玉（副负责人 0012）",
        "199 0000 0011  leader of the Workers' Choir, Fu Yongyu (deputy 0012)",
    ),
    (
        "199 0000 0014  书法老师 温砚秋",
        "199 0000 0014  teacher of calligraphy, Wen Yanqiu",
    ),
    (
        "没有手机的会员：请售票处（counter）替他办理，会员卡 TY00000012，或苏力霞、骑手工会",
        "a member without a phone: counter acts for her, card TY00000012, or 苏力霞 of 骑手工会",
    ),
    *(
        (f"工作人员 {login}  密码 {word}", f"staff {login}  password {word}")
        for login, _, _, word in STAFF
    ),
    (
        "admin、finance 和 branch 还要一个动态验证码，登录页上会显示。",
        "admin, finance and branch need a code too; the page that asks for it shows it.",
    ),
    *(
        (f"分馆人员 {login}  密码 {word}", f"staff of a station {login}  password {word}")
        for login, _, _, word, _ in STATION_STAFF
    ),
)


def bring_in(now: datetime) -> None:
    """Add the rosters, the accounts that need something prepared, and the staff."""
    units = {unit.code: unit.id for unit in db.session.scalars(select(Unit))}
    today = palace_day(now)
    rows = [_persona_row(persona, units, today) for persona in PERSONAS]
    rows += list(_invented(units, today, random.Random(SEED)))  # noqa: S311 - names for a demonstration, no secret
    for number, row in enumerate(rows, 1):
        row["card_number"] = f"TY{number:08d}"
    db.session.execute(insert(RosterEntry).values(rows))
    _prepare_accounts(units, now)
    for login, name, role, password in STAFF:
        _employ(login, name, role, password)
    for login, name, role, password, code in STATION_STAFF:
        site = find_site(code)
        _employ(login, name, role, password, site_id=site.id if site else None)


def _employ(
    login: str, name: str, role: Role, password: str, *, site_id: int | None = None
) -> None:
    staff = Staff(login=login, name=name, password_hash=hash_password(password))
    db.session.add(staff)
    db.session.flush()
    grant_post(staff, role, site_id=site_id)
    if role in WITH_CODES:
        secret = new_secret()
        confirm(staff, secret, code_now(secret))


def _persona_row(persona: Persona, units: dict[str, int], today: date) -> dict[str, object]:
    days = -30 if persona.expired else VALID_DAYS
    return {
        "unit_id": units[persona.unit],
        "name": persona.name,
        "phone": persona.phone,
        "valid_until": today + timedelta(days=days),
    }


def _invented(
    units: dict[str, int], today: date, chance: random.Random
) -> Iterator[dict[str, object]]:
    """Yield invented people, until each basic union has as many as the data file says."""
    named = [persona.unit for persona in PERSONAS]
    unions = read("palace.toml")["union"]
    places = [
        union["code"]
        for union in unions
        for _ in range(union.get("people", 0) - named.count(union["code"]))
    ]
    for number, code in enumerate(places):
        days = -60 if number % EXPIRED_EVERY == 0 else VALID_DAYS
        yield {
            "unit_id": units[code],
            "name": _name(chance),
            "phone": _phone(number),
            "valid_until": today + timedelta(days=days),
        }


def _name(chance: random.Random) -> str:
    """Return a name of two or three characters."""
    return chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2, 2, 2))))


def _phone(number: int) -> str | None:
    """Return a telephone number of nobody's; some have none, some a relative's."""
    if number % PHONELESS_EVERY == 1:
        return None
    shared = number % SHARED_EVERY == 2  # noqa: PLR2004 - any one of the twenty-five
    return f"1990000{FIRST_NUMBER + number - shared:04d}"


def _prepare_accounts(units: dict[str, int], now: datetime) -> None:
    """Give wheelchair users their account with its grant, and the organiser of a union the post."""
    for persona in PERSONAS:
        if persona.wheelchair or persona.organiser:
            entry = db.session.scalars(
                select(RosterEntry).where(RosterEntry.phone == persona.phone)
            ).one()
            member = Member(phone=persona.phone, name=persona.name, roster_entry=entry)
            db.session.add(member)
            db.session.flush()
            if persona.wheelchair:
                ask_access(member, True, now)
            else:
                grant_post(member, Role.UNIT, unit_id=units[persona.unit])
