"""Why somebody has no place in a class: rules that failed, or others were first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from palace.errors import PalaceError
from palace.text import N_


@dataclass(frozen=True)
class Failure:
    """A rule that a wish does not keep: its stable code, a sentence's message id and its raw values.

    `excusable`: somebody of the palace may let the person in all the same, with a reason.
    """

    code: str
    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)
    excusable: bool = False


class RuleFailed(PalaceError):
    """One failed rule as part of a refusal; its code and its sentence are the rule's."""

    status, code = 422, "class_rule_failed"

    def __init__(self, failure: Failure) -> None:
        super().__init__(**failure.values)
        self.code, self.message = failure.code, failure.sentence


class RulesFailed(PalaceError):
    """The rules of the palace say no. Carries every failed one as `failures`, and `why` in words."""

    status, code = 422, "class_rules_failed"
    message = N_("%(why)s")

    def __init__(self, failures: Sequence[Failure]) -> None:
        told = [RuleFailed(one) for one in failures]
        super().__init__(why=told, failures=told)
        self.failures = failures


class ClassFull(PalaceError):
    """Every place that is given out this way has somebody."""

    status, code = 409, "class_full"
    message = N_("这个班的名额刚好满了。可以排队，有人退出就按顺序轮到您。")


class NotYoursToExcuse(PalaceError):
    """Who asks for a place does not excuse themselves from a rule."""

    status, code = 403, "not_yours_to_excuse"
    message = N_("破例要由另一位工作人员来办。")


class EnrolmentOver(PalaceError):
    """The place was given back before, or its class is over."""

    status, code = 409, "enrolment_over"
    message = N_("这个名额已经退掉了，或者班已经结束了。")


class NotParallel(PalaceError):
    """Only classes of one course in one term, for the same fees, are changed for one another."""

    status, code = 409, "not_parallel"
    message = N_("只能换到同一学期、同一门课、费用一样的班。要报别的课，请先退出再报名。")


class MemberUnclear(PalaceError):
    """A number is nobody's, or several members', and no name says whose."""

    status, code = 422, "member_unclear"
    message = N_("这个手机号没有会员，或者有几位，请核对手机号，再填上姓名。")


class NotAmongTheirs(PalaceError):
    """Nobody on a member's list is called so, or several are."""

    status, code = 422, "not_among_theirs"
    message = N_("这位会员的常用同行人里没有这个姓名，请先让本人加上，再照着填。")


class NothingToWaitFor(PalaceError):
    """A place is free: nobody has to wait for one."""

    status, code = 409, "class_nothing_to_wait_for"
    message = N_("现在有名额，不用排队，可以直接报名。")


class QueueOver(PalaceError):
    """Nobody is moved up any more: too many sessions were held, or the term is over."""

    status, code = 409, "class_queue_over"
    message = N_("课已经上了几次，不再递补，这个班不用排队了。")


class NoOfferYet(PalaceError):
    """Others come first."""

    status, code = 409, "class_no_offer_yet"
    message = N_("还没有轮到您。轮到的时候会告诉您。")


class OfferOver(PalaceError):
    """What was offered was not taken in time, or was given up."""

    status, code = 409, "class_offer_over"
    message = N_("过了时间，名额让给后面的人了。还想上，请重新排队。")


class SessionOver(PalaceError):
    """A session has begun, was called off, or was made up for already: nothing of it is changed."""

    status, code = 409, "session_over"
    message = N_("这次课已经开始、已经停课，或者已经补过了，不能再改。")
