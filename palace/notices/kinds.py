"""The words of each kind of notice, and how long anybody still wants to get it.

Chinese gateways send approved templates only: short, variables of about 20 characters, no links.
"""

from __future__ import annotations

from palace.members.rules import CODE_LIFE
from palace.notices.kind import BROADCAST_LASTS, NEWS, REMINDER, TURN, Kind
from palace.notices.lessons import LESSONS
from palace.notices.rules import (
    BROADCAST,
    EMAIL_CODE,
    EMAIL_CODE_LIFE,
    NUMBER_CHANGED,
    SIGN_IN_CODE,
)

KINDS = {
    SIGN_IN_CODE: Kind(
        "登录验证码 {code}，10分钟内有效，请勿告诉他人。",
        "Your sign-in code is {code}. Valid for 10 minutes; tell nobody.",
        CODE_LIFE,
    ),
    EMAIL_CODE: Kind(
        "邮箱验证码 {code}，30分钟内有效，请勿告诉他人。",
        "Your code for this e-mail address is {code}. Valid for 30 minutes; tell nobody.",
        EMAIL_CODE_LIFE,
    ),
    BROADCAST: Kind(
        "{title}。详情请到文化宫网站，在“答疑”里输入{word}。",
        "{title}. More on the palace's website: Answers, {word}.",
        BROADCAST_LASTS,
    ),
    NUMBER_CHANGED: Kind(
        "您在文化宫的手机号换掉了。不是您本人办的，请马上到售票处。",
        "Your phone number at the palace was changed. If it was not you, tell the box office now.",
        NEWS,
    ),
    "tickets_issued": Kind(
        "{title}，{starts_at}，{count}张票已出，登录后在“我的”里查看。",
        "{title}, {starts_at}: {count} ticket(s) issued. Sign in and open Mine to see them.",
        NEWS,
    ),
    "ticket_returned": Kind(
        "{title}，{starts_at}，您的一张票已退。",
        "{title}, {starts_at}: one of your tickets was returned.",
        NEWS,
    ),
    "seat_changed": Kind(
        "{title}，{starts_at}，座位换成{seat}了。旧的二维码不能再用，登录后在“我的”里看新票。",
        "{title}, {starts_at}: your seat is now {seat}. The old QR code is dead; sign in and see Mine.",
        NEWS,
    ),
    "ticket_offered": Kind(
        "有人送您一张票：{title}，{starts_at}。请在{until}前登录，在“我的”里收下。",
        "Somebody gives you a ticket: {title}, {starts_at}. Sign in by {until} and take it under Mine.",
        NEWS,
    ),
    "ticket_received": Kind(
        "{title}，{starts_at}，票收下了，登录后在“我的”里查看。",
        "{title}, {starts_at}: the ticket is yours. Sign in and open Mine to see it.",
        NEWS,
    ),
    "ticket_given": Kind(
        "{title}，{starts_at}，您送的票对方收下了，您的旧二维码不能再用。",
        "{title}, {starts_at}: the ticket you gave was taken; your old QR code is dead.",
        NEWS,
    ),
    "show_moved": Kind(
        "{title}，{starts_at}改到{new_at}，{place}。票照旧有效。去不了，请在{until}前到“我的”里退票。",
        "{title}, {starts_at}, is moved to {new_at}, {place}. Your ticket stays valid;"
        " if you cannot come, return it under Mine by {until}.",
        NEWS,
    ),
    "show_cancelled": Kind(
        "{title}，{starts_at}取消了，请不要来。免费名额已还给您；付过的钱请到售票处退。",
        "{title}, {starts_at}, is cancelled: please do not come. Free allowances are back;"
        " money paid is returned at the box office.",
        NEWS,
    ),
    "unit_confirmed": Kind(
        "{unit}核对好了，您已是工会会员，会员票可以订了。",
        "{unit} has confirmed you: you are a union member now and may book member tickets.",
        NEWS,
    ),
    "unit_refused": Kind(
        "{unit}没有核对上您，登录后可以换一个单位，或到售票处办理。",
        "{unit} could not confirm you. Sign in to choose another unit, or ask at the box office.",
        NEWS,
    ),
    "missed": Kind(
        "{title}，{starts_at}，预约了没来。下次去不了请先退票。记错了，登录后在“我的”里说一声。",
        "{title}, {starts_at}: booked, but nobody came. Please return tickets you cannot use."
        " If this is wrong, sign in and say so under Mine.",
        NEWS,
    ),
    "strike_forgiven": Kind(
        "{title}，{starts_at}，预约了没来的这一次不算了。",
        "{title}, {starts_at}: that nobody came does not count any more.",
        NEWS,
    ),
    "strike_kept": Kind(
        "{title}，{starts_at}，您说的我们看过了，这一次还是算，原因登录后在“我的”里看。",
        "{title}, {starts_at}: we have looked again, and it still counts. Sign in and see why under Mine.",
        NEWS,
    ),
    "unit_asks_name": Kind(
        "{unit}要核对您，请登录后在“我的”里填好姓名。",
        "{unit} wants to confirm you. Please sign in and give your name under Mine.",
        NEWS,
    ),
    "block_given": Kind(
        "{title}，{starts_at}，给您单位留了{count}个座位，{releases_at}收回。登录后在“单位工会”里发给大家。",
        "{title}, {starts_at}: {count} seats are kept for your union until {releases_at}."
        " Sign in and hand them out under Your unit.",
        NEWS,
    ),
    "block_release": Kind(
        "{title}，{starts_at}，您单位还有{count}个座位没发出去，{releases_at}收回。",
        "{title}, {starts_at}: {count} seats of your union are not handed out yet."
        " They go back on sale at {releases_at}.",
        NEWS,
    ),
    "block_none_left": Kind(
        "{title}，{starts_at}，单位的票按报名先后分完了，这次没有分到您。",
        "{title}, {starts_at}: the tickets of your union went to those who signed up before you.",
        NEWS,
    ),
    "block_refused": Kind(
        "{title}，{starts_at}，单位分票时没有给您出票，请打开单位发的链接看原因。",
        "{title}, {starts_at}: you got no ticket when they were given out."
        " Open the link of your union to see why.",
        NEWS,
    ),
    "troupe_certified": Kind(
        "{title}：{season}已认定，可以订排练的场地了。",
        "{title}: certified for {season}. You may take rooms to rehearse in.",
        NEWS,
    ),
    "troupe_refused": Kind(
        "{title}：{season}没有通过认定，登录后在“我的团队”里看原因。",
        "{title}: not certified for {season}. Sign in and see why under My troupe.",
        NEWS,
    ),
    "troupe_season_ends": Kind(
        "{title}：{season}的认定快到期了，请登录后在“我的团队”里签下一年度的安全承诺书。",
        "{title}: its certification for {season} ends soon. Sign in and sign the next safety letter"
        " under My troupe.",
        NEWS,
    ),
    "troupe_leader": Kind(
        "{title}的负责人有变动，订好的场地照旧。登录后看“我的团队”。",
        "{title}: who leads it has changed; what it has taken stays. Sign in and see My troupe.",
        NEWS,
    ),
    "awaiting_payment": Kind(
        "{title}，{starts_at}，座位留到{pay_by}，请到售票处付{amount}。",
        "{title}, {starts_at}: seats kept until {pay_by}. Please pay {amount} at the box office.",
        NEWS,
    ),
    "awaiting_payment_online": Kind(
        "{title}，{starts_at}，座位留到{pay_by}。请登录，在“我的”里付{amount}，也可到售票处付。",
        "{title}, {starts_at}: seats kept until {pay_by}. Sign in and pay {amount} under Mine,"
        " or at the box office.",
        NEWS,
    ),
    "account_due": Kind(
        "{title}，单位签单{amount}，请在{due_on}或以前结清，到售票处付或转账。",
        "{title}: your unit has {amount} on account. Please settle it by {due_on}, at the box office or"
        " by transfer.",
        NEWS,
    ),
    "account_overdue": Kind(
        "{title}，单位签单{amount}，{due_on}到期，还没有结清，请尽快到售票处付或转账。",
        "{title}: {amount} on your unit's account was due {due_on} and is not settled. Please pay at the"
        " box office or by transfer soon.",
        NEWS,
    ),
    "room_missed": Kind(
        "{place}，{starts_at}，没有人签到，场地放给别人了，记一次没来。记错了，登录后在“我的”里说一声。",
        "{place}, {starts_at}: nobody signed in, so the room went to others and a no-show is noted."
        " If this is wrong, sign in and say so under Mine.",
        NEWS,
    ),
    "room_late": Kind(
        "{place}，{starts_at}，取消得太晚，记一次没来。下次请早点取消。记错了，登录后在“我的”里说一声。",
        "{place}, {starts_at}: cancelled too late, so a no-show is noted. Please cancel earlier next time."
        " If this is wrong, sign in and say so under Mine.",
        NEWS,
    ),
    "room_taken": Kind(
        "{place}约好了，{starts_at}，共{count}次。去不了请先登录，在“我的”里取消。",
        "{place} is yours: {starts_at}, {count} date(s). If you cannot come, sign in and cancel under Mine.",
        NEWS,
    ),
    "room_pending": Kind(
        "{place}，{starts_at}，共{count}次，等文化宫审批，结果会告诉您。",
        "{place}, {starts_at}, {count} date(s): the palace has to approve first; you will be told.",
        NEWS,
    ),
    "room_cancelled": Kind(
        "{place}，{starts_at}，共{count}次预约取消了。",
        "{place}, {starts_at}: {count} date(s) cancelled.",
        NEWS,
    ),
    "room_changed": Kind(
        "{place}，{starts_at}，共{count}次预约改好了。登录后在“我的”里看每一次。",
        "{place}, {starts_at}: {count} date(s) changed. Sign in and see each under Mine.",
        NEWS,
    ),
    "room_refused": Kind(
        "{place}，{starts_at}，这次预约没有批准，原因登录后在“我的”里看。",
        "{place}, {starts_at}: not approved. Sign in and see why under Mine.",
        NEWS,
    ),
    "room_displaced": Kind(
        "{place}，{starts_at}，文化宫要用这个场地，您的预约让出来了。请登录看看给您留的别的时间。",
        "{place}, {starts_at}: the palace needs the room, your reservation gives way."
        " Sign in and see what is kept for you instead.",
        NEWS,
    ),
    "room_lapsed": Kind(
        "{place}，{starts_at}，到时间没有审批，这次预约没有成。",
        "{place}, {starts_at}: nobody approved it in time, so it did not come about.",
        NEWS,
    ),
    "room_offer": Kind(
        "{place}，{starts_at}，轮到您了，请在{until}前登录“我的”确认，过时让给后面的人。",
        "{place}, {starts_at}: your turn. Sign in and confirm under Mine before {until};"
        " after that it goes to the next.",
        TURN,
    ),
    "room_instead": Kind(
        "{place}，{starts_at}，这是换给您的场地，请在{until}前登录“我的”确认。",
        "{place}, {starts_at}: a room for you instead. Sign in and confirm under Mine before {until}.",
        TURN,
    ),
    "room_wait_over": Kind(
        "{place}，{starts_at}，您的排队结束了，登录后在“我的”里看原因。",
        "{place}, {starts_at}: you wait no longer. Sign in and see why under Mine.",
        NEWS,
    ),
    "waiting_offer": Kind(
        "{title}，{starts_at}，轮到您了，{count}张，请在{until}前登录“我的”确认，过时让给后面的人。",
        "{title}, {starts_at}: your turn, {count} ticket(s). Sign in and confirm under Mine before {until};"
        " after that they go to the next.",
        TURN,
    ),
    "waiting_over": Kind(
        "{title}，{starts_at}，您的排队结束了，登录后在“我的”里看原因。",
        "{title}, {starts_at}: you wait no longer. Sign in and see why under Mine.",
        NEWS,
    ),
    "reminder_day": Kind(
        "{title}，{starts_at}，您有{count}张票。去不了请登录后在“我的”里点“我去不了”，让给排队的人。",
        "{title}, {starts_at}: you have {count} ticket(s). If you cannot come, sign in and say so under Mine,"
        " for those who wait.",
        REMINDER,
    ),
    "reminder_hours": Kind(
        "{title}，{starts_at}开演，您有{count}张票。去不了请现在登录“我的”点“我去不了”，还来得及让给别人。",
        "{title} begins {starts_at}: you have {count} ticket(s). If you cannot come, sign in and say so under"
        " Mine now: somebody else still can.",
        REMINDER,
    ),
    **LESSONS,
}
