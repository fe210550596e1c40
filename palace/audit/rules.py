"""The words of the audit: what was done, to what, and which of its values changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from palace.text import N_
from palace.venues.figures import ALL

KEPT_AT_LEAST = timedelta(days=183)

ACTS = {
    "palace_founded": N_("文化宫建立"),
    "restored": N_("从备份恢复"),
    "staff_employed": N_("新工作人员"),
    "staff_password": N_("换新密码"),
    "staff_left": N_("工作人员离职"),
    "staff_signed_in": N_("登录工作台"),
    "staff_signed_out": N_("退出工作台"),
    "staff_refused": N_("密码不对"),
    "staff_code_refused": N_("第二步验证码不对"),
    "post_granted": N_("给岗位"),
    "post_ended": N_("收回岗位"),
    "proofs_set": N_("改登录规则"),
    "rules_set": N_("改馆规"),
    "house_switched": N_("拨总开关"),
    "revision_proposed": N_("送审"),
    "revision_passed": N_("审核通过一步"),
    "revision_sent_back": N_("审核退回"),
    "revision_published": N_("审核全部通过，公开"),
    "revision_withdrawn": N_("撤回送审"),
    "review_step_added": N_("加审核步骤"),
    "review_step_removed": N_("去掉审核步骤"),
    "second_factor_set": N_("设好第二步验证"),
    "second_factor_dropped": N_("取消第二步验证"),
    "second_factor_forgotten": N_("重设第二步验证"),
    "recovery_code_used": N_("用了恢复码"),
    "sign_ins_ended": N_("结束登录"),
    "looked_up": N_("查找会员"),
    "acting_begun": N_("开始替人办理"),
    "acting_ended": N_("替人办理完了"),
    "member_joined": N_("新会员"),
    "member_recognised": N_("名册认出会员"),
    "member_untied": N_("会员卡换了人，账号不再连着名册"),
    "member_renamed": N_("会员改名"),
    "number_changed": N_("会员换手机号"),
    "number_set": N_("柜台改手机号"),
    "number_proven": N_("久未使用的号码验明本人"),
    "number_freed": N_("手机号换了主人，旧账号没有号码了"),
    "companion_kept": N_("存同行人"),
    "companion_removed": N_("删同行人"),
    "signed_out_everywhere": N_("会员退出所有设备"),
    "calendar_renewed": N_("换日历订阅地址"),
    "access_asked": N_("开通轮椅席"),
    "access_ended": N_("关闭轮椅席"),
    "poster_made": N_("做入会海报"),
    "poster_retired": N_("收起入会海报"),
    "unit_applied": N_("申请加入单位"),
    "unit_confirmed": N_("单位确认会员"),
    "unit_refused": N_("单位没有确认"),
    "unit_asked_name": N_("单位请申请人填姓名"),
    "units_imported": N_("导入单位"),
    "roster_uploaded": N_("上传名册"),
    "roster_wanted": N_("决定导入名册"),
    "roster_confirmed": N_("确认多人离开，决定导入名册"),
    "roster_applied": N_("名册已导入"),
    "verifier_let_go": N_("核对单位不再确认"),
    "openings_set": N_("改开票时间"),
    "seats_kept": N_("留座位"),
    "places_kept": N_("留名额"),
    "seats_released": N_("放出留的座位"),
    "tickets_issued": N_("出票"),
    "ticket_returned": N_("退票"),
    "strike_written": N_("记下预约了没来"),
    "strike_forgiven": N_("预约了没来，不算了"),
    "strike_appealed": N_("请人再看预约了没来"),
    "strike_kept": N_("预约了没来，还是算"),
    "strike_withdrawn": N_("撤掉预约了没来"),
    "waiting_joined": N_("排队等票"),
    "waiting_left": N_("退出排队"),
    "waiting_ended": N_("停止订票，排队结束"),
    "offer_made": N_("轮到，给排队的人留位"),
    "offer_accepted": N_("排队的人要了"),
    "offer_declined": N_("排队的人不要了"),
    "offer_lapsed": N_("过时没有确认，让给后面的人"),
    "admitted": N_("检票入场"),
    "consent_text_published": N_("发布个人信息说明"),
    "consent_withdrawn": N_("收回同意"),
    "data_downloaded": N_("下载自己的资料"),
    "member_erased": N_("注销会员"),
    "template_set": N_("改短信模板"),
    "notices_retried": N_("重发没发成的通知"),
    "notices_decided": N_("判定说不准的通知"),
    "broadcast_written": N_("写群发"),
    "broadcast_revised": N_("改群发"),
    "broadcast_started": N_("开始群发"),
    "broadcast_stopped": N_("停下群发"),
    "broadcast_resumed": N_("接着群发"),
    "keeping_set": N_("改保存天数"),
    "plan_drafted": N_("开始画座位图"),
    "plan_draft_dropped": N_("扔掉座位图草稿"),
    "plan_kept": N_("存座位图"),
    "plan_retired": N_("删座位图"),
    "plan_switched": N_("给场次换座位图"),
    "task_died": N_("后台任务失败"),
    "task_retried": N_("重试后台任务"),
    "list_export_begun": N_("开始导出列表"),
    "list_exported": N_("导出列表"),
    "performance_staged": N_("排场次"),
    "performance_changed": N_("改场次"),
    "performance_copied": N_("照样再排一场"),
    "performance_published": N_("发布场次"),
    "performance_unpublished": N_("撤下场次"),
    "prices_set": N_("改票价"),
    "quotas_set": N_("改配额"),
    "tier_added": N_("加票种"),
    "tier_changed": N_("改票种"),
    "tier_ended": N_("停用票种"),
    "tier_resumed": N_("重新启用票种"),
    "tier_removed": N_("删票种"),
    "access_refused": N_("想看没有权限的页面"),
}
"""Every act the code notes, in words."""

SUBJECTS = {
    "site": N_("馆 %(number)s"),
    "staff": N_("工作人员 %(number)s"),
    "member": N_("会员 %(number)s"),
    "poster": N_("海报 %(number)s"),
    "order": N_("订单 %(number)s"),
    "ticket": N_("票 %(number)s"),
    "waiting": N_("排队 %(number)s"),
    "strike": N_("没来的记录 %(number)s"),
    "performance": N_("场次 %(number)s"),
    "plan": N_("座位图 %(number)s"),
    "plan_draft": N_("座位图草稿 %(number)s"),
    "broadcast": N_("群发 %(number)s"),
    "template": N_("短信模板 %(number)s"),
    "notices": N_("通知 %(number)s"),
    "tier": N_("票种 %(number)s"),
    "task": N_("任务 %(number)s"),
    "backup": N_("备份 %(number)s"),
    "list": N_("列表 %(number)s"),
    "roster_import": N_("名册导入 %(number)s"),
    "consent_text": N_("说明 %(number)s"),
    "page": N_("页面 %(number)s"),
    "production": N_("剧目 %(number)s"),
    "review_step": N_("审核步骤 %(number)s"),
}
"""What acts are done to, by the word in front of the colon."""

VALUES = {
    "name": N_("名字"),
    "revision": N_("送审编号"),
    "openings": N_("开票时间"),
    "kept_for": N_("留给谁"),
    "until": N_("留到什么时候"),
    "seats": N_("座位"),
    "step": N_("步骤"),
    "mode": N_("总开关"),
    "phone": N_("手机号"),
    "last_four": N_("证件尾号"),
    "role": N_("岗位"),
    "sign_ins": N_("结束的登录"),
    "roster_entry": N_("名册编号"),
    "unit": N_("单位编号"),
    "unit_id": N_("单位编号"),
    "application": N_("申请编号"),
    "tickets": N_("票数"),
    "gate": N_("检票口"),
    "words": N_("说的话"),
    "state": N_("状态"),
    "format": N_("格式"),
    "rows": N_("行数"),
    "title": N_("标题"),
    "audience": N_("发给谁"),
    "performance": N_("场次编号"),
    "receivers": N_("收件人数"),
    "cost": N_("估计花费（分）"),
    "template": N_("模板编号"),
    "verdict": N_("判定"),
    "count": N_("条数"),
    "members": N_("会员人数"),
    "orders": N_("订单数"),
    "filters": N_("查找条件"),
    "why": N_("原因"),
    "acted_for": N_("替谁办理"),
    "found_by": N_("怎么找到的"),
    **{figure.name: figure.words for figure in ALL},
    "people": N_("找到的人数"),
    "of": N_("照哪一场"),
    "space": N_("场地编号"),
    "seating": N_("座位"),
    "plan": N_("座位图编号"),
    "capacity": N_("最多多少人"),
    "day": N_("日期"),
    "time": N_("开演"),
    "get_in": N_("装台分钟"),
    "get_out": N_("拆台分钟"),
    "doors": N_("提前几分钟开门"),
    "opens_day": N_("开票日期"),
    "opens_time": N_("开票时间"),
    "closes_day": N_("停止订票日期"),
    "closes_time": N_("停止订票时间"),
    "identity_policy": N_("登记谁的证件"),
    "one_per_identity": N_("一个证件只能订一张"),
    "name_zh": N_("中文名"),
    "name_en": N_("英文名"),
    "qualifies": N_("谁能买"),
    "cap": N_("一场每人最多几张"),
    "monthly": N_("算在每月的免费票里"),
    "proof_zh": N_("入场看什么证件（中文）"),
    "proof_en": N_("入场看什么证件（英文）"),
    "fund": N_("差价由谁出"),
    "house": N_("全场配额"),
    "post": N_("岗位编号"),
    "site": N_("馆编号"),
    "purpose": N_("哪份说明"),
    "version": N_("版本"),
    "claims": N_("跟着换的座位"),
    "size": N_("文件大小（字节）"),
    "roles": N_("这些岗位登录要动态验证码"),
    "minutes": N_("验证一次管几分钟"),
    "new": N_("新增"),
    "changed": N_("有变化"),
    "unchanged": N_("没有变化"),
    "leaving": N_("离开"),
    "listed": N_("原有人数"),
    "errors": N_("有错的行"),
    "kept": N_("核对过，留下"),
    "entrant_keep_days": N_("入场人的姓名和证件印记，散场后留几天"),
    "notice_keep_days": N_("发出的通知留几天"),
    "agenda_keep_days": N_("会员的日程，过去后留几天"),
    "application_keep_days": N_("办完的入会申请留几天"),
    "challenge_keep_days": N_("要过验证码的记录留几天"),
    "command_key_keep_days": N_("防止重复办理的记录留几天"),
    "export_keep_days": N_("导出的文件留几天"),
    "downloads_per_day": N_("会员一天最多下载几次自己的资料"),
    "audit_keep_days": N_("操作记录留几天"),
    "idle_keep_months": N_("多少个月没有来过的会员自动注销"),
}
"""Words for the values of before and after; one without words is called as the code calls it."""

FOUND_BY = {
    "code": N_("会员二维码"),
    "document": N_("证件"),
    "phone": N_("手机号"),
    "card": N_("会员卡"),
    "name": N_("姓名和单位"),
    "new": N_("新建账号"),
}
"""What somebody was found by, in words."""

Values = dict[str, object]


def changes(before: Values | None, after: Values | None) -> list[tuple[str, object, object]]:
    """Return what changed: name, value before, value after; what stayed the same is left out."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    return [
        (name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    ]


class Wrong(StrEnum):
    """How a seal does not fit."""

    CHANGED = "its lines were changed, added or deleted"
    FORGOTTEN_TOO_SOON = "its lines were deleted before their time"
    SLIPPED_IN = "a line stands among sealed ones, but in no seal"


@dataclass(frozen=True)
class Verdict:
    """What checking the seals found: how many fit, the newest hash, and the first that does not fit."""

    count: int
    forgotten: int
    head: bytes
    wrong: Wrong | None = None
    day: date | None = None


def may_be_forgotten(day: date, forgotten_at: datetime) -> bool:
    """Return whether lines of a day were old enough when they were forgotten."""
    return forgotten_at.date() - day >= KEPT_AT_LEAST
