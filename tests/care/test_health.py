"""系统体检 as a page, as JSON and as a command; and what the machine tells."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask.testing import FlaskClient
from sqlalchemy import text

from palace.care import probes, queries, services
from palace.config import Settings
from palace.console import health
from palace.db import db
from palace.members.rules import Role
from tests.factory import Factory

JSON = {"Accept": "application/json"}


def settings_of(make: Factory) -> Settings:
    """Return the settings of the test's palace."""
    found: Settings = make.app.extensions["palace"]
    return found


@pytest.fixture
def admin(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of an administrator."""
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))
    return client


def test_the_page_says_in_words_what_is_wrong_and_what_to_do(admin: FlaskClient) -> None:
    page = admin.get("/staff/health").get_data(as_text=True)

    assert "要处理" in page
    assert "没有运行" in page
    assert "systemctl restart palace" in page


def test_the_page_turns_green_line_by_line(admin: FlaskClient) -> None:
    db.session.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())"))

    told = admin.get("/staff/health", headers=JSON).get_json()

    wrong = {line["name"] for line in told["lines"] if not line["ok"]}
    assert "打印" in wrong  # no printing process stands beside this test
    assert wrong.isdisjoint({"数据库", "表结构", "后台任务进程", "失败的任务", "短信"})
    assert told["ok"] is False
    assert all(line["todo"] == "" for line in told["lines"] if line["ok"])


def test_the_page_speaks_english_too(admin: FlaskClient) -> None:
    admin.get("/display?lang=en")
    told = admin.get("/staff/health", headers=JSON).get_json()

    assert "Database" in [line["name"] for line in told["lines"]]
    assert not any(
        "\u4e00" <= letter <= "\u9fff" for line in told["lines"] for letter in line["todo"]
    )


@pytest.mark.parametrize("role", [Role.COUNTER, Role.DOOR])
def test_others_of_the_house_neither_see_nor_retry(
    make: Factory, client: FlaskClient, role: Role
) -> None:
    make.site()
    make.sign_in(client, make.staff(role))

    assert client.get("/staff/health", headers=JSON).status_code == 403
    assert client.post("/staff/tasks/1/retry", headers=JSON).status_code == 403
    assert "/staff/health" not in client.get("/staff").get_data(as_text=True)


def test_the_database_tells_of_itself(make: Factory) -> None:
    told = queries.database()

    assert told is not None
    assert (told.schema, told.beat, told.dead) == (make.app.extensions["palace_schema"], None, 0)
    assert 0 < told.connections <= told.most_connections
    assert told.size > 0


def test_what_hangs_is_not_waited_for() -> None:
    release = threading.Event()
    try:
        told = probes.together({"hangs": release.wait, "answers": lambda: 7}, patience=0.2)
    finally:
        release.set()

    assert told == {"hangs": None, "answers": 7}


def test_what_fails_tells_nothing(tmp_path: Path) -> None:
    assert probes.together({"disk": lambda: probes.disk(tmp_path / "gone")}) == {"disk": None}


def test_the_machine_tells_its_disk_and_memory(make: Factory) -> None:
    told = probes.machine(settings_of(make))

    assert told.state_disk is not None
    assert 0 < told.state_disk.free <= told.state_disk.total
    assert told.memory is not None
    assert 0 < told.memory.free <= told.memory.total
    assert not told.printing
    assert told.certificate is None


def written_certificate(folder: Path, ends_at: datetime) -> Path:
    """Write a certificate for localhost that nobody but us trusts, with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends_at - timedelta(days=90))
        .not_valid_after(ends_at)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "localhost.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def served(certificate: Path, plug: socket.socket) -> None:
    """Shake hands with whoever comes until the socket closes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    while True:
        try:
            caller, _ = plug.accept()
        except OSError:
            return
        try:
            context.wrap_socket(caller, server_side=True).close()
        except OSError:
            caller.close()


@pytest.fixture
def ends_at() -> datetime:
    """Return when the certificate of the test ends."""
    return datetime.fromtimestamp(int(time.time()) + 30 * 86400, UTC)


@pytest.fixture
def tls(tmp_path: Path, ends_at: datetime) -> Iterator[tuple[str, Path]]:
    """Serve TLS on the loopback; give the address and the certificate."""
    path = written_certificate(tmp_path, ends_at)
    with socket.create_server(("127.0.0.1", 0)) as plug:
        server = threading.Thread(target=served, args=[path, plug])
        server.start()
        yield f"https://localhost:{plug.getsockname()[1]}", path
        plug.shutdown(socket.SHUT_RDWR)
        server.join()


def test_a_certificate_nobody_trusts_is_told_with_the_reason(tls: tuple[str, Path]) -> None:
    told = probes.certificate(tls[0])

    assert told.ends_at is None
    assert "self-signed" in told.wrong


def test_a_trusted_certificate_tells_its_end_and_is_asked_once(
    tls: tuple[str, Path], ends_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    told = probes.certificate(tls[0])
    monkeypatch.delenv("SSL_CERT_FILE")

    assert told.ends_at == ends_at
    assert probes.certificate(tls[0]) is told


def test_nobody_at_the_public_address_is_told(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        told = probes.certificate(f"https://127.0.0.1:{probe.getsockname()[1]}")

    assert (told.ends_at, told.wrong) == (None, "ConnectionRefusedError")


def test_the_command_speaks_english_and_fails_where_something_is_red(live: Factory) -> None:
    told = CliRunner().invoke(health, obj=settings_of(live))

    assert told.exit_code == 1
    assert "✓ Database: PostgreSQL" in told.output
    assert told.output.startswith("✗ ")
    assert not re.search("[\u4e00-\u9fff]", told.output)


def test_the_command_says_that_the_palace_is_stopped_and_how_to_start_it(
    live: Factory, tmp_path: Path
) -> None:
    settings = replace(
        settings_of(live), state=tmp_path, database_url=None, database_owner_url=None
    )

    told = CliRunner().invoke(health, obj=settings)

    assert told.exit_code == 1
    assert told.output.startswith("✗ Palace: not running → Start it: systemctl start palace")
    assert "Printing" not in told.output
    assert "Memory" in told.output


def test_a_palace_that_runs_without_its_database_is_not_called_stopped(
    live: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = replace(
        settings_of(live), database_url=f"postgresql+psycopg://palace_app@/palace?host={tmp_path}"
    )
    monkeypatch.setattr(probes, "supervisor", lambda _settings: 7)

    told = CliRunner().invoke(health, obj=away)

    assert told.exit_code == 1
    assert "✗ Database: no answer" in told.output
    assert "Memory" in told.output


def test_the_supervisor_is_the_process_in_the_lock_while_it_is_a_palace(
    make: Factory, tmp_path: Path
) -> None:
    settings = replace(settings_of(make), state=tmp_path)
    assert probes.supervisor(settings) is None

    (tmp_path / "run").mkdir()
    lock = tmp_path / "run" / "supervisor.lock"
    lock.write_text("1")  # another program has the number since
    assert probes.supervisor(settings) is None
    words = ["sh", "-c", "echo; read line", "palace"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()
        lock.write_text(str(process.pid))
        assert probes.supervisor(settings) == process.pid
        process.communicate()


def test_all_well_is_exit_code_0(live: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "health", list)

    assert CliRunner().invoke(health, obj=settings_of(live)).exit_code == 0
