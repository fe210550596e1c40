"""The words of each kind of notice about classes: places, queues, sessions, certificates, menus."""

from __future__ import annotations

from palace.notices.kind import NEWS, REMINDER, TURN, Kind

LESSONS = {
    "class_enrolled": Kind(
        "{title}报上了，{starts_at}上课。来不了请登录，在“我的”里退出。",
        "{title}: you have a place; next session {starts_at}. If you cannot come, sign in and withdraw"
        " under Mine.",
        NEWS,
    ),
    "class_unpaid": Kind(
        "{title}的名额留到{pay_by}，请到服务台交{amount}，过了就让给别人。",
        "{title}: your place is kept until {pay_by}. Please pay {amount} at the counter; after that it"
        " goes to others.",
        NEWS,
    ),
    "class_unpaid_online": Kind(
        "{title}的名额留到{pay_by}，请登录，在“我的”里交{amount}，也可到服务台交，过了就让给别人。",
        "{title}: your place is kept until {pay_by}. Sign in and pay {amount} under Mine, or at the"
        " counter; after that it goes to others.",
        NEWS,
    ),
    "class_moved": Kind(
        "换到{title}了，{starts_at}上课，原来的名额退掉了。",
        "You changed to {title}; next session {starts_at}. Your former place was given back.",
        NEWS,
    ),
    "class_withdrawn": Kind(
        "{title}，您退出了，名额让给后面的人。",
        "{title}: you have withdrawn; your place goes to the next.",
        NEWS,
    ),
    "class_lapsed": Kind(
        "{title}没有按时交费，名额让出去了。还想上，请重新报名。",
        "{title} was not paid for in time; your place goes to others. To come all the same, enrol again.",
        NEWS,
    ),
    "class_removed": Kind(
        "{title}，工作人员给您退班了，登录后在“我的”里看原因。",
        "{title}: the palace ended your place. Sign in and see why under Mine.",
        NEWS,
    ),
    "class_absent": Kind(
        "{title}缺课太多，名额让出去了，登录后在“我的”里看。",
        "{title}: too many sessions missed, your place goes to others. Sign in and see Mine.",
        NEWS,
    ),
    "class_called_off": Kind(
        "{title}取消了，不上课了。交过的费用会退给您。",
        "{title} is called off. What you paid will be given back.",
        NEWS,
    ),
    "class_offer": Kind(
        "{title}，轮到您了，名额给您留到{until}。请登录“我的”确认，过时让给后面的人。",
        "{title}: your turn. The place is kept until {until}: sign in and confirm under Mine; after that"
        " it goes to the next.",
        TURN,
    ),
    "class_wait_over": Kind(
        "{title}，您的排队结束了，登录后在“我的”里看原因。",
        "{title}: you wait no longer. Sign in and see why under Mine.",
        NEWS,
    ),
    "class_reminder": Kind(
        "{title}，{starts_at}上课，{place}。去不了请登录“我的”请假。",
        "{title}: next session {starts_at}, {place}. If you cannot come, sign in and ask for leave"
        " under Mine.",
        REMINDER,
    ),
    "class_session_moved": Kind(
        "{title}改了一次课：{starts_at}，{place}。登录后在“我的”里看。",
        "{title}: one session changes: {starts_at}, {place}. Sign in and see Mine.",
        NEWS,
    ),
    "class_session_cancelled": Kind(
        "{title}，{starts_at}这次停课。补课的时间定了再告诉您。",
        "{title}, {starts_at}: this session is called off. You are told when it is made up for.",
        NEWS,
    ),
    "class_mark_corrected": Kind(
        "{title}，缺课记错了，已经更正，那次没来撤销了。名额已让出去，现在空{count}个，可以重新报名。",
        "{title}: an absence was noted wrongly and is corrected; the no-show is taken back."
        " Your place went to others; {count} free now, you can enrol again.",
        NEWS,
    ),
    "teaching_invited": Kind(
        "{title}，{starts_at}开始，想请您来教。请登录，在“教学”里答复。",
        "{title}, from {starts_at}: we would like you to teach it. Sign in and answer under Teaching.",
        NEWS,
    ),
    "class_substitute": Kind(
        "{title}，{starts_at}这次课由别的老师代课：{teacher}。",
        "{title}, {starts_at}: somebody else teaches this session: {teacher}.",
        NEWS,
    ),
    "class_not_taught": Kind(
        "{title}取消了，您的课都不上了。",
        "{title} is called off: you do not teach it.",
        NEWS,
    ),
    "class_message": Kind(
        "{title}：班里有新消息，登录后在“我的 → 通知”里看。",
        "{title}: a message to your class. Sign in and read it under Mine, Messages.",
        NEWS,
    ),
    "certificate_issued": Kind(
        "{title}的结业证书发了，登录后在“我的”里看。",
        "{title}: your certificate is there. Sign in and see it under Mine.",
        NEWS,
    ),
    "survey_class": Kind(
        "您想学的{title}开班了，{starts_at}开始报名。登录后在“课程”里报。",
        "{title}, which you wished for, becomes a class. Enrolling opens {starts_at}: sign in, Courses.",
        NEWS,
    ),
}
