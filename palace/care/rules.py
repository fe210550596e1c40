"""When a part of the palace is well, and what to do where it is not: plain measurements in, lines out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from palace.care.measurements import Database, Machine, Room, Setting
from palace.text import N_

TASK_TRIES = 5
WORKER_SILENCE = timedelta(seconds=90)
STALLED_AFTER = timedelta(seconds=30)
BACKUP_AGE = timedelta(hours=36)
CLOCK_DRIFT = timedelta(seconds=2)
UNSEALED_FOR = timedelta(hours=36)
CERTIFICATE_LEFT = timedelta(days=14)
DISK_LEFT = 5 * 2**30  # bytes; on a small disk a tenth of it
DISK_SHARE = 10
MEMORY_SHARE = 10  # per cent of the machine's memory that must be available
CONNECTION_SHARE = 80  # per cent of the server's connections in use
OLDEST_POSTGRESQL = 15


@dataclass(frozen=True)
class Line:
    """One part of the palace: its name, whether it is well, what was seen, and what to do if not.

    `name`, `seen` and `todo` are message ids; `values` are raw and go into both sentences.
    """

    name: str
    well: bool
    seen: str
    todo: str = ""
    values: dict[str, object] = field(default_factory=dict)


STOPPED = Line(
    N_("文化宫"),
    False,
    N_("没有运行"),
    N_("启动：systemctl start palace；没有 systemd 的机器用 .venv/bin/python -m palace run"),
)


def lines(machine: Machine, database: Database | None, setting: Setting) -> list[Line]:
    """Return every part, what is red first; what a stopped palace or database would know is left out."""
    found = [
        *_of_palace(machine, database, setting),
        disk_line(N_("磁盘（数据和日志）"), machine.state_disk),
        *((disk_line(N_("磁盘（数据库）"), machine.database_disk),) if machine.embedded else ()),
        memory_line(machine),
        *(() if setting.demo else _of_real_palace(machine, setting)),
    ]
    return red_first(found)


def red_first(found: Iterable[Line]) -> list[Line]:
    """Return what is red before what is well."""
    return sorted(found, key=lambda line: line.well)


def _of_palace(machine: Machine, database: Database | None, setting: Setting) -> list[Line]:
    if database is None:
        unknown = [database_line(database), printing_line(machine)]
        return unknown if machine.running else [STOPPED]
    return [
        database_line(database),
        *_of_database(machine, database, setting),
        printing_line(machine),
    ]


def _of_database(machine: Machine, database: Database, setting: Setting) -> list[Line]:
    return [
        schema_line(database, setting),
        worker_line(database),
        tasks_line(database),
        clock_line(machine, database),
        audit_line(database),
    ]


def _of_real_palace(machine: Machine, setting: Setting) -> list[Line]:
    return [backup_line(machine, setting), certificate_line(machine, setting), keys_line(setting)]


def is_well(found: list[Line]) -> bool:
    """Return whether nothing is red."""
    return all(line.well for line in found)


def database_line(database: Database | None) -> Line:
    """Judge the server: there, new enough, and with connections to spare."""
    name = N_("数据库")
    if database is None:
        return Line(
            name,
            False,
            N_("没有回答"),
            N_(
                "看 log/postgres.log 的最后几行；磁盘满了先腾出空间，然后重启：systemctl restart palace"
            ),
        )
    values: dict[str, object] = {
        "version": database.version,
        "size": in_gigabytes(database.size),
        "used": database.connections,
        "most": database.most_connections,
    }
    seen = N_("PostgreSQL %(version)s，%(size)s GB，连接 %(used)s / %(most)s")
    if database.version < OLDEST_POSTGRESQL:
        return Line(name, False, seen, N_("请升级到 PostgreSQL 15 或更新的版本。"), values)
    roomy = database.connections * 100 <= database.most_connections * CONNECTION_SHARE
    todo = N_("连接快用完了：减少 WEB_WORKERS，或者调大 max_connections 后重启。")
    return Line(name, roomy, seen, todo, values)


def schema_line(database: Database, setting: Setting) -> Line:
    """Judge whether the tables are those this program was written for."""
    values: dict[str, object] = {"is": database.schema or "–", "wanted": setting.schema or "–"}
    return Line(
        N_("表结构"),
        database.schema == setting.schema,
        N_("版本 %(is)s，程序要 %(wanted)s"),
        N_("运行 palace migrate；如果数据库比程序新，请换回新程序。"),
        values,
    )


def worker_line(database: Database) -> Line:
    """Judge the worker by its last sign of life; exactly at the limit it counts as silent."""
    name, todo = (
        N_("后台任务进程"),
        N_("看 log/worker.log；一分钟后还是红的，请重启：systemctl restart palace"),
    )
    if database.beat is None:
        return Line(name, False, N_("没有运行"), todo)
    silent = database.now - database.beat
    seen = N_("%(seconds)s 秒前有动静")
    return Line(name, silent < WORKER_SILENCE, seen, todo, {"seconds": int(silent.total_seconds())})


def tasks_line(database: Database) -> Line:
    """Judge the tasks that failed as often as they may."""
    return Line(
        N_("失败的任务"),
        database.dead == 0,
        N_("%(count)s 个"),
        N_("在本页下方按“再试一次”；还是失败的，把错误类型和时间告诉开发者。"),
        {"count": database.dead},
    )


def clock_line(machine: Machine, database: Database) -> Line:
    """Judge this machine's clock against the database's, and whether the machine keeps it by the network."""
    drift = abs(machine.now - database.now)
    values: dict[str, object] = {"seconds": f"{drift.total_seconds():.1f}"}
    name, todo = N_("时钟"), N_("打开对时：timedatectl set-ntp true，几分钟后再看。")
    if machine.synchronised is False:
        return Line(name, False, N_("没有网络对时，与数据库相差 %(seconds)s 秒"), todo, values)
    return Line(name, drift <= CLOCK_DRIFT, N_("与数据库相差 %(seconds)s 秒"), todo, values)


def audit_line(database: Database) -> Line:
    """Judge whether the audit is sealed every night, and the newest seal still fits."""
    name = N_("操作记录封存")
    if not database.seal_fits:
        todo = N_("有人绕过程序改过操作记录：运行 palace audit verify，保留现场，报告负责人。")
        return Line(name, False, N_("最近一次封存对不上"), todo)
    age = database.now - database.unsealed if database.unsealed else timedelta()
    return Line(
        name,
        age <= UNSEALED_FOR,
        N_("最早没有封存的记录在 %(hours)s 小时前"),
        N_("看失败的任务里有没有 seal_audit，按“再试一次”；再看 log/worker.log。"),
        {"hours": max(0, int(age.total_seconds() // 3600))},
    )


def printing_line(machine: Machine) -> Line:
    """Judge whether the printing process takes a job."""
    return Line(
        N_("打印"),
        machine.printing,
        N_("有回答") if machine.printing else N_("没有回答"),
        N_("看 log/printing.log；缺少字库时再运行一次 make install。手机上的票不受影响。"),
    )


def disk_line(name: str, room: Room | None) -> Line:
    """Judge the space left on a disk."""
    todo = N_("腾出空间：删除旧备份和不要的文件，或换大磁盘。满了以后不能订票。")
    if room is None:
        return Line(
            name, False, N_("没有回答"), N_("磁盘可能坏了或没有挂上：运行 df -h 和 dmesg。")
        )
    values: dict[str, object] = {"free": in_gigabytes(room.free), "total": in_gigabytes(room.total)}
    wanted = min(DISK_LEFT, room.total // DISK_SHARE)
    return Line(name, room.free >= wanted, N_("剩余 %(free)s GB，共 %(total)s GB"), todo, values)


def memory_line(machine: Machine) -> Line:
    """Judge the memory left on the machine; the processes are told by kind."""
    name = N_("内存")
    if machine.memory is None:
        return Line(name, True, N_("这台机器不告诉"))
    kinds = sorted(machine.processes.items(), key=lambda pair: -pair[1])
    values: dict[str, object] = {
        "free": in_gigabytes(machine.memory.free),
        "total": in_gigabytes(machine.memory.total),
        "kinds": "、".join(f"{kind} {size // 2**20} MB" for kind, size in kinds) or "–",
    }
    enough = machine.memory.free * 100 >= machine.memory.total * MEMORY_SHARE
    seen = N_("可用 %(free)s GB，共 %(total)s GB；%(kinds)s")
    return Line(
        name, enough, seen, N_("关掉别的程序，或减少 WEB_WORKERS 后重启，或加内存。"), values
    )


def backup_line(machine: Machine, setting: Setting) -> Line:
    """Judge the age of the newest backup, and whether there can be a next one."""
    name = N_("备份")
    if not setting.recipient:
        none = N_("没有设置 BACKUP_RECIPIENT，每晚的备份做不了")
        return Line(
            name, False, none, N_("运行 palace backup-key，把公钥写进设置，重启后备份一次。")
        )
    todo = N_("马上备份一次：palace backup。再看 docs/operations.md 的“Backup and restore”。")
    if machine.backup is None:
        return Line(name, False, N_("一份也没有"), todo)
    age = machine.now - machine.backup
    values: dict[str, object] = {"hours": int(age.total_seconds() // 3600)}
    return Line(name, age <= BACKUP_AGE, N_("%(hours)s 小时前"), todo, values)


def certificate_line(machine: Machine, setting: Setting) -> Line:
    """Judge the certificate visitors meet at the public address."""
    name, todo = N_("网址和证书"), N_("更新证书后重新载入代理：systemctl reload nginx")
    values: dict[str, object] = {"url": setting.public_url}
    found = machine.certificate
    if found is None or found.ends_at is None:
        values["wrong"] = found.wrong if found else "timeout"
        return Line(
            name,
            False,
            N_("%(url)s 打不开或证书不被信任（%(wrong)s）"),
            N_("看代理是否在运行：systemctl status nginx；再看证书是否过期、域名是否相符。"),
            values,
        )
    left = found.ends_at - machine.now
    values["days"] = left.days
    return Line(name, left >= CERTIFICATE_LEFT, N_("%(url)s，还有 %(days)s 天到期"), todo, values)


def keys_line(setting: Setting) -> Line:
    """Judge whether the keys lie where a copy of the data would take them along."""
    return Line(
        N_("密钥文件"),
        not setting.keys_beside_state,
        N_("和数据放在一起") if setting.keys_beside_state else N_("和数据分开存放"),
        N_("把 keys.json 移出数据文件夹，并设置 KEYS_FILE 后重启。"),
    )


def in_gigabytes(size: int) -> str:
    """Return bytes as people say them."""
    return f"{size / 2**30:.1f}"
