"""Red or green, at the edge of every limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from palace.care import messages, rules
from palace.care.measurements import Certificate, Database, Machine, Messages, Room, Setting
from palace.care.rules import Line

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
GB = 2**30
SECOND = timedelta(seconds=1)
SETTING = Setting(
    demo=False,
    sms=True,
    keys_beside_state=False,
    recipient=True,
    public_url="https://palace.example",
    schema="7",
)
DATABASE = Database(
    now=NOW,
    version=15,
    size=GB,
    connections=80,
    most_connections=100,
    schema="7",
    beat=NOW - rules.WORKER_SILENCE + SECOND,
    waiting=0,
    dead=0,
    unsealed=NOW - rules.UNSEALED_FOR,
)
MACHINE = Machine(
    now=NOW,
    state_disk=Room(5 * GB, 500 * GB),
    database_disk=Room(2 * GB, 20 * GB),
    embedded=True,
    running=True,
    backup=NOW - rules.BACKUP_AGE,
    synchronised=None,
    printing=True,
    certificate=Certificate(NOW + rules.CERTIFICATE_LEFT),
    memory=Room(GB, 10 * GB),
    processes={"web": 90 * 2**20},
)


def red(machine: Machine = MACHINE, database: Database | None = DATABASE) -> list[str]:
    """Return the names of the lines that are not well."""
    return [line.name for line in rules.lines(machine, database, SETTING) if not line.well]


def test_everything_exactly_at_its_limit_is_well() -> None:
    found = rules.lines(MACHINE, DATABASE, SETTING)

    assert rules.is_well(found)
    assert len(found) == len({line.name for line in found}) == 13


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"version": 14}, "数据库"),
        ({"connections": 81}, "数据库"),
        ({"schema": "6"}, "表结构"),
        ({"schema": None}, "表结构"),
        ({"beat": NOW - rules.WORKER_SILENCE}, "后台任务进程"),
        ({"beat": None}, "后台任务进程"),
        ({"dead": 1}, "失败的任务"),
        ({"unsealed": NOW - rules.UNSEALED_FOR - SECOND}, "操作记录封存"),
        ({"seal_fits": False}, "操作记录封存"),
    ],
)
def test_what_the_database_tells_turns_red_past_its_limit(
    wrong: dict[str, object], name: str
) -> None:
    assert red(database=replace(DATABASE, **wrong)) == [name]  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"state_disk": Room(5 * GB - 1, 500 * GB)}, "磁盘（数据和日志）"),
        ({"state_disk": None}, "磁盘（数据和日志）"),
        ({"database_disk": Room(2 * GB - 1, 20 * GB)}, "磁盘（数据库）"),
        ({"backup": NOW - rules.BACKUP_AGE - SECOND}, "备份"),
        ({"backup": None}, "备份"),
        ({"synchronised": False}, "时钟"),
        ({"printing": False}, "打印"),
        ({"certificate": Certificate(NOW + rules.CERTIFICATE_LEFT - SECOND)}, "网址和证书"),
        ({"certificate": Certificate(None, "self-signed")}, "网址和证书"),
        ({"certificate": None}, "网址和证书"),
        ({"memory": Room(GB - 1, 10 * GB)}, "内存"),
    ],
)
def test_what_the_machine_tells_turns_red_past_its_limit(
    wrong: dict[str, object], name: str
) -> None:
    assert red(replace(MACHINE, **wrong)) == [name]  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize("drift", [rules.CLOCK_DRIFT, -rules.CLOCK_DRIFT])
def test_a_clock_may_be_a_little_off_either_way(drift: timedelta) -> None:
    more = drift + (SECOND if drift > timedelta() else -SECOND)

    assert rules.clock_line(replace(MACHINE, now=NOW + drift), DATABASE).well
    assert not rules.clock_line(replace(MACHINE, now=NOW + more), DATABASE).well


def test_a_machine_that_tells_no_memory_is_not_red() -> None:
    assert red(replace(MACHINE, memory=None)) == []


def test_without_a_database_what_it_alone_knows_is_left_out() -> None:
    found = rules.lines(MACHINE, None, SETTING)

    assert [line.name for line in found if not line.well] == ["数据库"]
    assert "后台任务进程" not in [line.name for line in found]


def test_a_stopped_palace_says_only_that_and_what_the_machine_tells() -> None:
    names = [line.name for line in rules.lines(replace(MACHINE, running=False), None, SETTING)]

    assert names[0] == "文化宫"
    assert "数据库" not in names
    assert "打印" not in names
    assert "备份" in names


def test_what_is_red_comes_first_and_the_order_of_looking_stays() -> None:
    found = rules.lines(replace(MACHINE, backup=None, printing=False), DATABASE, SETTING)

    assert [line.name for line in found][:3] == ["打印", "备份", "数据库"]


def test_a_database_elsewhere_has_no_disk_here() -> None:
    found = rules.lines(replace(MACHINE, embedded=False), DATABASE, SETTING)

    assert "磁盘（数据库）" not in [line.name for line in found]


def test_messages_and_keys_are_judged_by_the_settings() -> None:
    assert not messages.lines(DATABASE, replace(SETTING, sms=False))[0].well
    assert not rules.keys_line(replace(SETTING, keys_beside_state=True)).well
    assert not rules.backup_line(MACHINE, replace(SETTING, recipient=False)).well


def test_a_demonstration_needs_no_gateway_backup_certificate_or_hidden_keys() -> None:
    demo = replace(SETTING, demo=True, sms=False, keys_beside_state=True)
    bare = replace(MACHINE, backup=None, certificate=None)

    assert rules.is_well(rules.lines(bare, DATABASE, demo))


def test_every_red_line_says_what_to_do() -> None:
    nothing = replace(
        MACHINE,
        state_disk=None,
        database_disk=None,
        backup=None,
        synchronised=False,
        printing=False,
        certificate=None,
        memory=Room(0, GB),
    )
    poor = replace(
        DATABASE,
        version=9,
        schema=None,
        beat=None,
        dead=3,
        seal_fits=False,
        messages=Messages(dead=1),
    )
    hopeless = replace(SETTING, sms=False, keys_beside_state=True)
    found: list[Line] = rules.lines(nothing, poor, hopeless) + rules.lines(nothing, None, hopeless)
    found += messages.lines(poor, hopeless)

    assert [line.name for line in found if line.well or not line.todo] == []


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (Messages(untemplated=("missed",)), "短信模板"),
        (Messages(left=199), "短信余额和预算"),
        (Messages(empty=True), "短信余额和预算"),
        (Messages(out_of_budget=True), "短信余额和预算"),
        (Messages(failing="isv.X"), "短信"),
        (Messages(uncertain=1), "没发成的通知"),
        (Messages(dead=1), "没发成的通知"),
    ],
)
def test_what_keeps_messages_in_the_house_is_red_by_itself(told: Messages, name: str) -> None:
    database = replace(DATABASE, messages=told)

    assert [line.name for line in messages.lines(database, SETTING) if not line.well] == [name]
    assert all(line.todo for line in messages.lines(database, SETTING) if not line.well)


@pytest.mark.parametrize("left", [None, 200, 10_000])
def test_money_that_is_left_or_not_told_is_well(left: int | None) -> None:
    database = replace(DATABASE, messages=Messages(left=left))

    assert all(line.well for line in messages.lines(database, SETTING))


def test_a_demonstration_has_one_line_of_messages() -> None:
    found = messages.lines(DATABASE, replace(SETTING, demo=True, sms=False))

    assert [line.well for line in found] == [True]
    assert messages.lines(None, SETTING) == []
