"""Starts the real program for the scripts beside this file and talks HTTP to it.

Standard library only. Whatever is started here is ended by its own process id.
"""

import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

ADMIN = "admin@example.test"
PASSWORD = "a ferry of seven quiet lanterns"
COOKIE = "doorward"

PANIC = re.compile(r"panicked at|stack overflow|SIGABRT|double free")
SERVER_ERROR = re.compile(r"""\bstatus["']?\s*[=:]\s*["']?5\d\d\b""")


class Failed(Exception):
    """The check that the script makes does not hold, or can't be made."""


def end_when_asked():
    """From here on SIGTERM and SIGINT end the script as an exception does: what it has started is
    stopped on the way. A further signal does not cut that short."""

    def end(number, _frame):
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)


def free_port():
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def refuse_busy(port):
    """Fails when somebody listens on the port already."""
    with socket.socket() as probe:
        # Connections that have just been closed don't count: only a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failed(f"port {port} is busy: {error.strerror}") from error


def psql(url, sql):
    """Runs SQL in PostgreSQL through its own client; answers the rows as text."""
    program = shutil.which("psql")
    if program is None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))
        if not found:
            raise Failed("missing: psql (on Debian: apt-get install postgresql-client)")
        program = str(found[-1])
    done = subprocess.run(
        [program, url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"psql: {done.stderr.strip()}")
    return done.stdout.strip()


def fresh_database(kind, folder):
    """The URL of a database that did not exist before: `sqlite` in the folder, or `postgres`."""
    if kind == "sqlite":
        return f"sqlite://{folder}/doorward.db"
    server = os.environ.get("TEST_POSTGRES_URL")
    if not server:
        raise Failed("TEST_POSTGRES_URL is not set: run this through with-postgres.sh")
    name = f"doorward_{secrets.token_hex(6)}"
    psql(server, f"CREATE DATABASE {name}")
    parts = urlsplit(server)
    return urlunsplit(parts._replace(path=f"/{name}"))


def drop_database(url):
    """Removes what `fresh_database` made on a PostgreSQL server."""
    server = os.environ.get("TEST_POSTGRES_URL")
    if server and not url.startswith("sqlite"):
        psql(server, f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)")


class Service:
    """One running `doorward`, its data in a folder of its own."""

    def __init__(self, binary, folder, database_url, settings=None, port=None):
        self.binary = str(binary)
        self.folder = Path(folder)
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        self.log = self.folder / "service.log"
        self.log_start = 0
        self.process = None
        self.folder.mkdir(parents=True, exist_ok=True)
        # Nothing of the caller's own settings may leak in.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("DOORWARD_")
        }
        self.environment.update(
            DOORWARD_LISTEN=f"127.0.0.1:{self.port}",
            DOORWARD_DATA_DIR=str(self.folder / "data"),
            DOORWARD_DATABASE_URL=database_url,
            **(settings or {}),
        )

    def command(self, *arguments, stdin="", timeout=120):
        """Runs a subcommand of the program with this service's settings."""
        return subprocess.run(
            [self.binary, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.folder,
            env=self.environment,
            check=False,
        )

    def create_admin(self, email=ADMIN):
        """An administrator with the password `PASSWORD`."""
        done = self.command(
            "admin", "create", "--email", email, "--password-stdin", stdin=PASSWORD + "\n"
        )
        if done.returncode != 0:
            raise Failed(f"admin create failed: {done.stderr.strip() or done.stdout.strip()}")

    def start(self, wrapper=()):
        """Starts the program without waiting for it. `wrapper` may hold, say, a `taskset`."""
        refuse_busy(self.port)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, self.binary, "serve"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
            )

    def wait_for(self, path="/readyz", timeout=30.0, pause=0.002):
        """Seconds until the path answers 200, asked anew every `pause` seconds."""
        begin = time.monotonic()
        while True:
            if self.process.poll() is not None:
                raise Failed(f"the service ended with {self.process.returncode}:\n{self.tail()}")
            if self.status(path) == 200:
                return time.monotonic() - begin
            if time.monotonic() - begin > timeout:
                raise Failed(f"{path} does not answer 200 within {timeout} s:\n{self.tail()}")
            time.sleep(pause)

    def status(self, path):
        """The status of a GET on a connection of its own, or None."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def kill(self):
        """SIGKILL: no time to finish anything."""
        self.process.kill()
        self.process.wait()

    def stop(self, timeout=15.0):
        """SIGTERM, and SIGKILL when that does not help; seconds until it had ended."""
        if self.process is None or self.process.poll() is not None:
            return 0.0
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failed(f"the service did not end within {timeout} s of SIGTERM") from None
        return time.monotonic() - begin

    def memory(self):
        """Resident memory in KiB: now, and the most since `forget_memory` or the start."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return tuple(int(fields[name].split()[0]) for name in ("VmRSS", "VmHWM"))

    def forget_memory(self):
        """From here on counts the most that `memory` tells: starting is another matter."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def tail(self, lines=25):
        """The end of the log."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "(no log)"
        return "\n".join(text.splitlines()[-lines:])

    def forget_log(self):
        """From here on count the complaints; a 503 of `/readyz` while it starts is none."""
        self.log_start = self.log.stat().st_size

    def complaints(self):
        """Lines of the log that speak of a panic or of a 5xx."""
        text = self.log.read_bytes()[self.log_start :].decode("utf-8", errors="replace")
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
        return [
            line for line in text.splitlines() if PANIC.search(line) or SERVER_ERROR.search(line)
        ]


class Client:
    """A client of one service on one connection that it keeps, with one session cookie."""

    def __init__(self, service, cookie=None, timeout=20.0):
        self.service = service
        self.cookie = cookie
        self.timeout = timeout
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def request(self, method, path, body=None, headers=None):
        """(status, headers, JSON or None). Raises OSError or HTTPException when cut off.

        A GET is sent once more when the service has closed a connection that was kept too long.
        """
        head = {"Accept": "application/json"}
        if self.cookie:
            head["Cookie"] = f"{COOKIE}={self.cookie}"
        if body is not None:
            head["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        head.update(headers or {})
        if method == "GET" and self.connection is not None:
            try:
                return self.exchange(method, path, body, head)
            except (ConnectionError, http.client.HTTPException):
                pass
        return self.exchange(method, path, body, head)

    def exchange(self, method, path, body, head):
        """One request and its answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.service.port, timeout=self.timeout
                )
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, body=body, headers=head)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if answer.will_close:
            self.close()
        is_json = "json" in (answer.getheader("Content-Type") or "")
        return answer.status, answer.headers, json.loads(content) if content and is_json else None

    def sign_in(self, email=ADMIN, password=PASSWORD):
        """Signs in with a password and keeps the cookie, which is returned as well."""
        self.cookie = None
        account = {"email": email, "password": password}
        status, headers, problem = self.request("POST", "/v1/auth/sign-in", account)
        for line in headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";", 1)[0].partition("=")
            if name.strip() == COOKIE and value:
                self.cookie = value
        if status not in (200, 201) or self.cookie is None:
            raise Failed(f"sign-in answered {status}, cookie {self.cookie is not None}: {problem}")
        return self.cookie

    def pages(self, path):
        """Every item of a list, page by page."""
        joint = "&" if "?" in path else "?"
        cursor = None
        while True:
            more = "" if cursor is None else f"&cursor={quote(cursor, safe='')}"
            status, _, page = self.request("GET", f"{path}{joint}limit=200{more}")
            if status != 200:
                raise Failed(f"GET {path} answered {status}: {page}")
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
