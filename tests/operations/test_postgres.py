"""The embedded PostgreSQL, really started, killed and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from palace import host, processes
from palace.host import CLEAN, HostRefused
from palace.postgres import SET_UP_DATABASE, SET_UP_ROLES, Cluster, ClusterBusy, running

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")


@contextmanager
def passable() -> Iterator[Path]:
    """Give a folder that the user who runs PostgreSQL can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="palace-test-"))
    folder.chmod(0o711)
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def state() -> Iterator[Path]:
    """Give a test a state folder of its own."""
    with passable() as folder:
        yield folder


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Run one cluster for the tests that leave it as it was."""
    with passable() as folder, running(folder) as cluster:
        yield cluster


def engine(cluster: Cluster, role: str, dbname: str = "palace") -> Engine:
    """Return a way in without a pool, so that nothing stays open."""
    return create_engine(cluster.url(role, dbname), poolclass=NullPool)


def note(cluster: Cluster, seat: str) -> None:
    """Commit one row."""
    with engine(cluster, "palace_owner").begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS sold (seat text)"))
        connection.execute(text("INSERT INTO sold VALUES (:seat)"), {"seat": seat})


def noted(cluster: Cluster) -> list[str]:
    """Return the committed rows, read as the web reads."""
    with engine(cluster, "palace_app").connect() as connection:
        return list(connection.execute(text("SELECT seat FROM sold ORDER BY seat")).scalars())


def said(cluster: Cluster, role: str, query: str) -> object:
    """Return the one value a query gives."""
    with engine(cluster, role).connect() as connection:
        return connection.execute(text(query)).scalar_one()


def test_committed_rows_survive_kill_9(state: Path) -> None:
    with running(state) as cluster:
        note(cluster, "5排12座")
        assert cluster.pid
        os.kill(cluster.pid, signal.SIGKILL)
        while cluster.alive():
            time.sleep(0.01)

        cluster.start()
        assert noted(cluster) == ["5排12座"]


def test_rows_are_there_after_stop_and_start(state: Path) -> None:
    for seat in ("5排12座", "5排14座"):
        with running(state) as cluster:
            note(cluster, seat)
            assert cluster.alive()
        assert not cluster.alive()
    with running(state) as cluster:
        assert noted(cluster) == ["5排12座", "5排14座"]


def test_a_lock_file_with_another_process_number_does_not_stop_the_start(state: Path) -> None:
    with running(state) as cluster:
        note(cluster, "5排12座")
    words = [shutil.which("sleep") or "sleep", "60"]
    with subprocess.Popen(words, env=CLEAN, **cluster.account.demotion) as other:
        lock_file = cluster.data / "postmaster.pid"
        lock_file.write_text(f"{other.pid}\n{cluster.data}\n")
        lock_file.chmod(0o644)
        with running(state) as cluster:
            assert noted(cluster) == ["5排12座"]
            assert other.poll() is None
        other.kill()


def test_a_lock_file_a_power_cut_spoilt_does_not_stop_the_start(state: Path) -> None:
    with running(state) as cluster:
        note(cluster, "5排12座")
    for spoilt in (b"", b"\0\0\0\xff", b"-1\n", b"9" * 40):
        lock_file = cluster.data / "postmaster.pid"
        lock_file.write_bytes(spoilt)
        os.chown(lock_file, cluster.account.uid, cluster.account.gid)
        with running(state) as cluster:
            assert noted(cluster) == ["5排12座"]


def test_a_server_left_by_a_killed_supervisor_is_ended_first(state: Path) -> None:
    with running(state) as cluster:
        note(cluster, "5排12座")
    words = [str(host.find_bin() / "postgres"), "-D", str(cluster.data)]
    with subprocess.Popen(
        words, cwd=cluster.data, env=CLEAN, stderr=subprocess.DEVNULL, **cluster.account.demotion
    ) as orphan:
        assert cluster.wait_until_ready(20)
        threading.Thread(
            target=orphan.wait
        ).start()  # somebody must reap it, as init does for a real one
        with running(state) as cluster:
            assert cluster.pid != orphan.pid
            assert noted(cluster) == ["5排12座"]
        assert orphan.wait(5) == 0


def test_two_supervisors_never_share_a_cluster(cluster: Cluster) -> None:
    with pytest.raises(ClusterBusy, match=str(os.getpid())):
        Cluster(cluster.state).start()
    with running(cluster.state) as borrowed:
        assert borrowed.pid is None
        borrowed.ensure_database("palace")
    assert cluster.alive()


def test_the_server_is_reached_by_its_socket_alone(cluster: Cluster) -> None:
    assert said(cluster, "palace_app", "SHOW listen_addresses") == ""
    assert cluster.socket.stat().st_mode & 0o777 == 0o700
    assert cluster.data.stat().st_mode & 0o777 == 0o700
    assert cluster.data.stat().st_uid != 0


@root_only
def test_another_user_of_the_machine_is_refused(cluster: Cluster) -> None:
    assert "Permission denied" in asked_by_stranger(cluster)
    cluster.socket.chmod(0o711)
    assert "Peer authentication failed" in asked_by_stranger(cluster)
    cluster.socket.chmod(0o700)


def asked_by_stranger(cluster: Cluster) -> str:
    """Return what somebody else on the machine hears when asking the database."""
    entry = pwd.getpwnam("daemon")
    stranger = host.Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    words = [
        str(host.find_bin() / "psql"),
        "-h",
        str(cluster.socket),
        "-U",
        "palace_app",
        "-c",
        "SELECT 1",
    ]
    return subprocess.run(
        [*words, "palace"],
        check=False,
        capture_output=True,
        text=True,
        env=CLEAN,
        cwd="/",
        **stranger.demotion,
    ).stderr


def test_the_web_may_write_rows_but_not_change_tables(cluster: Cluster) -> None:
    note(cluster, "5排12座")

    with engine(cluster, "palace_app").begin() as connection:
        connection.execute(text("INSERT INTO sold VALUES ('5排14座')"))
    for forbidden in ("CREATE TABLE mine (x int)", "DROP TABLE sold", "SET ROLE postgres"):
        with engine(cluster, "palace_app").connect() as connection, pytest.raises(ProgrammingError):
            connection.execute(text(forbidden))


def test_the_server_speaks_utf8_and_utc_and_checks_its_pages(cluster: Cluster) -> None:
    assert said(cluster, "palace_app", "SHOW server_encoding") == "UTF8"
    assert said(cluster, "palace_app", "SHOW timezone") == "UTC"
    assert said(cluster, "palace_app", "SHOW data_checksums") == "on"
    assert said(cluster, "palace_app", "SHOW statement_timeout") == "15s"
    assert said(cluster, "palace_owner", "SHOW statement_timeout") == "0"


def test_databases_are_made_once_and_dropped(cluster: Cluster) -> None:
    cluster.ensure_database("palace_gw0")
    cluster.ensure_database("palace_gw0")
    with engine(cluster, "palace_owner", "palace_gw0").begin() as connection:
        connection.execute(text("CREATE EXTENSION btree_gist"))
    cluster.drop_database("palace_gw0")

    with pytest.raises(OperationalError, match="does not exist"):
        engine(cluster, "palace_owner", "palace_gw0").connect()


def test_a_throwaway_cluster_begins_empty_and_leaves_nothing(state: Path) -> None:
    first = Cluster(state, durable=False)
    first.start()
    note(first, "5排12座")
    first.stop()

    assert not first.home.exists()
    second = Cluster(state, durable=False)
    second.start()
    with pytest.raises(ProgrammingError):
        noted(second)
    second.stop()


def test_a_long_path_gets_a_short_socket(state: Path) -> None:
    deep = state.parent / ("宫" * 40) / "var"

    with running(deep) as cluster:
        assert cluster.socket.parent == Path("/tmp")  # noqa: S108 - where it must be
        assert said(cluster, "palace_app", "SELECT 1") == 1
    shutil.rmtree(cluster.socket)


@root_only
def test_data_stand_outside_a_folder_the_database_cannot_enter(state: Path) -> None:
    state.parent.chmod(0o700)
    cluster = Cluster(state)
    assert cluster.home.parent == Path("/var/lib")

    with ExitStack() as stack:
        stack.callback(shutil.rmtree, cluster.home)
        stack.callback(cluster.stop)
        cluster.start()
        note(cluster, "5排12座")
        assert Cluster(state).home == cluster.home
    assert state.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_somebody_else_prepared_is_refused(state: Path) -> None:
    state.mkdir()
    (state / "elsewhere").mkdir()
    (state / "postgres").symlink_to(state / "elsewhere")

    with pytest.raises(HostRefused, match="remove it"):
        Cluster(state).start()


def test_data_of_a_version_that_is_not_here_are_refused_with_the_command() -> None:
    with pytest.raises(HostRefused, match="apt-get install postgresql-99"):
        host.find_bin(99)


def test_a_number_of_another_program_is_not_our_server(tmp_path: Path) -> None:
    assert not processes.runs_in(os.getpid(), "postgres", tmp_path)
    assert not processes.runs_in(2**22 + 1, "postgres", tmp_path)


def test_the_docs_give_a_server_the_same_roles() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    for statement in (*SET_UP_ROLES[2:], *SET_UP_DATABASE):
        assert statement.format(database="palace") + ";" in page
