"""The words lists use for their columns, and for what stands below: Chinese or English, first come first."""

from __future__ import annotations

import re
from enum import StrEnum

from palace.members.units import RosterStatus, UnitKind


class Column(StrEnum):
    """What a column of a roster holds."""

    NAME = "name"
    PHONE = "phone"
    CARD = "card"
    UNIT = "unit"
    VALID_UNTIL = "valid_until"
    STATUS = "status"
    LEFT_ON = "left_on"


HEADERS = {
    Column.NAME: "姓名 名字 会员姓名 职工姓名 name fullname membername",
    Column.PHONE: "手机号 手机 手机号码 联系电话 电话 联系方式 移动电话 phone mobile phonenumber mobilephone",
    Column.CARD: (
        "会员卡号 工会会员证号 工会会员卡号 会员证号 会员编号 卡号 证号"
        " card cardnumber cardno membernumber"
    ),
    Column.UNIT: (
        "单位 单位名称 单位代码 工会 工会名称 所属工会 所在单位 基层工会 单位工会"
        " unit unitcode unitname union"
    ),
    Column.VALID_UNTIL: "有效期至 有效期 有效期止 到期日期 截止日期 validuntil expires expiry validto",
    Column.STATUS: "状态 会员状态 人员状态 在职状态 status state",
    Column.LEFT_ON: "离职/退休日期 离职日期 退休日期 离会日期 离开日期 lefton leftdate leavingdate retiredon",
}
STATUSES = {
    RosterStatus.ACTIVE: "在职 在岗 在册 有效 正常 active current valid",
    RosterStatus.RETIRED: "退休 离休 内退 已退休 retired",
    RosterStatus.LEFT: "离职 离开 已离职 离会 退会 调出 转出 除名 去世 left resigned",
}
UNIT_HEADERS = {
    "code": "代码 单位代码 code",
    "name": "名称 单位 单位名称 name",
    "kind": "类别 类型 kind",
    "parent": "上级 上级代码 上级单位代码 parent",
    "sector": "行业 领域 sector",
    "nicknames": "别名 简称 俗称 nicknames",
}
KINDS = {
    UnitKind.FEDERATION: "总工会 federation",
    UnitKind.DISTRICT: "区县工会 区县 地方工会 district",
    UnitKind.INDUSTRY: "产业工会 产业 industry",
    UnitKind.TRADE: "行业工会 行业 trade",
    UnitKind.BASIC: "基层工会 基层 单位工会 basic",
}
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
