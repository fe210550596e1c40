"""Which address of the desk of courses answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "coursedesk.home": {"GET": "Listed"},
    "coursedesk.decisions": {"GET": "ClassesToDecide"},
    "coursedesk.new_class": {"GET": "ClassBegun"},
    "coursedesk.look_at_class": {"POST": "ClassLooked"},
    "coursedesk.plan_class": {"POST": "ClassOfDesk"},
    "coursedesk.one": {"GET": "ClassOfDesk"},
    "coursedesk.change_class": {"POST": "ClassOfDesk"},
    "coursedesk.publish_class": {"POST": "ClassOfDesk"},
    "coursedesk.keep_class": {"POST": "ClassOfDesk"},
    "coursedesk.call_off": {"POST": "ClassOfDesk"},
    "coursedesk.class_session": {"GET": "SessionOfDesk"},
    "coursedesk.cancel_session": {"POST": "SessionOfDesk"},
    "coursedesk.make_up": {"POST": "SessionOfDesk"},
    "coursedesk.move_session": {"POST": "SessionOfDesk"},
    "coursedesk.substitute": {"POST": "SessionOfDesk"},
    "coursedesk.terms": {"GET": "Terms"},
    "coursedesk.make_term": {"POST": "Term"},
    "coursedesk.term": {"GET": "Term"},
    "coursedesk.set_term": {"POST": "Term"},
    "coursedesk.courses": {"GET": "Listed"},
    "coursedesk.new_course": {"GET": "ToWrite"},
    "coursedesk.write_course": {"POST": "CourseOfDesk"},
    "coursedesk.course": {"GET": "CourseOfDesk"},
    "coursedesk.ask_change": {"GET": "ToWrite"},
    "coursedesk.change_course": {"POST": "CourseOfDesk"},
    "coursedesk.withdraw_course": {"POST": "CourseOfDesk"},
    "coursedesk.teachers": {"GET": "Teachers"},
    "coursedesk.new_teacher": {"GET": "TeacherToWrite"},
    "coursedesk.add_teacher": {"POST": "TeacherOfDesk"},
    "coursedesk.teacher": {"GET": "TeacherOfDesk"},
    "coursedesk.set_teacher": {"POST": "TeacherOfDesk"},
    "coursedesk.link_teacher": {"POST": "TeacherOfDesk"},
    "coursedesk.leave": {"POST": "TeacherOfDesk"},
    "coursedesk.rules": {"GET": "ClassRules"},
    "coursedesk.set_rules": {"POST": "ClassRules"},
    "coursedesk.look_at_rules": {"POST": "ClassRulesLooked"},
}
CREATES = {
    "coursedesk.plan_class",
    "coursedesk.make_term",
    "coursedesk.write_course",
    "coursedesk.add_teacher",
}
SHOWN = {"coursedesk.look_at_class", "coursedesk.look_at_rules"}
