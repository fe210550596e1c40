"""The embedded PostgreSQL: our own child, on a unix socket, let in by the operating system's word alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from palace import host, processes
from palace.host import HostRefused

ROLES = ("palace_owner", "palace_app")
SET_UP_ROLES: tuple[LiteralString, ...] = (
    "ALTER ROLE palace_owner LOGIN CREATEDB",
    "ALTER ROLE palace_app LOGIN",
    "ALTER ROLE palace_app SET statement_timeout = '15s'",
    "ALTER ROLE palace_app SET lock_timeout = '5s'",
    "ALTER ROLE palace_app SET idle_in_transaction_session_timeout = '10s'",
)
SET_UP_DATABASE: tuple[LiteralString, ...] = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO palace_app",
    "ALTER DEFAULT PRIVILEGES FOR ROLE palace_owner IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO palace_app",
    "ALTER DEFAULT PRIVILEGES FOR ROLE palace_owner IN SCHEMA public"
    " GRANT USAGE, SELECT ON SEQUENCES TO palace_app",
)
START_LIMIT = 300  # seconds; crash recovery of a busy year may be long
STOP_LIMIT = 30
START_TRIES = 20
CREATING = 7_252_253  # advisory lock: CREATE DATABASE of two test workers at once
POLITE = signal.SIGINT  # PostgreSQL's fast shutdown: clients are cut off, nothing committed is lost


class ClusterBusy(HostRefused):
    """Another process supervises this cluster."""


class Cluster:
    """One PostgreSQL cluster below a state folder.

    Making the object changes nothing, so `url` and `ensure_database` also serve a process that
    did not start it. Start it from the main thread: it ends with the thread that started it.
    """

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        """Choose the places; `durable=False` (tests only) begins empty, leaves nothing, skips the disk."""
        self.state = state.resolve()
        self.durable = durable
        self.account, self.home = host.place(self.state, throwaway=not durable)
        self.socket = host.socket_folder(self.home)
        self.data = self.home / "data"
        self.log = self.state / "log" / "postgres.log"
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the number of the server we started."""
        return self._process.pid if self._process else None

    def alive(self) -> bool:
        """Return whether the server we started still runs."""
        return self._process is not None and self._process.poll() is None

    def url(self, role: str, dbname: str = "palace") -> str:
        """Return the address for SQLAlchemy."""
        return f"postgresql+psycopg://{role}@/{dbname}?host={quote(str(self.socket), safe='')}&port=5432"

    def start(self) -> None:
        """Serve: make what is missing, clear what a crash left, wait until connections are answered.

        Call it again after the server died; roles and the database `palace` are there afterwards.

        Raises:
            ClusterBusy: another process supervises this cluster.
            HostRefused: it does not start; the message says why.
        """
        if self.alive():
            return
        self._prepare_folders()
        newly = self._take_lock()
        self._clear_leftover()
        if newly and not self.durable:
            shutil.rmtree(self.data, ignore_errors=True)
        if not self.data.exists():
            self._initialise()
        self._configure()
        self._serve()
        self._set_up_roles()
        self.ensure_database("palace")

    def stop(self) -> None:
        """End the server, cutting off its clients, and give the cluster free."""
        if self._process and self.alive():
            self._process.send_signal(POLITE)
            try:
                self._process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        self._process = None
        if self._lock:
            if not self.durable:
                shutil.rmtree(self.home, ignore_errors=True)
                shutil.rmtree(self.socket, ignore_errors=True)
            self._lock.close()
            self._lock = None

    def wait_until_ready(self, limit: float = START_LIMIT) -> bool:
        """Wait until connections are answered; return False when the server we started died or time is up."""
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            try:
                self._connect("postgres").close()
            except psycopg.OperationalError:
                if self._process and not self.alive():
                    return False
                time.sleep(0.02)
            else:
                return True
        return False

    def ensure_database(self, name: str) -> None:
        """Make a database owned by `palace_owner` unless it is there."""
        create = sql.SQL("CREATE DATABASE {} OWNER palace_owner TEMPLATE template0")
        with self._connect("postgres") as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [CREATING])
            if not connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [name]
            ).rowcount:
                connection.execute(create.format(sql.Identifier(name)))
            with self._connect(name) as inside:
                for statement in SET_UP_DATABASE:
                    inside.execute(sql.SQL(statement).format(database=sql.Identifier(name)))

    def drop_database(self, name: str) -> None:
        """Delete a database, cutting off whoever uses it."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self._connect("postgres") as connection:
            connection.execute(drop)

    def _connect(self, dbname: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket), port=5432, user="postgres", dbname=dbname, autocommit=True, options="",
            connect_timeout=10,
        )  # fmt: skip

    def _prepare_folders(self) -> None:
        host.make_state(self.state)
        host.make_home(self.home, self.account)
        self.account.own(self.socket)

    def _take_lock(self) -> bool:
        """Become the only supervisor; return whether we were not yet."""
        if self._lock:
            return False
        path = self.home / "lock"
        self._lock = processes.take_lock(path)
        if not self._lock:
            raise ClusterBusy(
                f"The database in {self.home} is in use by process {path.read_text()}."
            )
        return True

    def _programs(self) -> Path:
        version = self.data / "PG_VERSION"
        major = int(version.read_text()) if version.exists() else None
        return host.reachable(host.find_bin(major), self.account, self.home)

    def _initialise(self) -> None:
        """Run initdb aside and move the result into place, so that an interrupted one leaves nothing."""
        aside = self.home / "data.new"
        words = [str(self._programs() / "initdb"), "-D", str(aside), "-U", "postgres", "-E", "UTF8"]
        words += ["--auth=peer", "--data-checksums", *([] if self.durable else ["--no-sync"])]
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(aside, ignore_errors=True)
            self.account.own(aside)
            done = subprocess.run(  # noqa: S603 - our own words
                [*words, f"--locale={locale}"], check=False, capture_output=True, text=True, cwd=aside,
                env=host.CLEAN, **self.account.demotion,
            )  # fmt: skip
            if done.returncode == 0:
                aside.rename(self.data)
                return
        raise HostRefused(f"initdb failed: {done.stderr.strip()[-600:]}")

    def _configure(self) -> None:
        """Write our settings; what an administrator sets with ALTER SYSTEM wins over them."""
        people = dict.fromkeys((self.account.name, host.current_user()))
        mapped = [
            f'palace "{person}" {role}\n' for person in people for role in (*ROLES, "postgres")
        ]
        self._write("pg_ident.conf", "".join(mapped))
        self._write("pg_hba.conf", "local all all peer map=palace\n")
        self._write(
            "palace.conf",
            "".join(f"{name} = {value}\n" for name, value in self._settings().items()),
        )
        main = self.data / "postgresql.conf"
        if "palace.conf" not in main.read_text():
            with main.open("a") as conf:
                conf.write("include 'palace.conf'\n")

    def _settings(self) -> dict[str, str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        folder = str(self.socket).replace("'", "''")
        settings = {
            "listen_addresses": "''",
            "port": "5432",
            "unix_socket_directories": f"'{folder}'",
            "max_connections": str(max(100, 8 * (os.cpu_count() or 1))),
            "shared_buffers": f"{max(64, min(memory // 8, 1024)) if self.durable else 64}MB",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_line_prefix": "'%m [%p] %q%u@%d '",
            "log_min_duration_statement": "'1s'",
            # neither values nor the rows of a broken constraint: they are personal data
            "log_parameter_max_length": "0",
            "log_error_verbosity": "terse",
            "jit": "off",
        }
        if not self.durable:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        return settings

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        if self.account.demotion:
            os.chown(path, self.account.uid, self.account.gid)
        path.chmod(0o600)

    def _clear_leftover(self) -> None:
        """End a server whose supervisor was killed; drop a lock file with another process's number or none.

        A number nobody has is left to PostgreSQL, which also looks for orphaned backends.
        """
        lock_file = self.data / "postmaster.pid"
        if not lock_file.exists():
            return
        told = lock_file.read_text(errors="replace").split("\n", 1)[0]
        pid = int(told) if re.fullmatch("[1-9][0-9]{0,8}", told) else None  # a power cut empties it
        if pid and processes.runs_in(pid, "postgres", self.data):
            processes.end(pid, POLITE, STOP_LIMIT)
        elif pid is None or processes.exists(pid):
            lock_file.unlink()

    def _serve(self) -> None:
        """Start the server; tried again for a while, as backends of a killed one need a moment to go."""
        words = [str(self._programs() / "postgres"), "-D", str(self.data)]
        words = [*processes.dying_with_us("INT"), *words]
        for _ in range(START_TRIES):
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own words
                    words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.data,
                    env=host.CLEAN, start_new_session=True, **self.account.demotion,
                )  # fmt: skip
            if self.wait_until_ready():
                return
            time.sleep(0.25)
        told = self.log.read_text(errors="replace").strip().splitlines()[-3:]
        self.stop()
        raise HostRefused(f"PostgreSQL does not start; {self.log} ends: {' | '.join(told)}")

    def _set_up_roles(self) -> None:
        with self._connect("postgres") as connection:
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in ROLES:
                if role not in known:
                    connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
            for statement in SET_UP_ROLES:
                connection.execute(statement)


@contextmanager
def running(state: Path) -> Iterator[Cluster]:
    """Use the cluster of a state folder: the one that runs, or one started for the length of the block."""
    cluster = Cluster(state)
    try:
        cluster.start()
    except ClusterBusy:
        cluster.wait_until_ready()
    try:
        yield cluster
    finally:
        cluster.stop()
