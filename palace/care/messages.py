"""Whether messages can leave the house, and what to do where they cannot: lines like those of `rules`."""

from __future__ import annotations

from palace.care.measurements import Database, Messages, Setting
from palace.care.rules import Line
from palace.text import N_

FEW_LEFT = 200
"""Messages that should at least be paid for: a morning's sign-in codes."""


def lines(database: Database | None, setting: Setting) -> list[Line]:
    """Return what there is to say of messages; a demonstration sends none."""
    if database is None:
        return []
    if setting.demo:
        return [Line(N_("短信"), True, N_("演示模式，显示在网页上"))]
    told = database.messages
    kept = [_unsettled_line(told)]
    if not setting.sms:
        return [_gateway_line(database, setting), *kept]
    return [
        _gateway_line(database, setting),
        _templates_line(told),
        _balance_line(told),
        *kept,
    ]


def _gateway_line(database: Database, setting: Setting) -> Line:
    """Judge whether codes and notices can leave the house."""
    name = N_("短信")
    values: dict[str, object] = {"count": database.waiting, "error": database.messages.failing}
    seen = N_("等着发送 %(count)s 条")
    if not setting.sms:
        todo = N_(
            "还没有接上短信通道，会员收不到验证码。照 docs/operations.md 的“Messages”接通后重启。"
        )
        return Line(name, False, seen, todo, values)
    if database.messages.failing:
        said = N_("等着发送 %(count)s 条，短信公司最近一次答：%(error)s")
        todo = N_("照这个代码查短信公司的说明：账号、签名、网络。修好以后会自己重发。")
        return Line(name, False, said, todo, values)
    return Line(name, True, seen, "", values)


def _templates_line(told: Messages) -> Line:
    """Judge whether every kind has its template; the others go out meanwhile."""
    return Line(
        N_("短信模板"),
        not told.untemplated,
        N_("缺 %(count)s 种：%(kinds)s") if told.untemplated else N_("都有"),
        N_("在工作台“短信模板”里填上编号；没有编号的那几种先不发短信，别的照发。"),
        {"count": len(told.untemplated), "kinds": "、".join(told.untemplated)},
    )


def _balance_line(told: Messages) -> Line:
    """Judge the money: the provider's word where it tells, its last refusal, the house's own budget."""
    name = N_("短信余额和预算")
    values: dict[str, object] = {"left": told.left}
    if told.empty or (told.left is not None and told.left < FEW_LEFT):
        seen = N_("快没有或者没有了") if told.left is None else N_("短信公司那里只剩 %(left)s 条")
        return Line(name, False, seen, N_("给短信公司的账户充值，充好以后会自己接着发。"), values)
    if told.out_of_budget:
        todo = N_("等到明天，或者在“馆规 → 通知和群发”里加预算。")
        return Line(name, False, N_("今天的短信预算用完了，有通知等到明天"), todo, values)
    if told.left is None:
        return Line(name, True, N_("短信公司的接口不告诉余额"))
    return Line(name, True, N_("还剩 %(left)s 条"), "", values)


def _unsettled_line(told: Messages) -> Line:
    """Judge what did not leave, and what perhaps did: a person decides about both."""
    return Line(
        N_("没发成的通知"),
        told.uncertain == told.dead == 0,
        N_("没发成 %(dead)s 条，说不准 %(uncertain)s 条"),
        N_("在“没发出去的通知”里看原因，再试一次，或者定它已经发了。"),
        {"dead": told.dead, "uncertain": told.uncertain},
    )
