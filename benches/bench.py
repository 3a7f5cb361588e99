#!/usr/bin/env python3
"""The load scenarios, measured with wrk and printed as Markdown (see bench.sh).

Whatever is compared is measured in turn, several rounds in one run: a figure is the median of the
rounds with the lowest and the highest beside it, a ratio is the median of the rounds' own ratios.
A busy port, an answer other than 2xx and a connection cut off make the run fail.
"""

import argparse
import base64
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from fill import fill
from service import (
    COOKIE,
    Client,
    Failed,
    Service,
    drop_database,
    end_when_asked,
    fresh_database,
    psql,
    refuse_busy,
)

HERE = Path(__file__).parent
ROOT = HERE.resolve().parent
UNCACHED = {"DOORWARD_SESSION_CACHE_MILLISECONDS": "0"}
SIZES = (1_000, 100_000, 1_000_000)
CHECK = "/v1/auth/session"


def note(text):
    print(text, file=sys.stderr, flush=True)


class Load:
    """One target of wrk."""

    def __init__(
        self,
        port,
        path,
        cookie=None,
        connections=32,
        threads=2,
        mode=("get",),
        core=None,
        bearer=None,
        headers=None,
    ):
        self.url = f"http://127.0.0.1:{port}{path}"
        self.cookie = cookie
        self.bearer = bearer
        self.connections = connections
        self.threads = threads
        self.mode = mode
        self.core = core
        self.headers = headers or {}

    def measure(self, seconds):
        """{"rate", "p50", "p99", "max"}: requests per second, milliseconds."""
        command = ["wrk", "-t", str(self.threads), "-c", str(self.connections)]
        command += ["-d", f"{seconds}s", "--timeout", "10s", "-s", str(HERE / "load.lua")]
        if self.cookie is not None:
            command += ["-H", f"Cookie: {COOKIE}={self.cookie}"]
        if self.bearer is not None:
            command += ["-H", f"Authorization: Bearer {self.bearer}"]
        for name, value in self.headers.items():
            command += ["-H", f"{name}: {value}"]
        if self.core is not None:
            command = ["taskset", "-c", str(self.core), *command]
        command += [self.url, "--", *map(str, self.mode)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        line = next((x for x in done.stdout.splitlines() if x.startswith("RESULT ")), None)
        if done.returncode != 0 or line is None:
            raise Failed(f"wrk {self.url}: {done.stdout}{done.stderr}")
        result = json.loads(line.removeprefix("RESULT "))
        if result["not_ok"] or result["cut_off"] or not result["requests"]:
            raise Failed(
                f"{self.url}: {result['not_ok']} answers that are no 2xx, "
                f"{result['cut_off']} requests cut off, of {result['requests']}"
            )
        result["rate"] = result["requests"] / result["seconds"]
        return result


class Beside(threading.Thread):
    """A measurement that runs while another one does."""

    def __init__(self, load, seconds):
        super().__init__(daemon=True)
        self.load, self.seconds = load, seconds
        self.outcome = None
        self.start()

    def run(self):
        try:
            self.outcome = self.load.measure(self.seconds)
        except Failed as error:
            self.outcome = error

    def result(self):
        self.join()
        if isinstance(self.outcome, Failed):
            raise self.outcome
        return self.outcome


def spread(values, digits=0):
    """The median with the lowest and the highest."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def ratio(values, base):
    """The median of the rounds' ratios with the lowest and the highest."""
    return spread([value / below for value, below in zip(values, base, strict=True)], 2)


def table(title, head, rows):
    print(f"### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + " --- |" * len(head))
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print(flush=True)


class Bench:
    """What all scenarios share: options, ports, and what has been started."""

    def __init__(self, options):
        self.options = options
        self.folder = Path(tempfile.mkdtemp(prefix="doorward-bench-"))
        self.next_port = options.port
        self.services = []
        self.others = []
        self.databases = []

    def port(self):
        port = self.next_port
        self.next_port += 1
        refuse_busy(port)
        return port

    def service(self, name, kind="sqlite", settings=None, database=None):
        """A service with an administrator, not started yet."""
        folder = self.folder / name
        folder.mkdir()
        url = database or fresh_database(kind, folder)
        if kind == "postgres":
            self.databases.append(url)
        quiet = {"DOORWARD_LOG_LEVEL": "warn", **(settings or {})}
        service = Service(self.options.release / "doorward", folder, url, quiet, self.port())
        service.create_admin()
        self.services.append(service)
        return service

    def started(self, service, wrapper=()):
        """Starts it; the cookie of the administrator, with which a check has answered 200."""
        service.start(wrapper)
        service.wait_for("/readyz")
        client = Client(service)
        cookie = client.sign_in()
        status, _, answer = client.request("GET", CHECK)
        client.close()
        if status != 200 or answer["session"] is None:
            raise Failed(f"the session check answered {status}: {answer}")
        return cookie

    def constant(self, length, wrapper=()):
        """The port of the yardstick that answers so many bytes."""
        port = self.port()
        program = self.options.release / "examples" / "constant"
        process = subprocess.Popen([*wrapper, program, f"127.0.0.1:{port}", str(length)])
        self.others.append(process)
        probe = Service(program, self.folder / "constant", "sqlite://none", port=port)
        probe.process = process
        probe.wait_for("/")
        return port

    def provider(self, client, secret):
        """The port of an `oidc-provider` that knows this client."""
        port = self.port()
        program = ROOT / "tests/browser/providers/introspect.mjs"
        process = subprocess.Popen(
            [self.options.node, str(program), str(port), client, secret],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NODE_ENV": "production"},
        )
        self.others.append(process)
        if not process.stdout.readline():
            raise Failed("oidc-provider did not start; it needs Node.js 24 (--node)")
        return port

    def stop(self):
        """Ends what is still running, each by its own process id."""
        for service in self.services:
            service.stop()
        for process in self.others:
            process.terminate()
            process.wait()
        self.services.clear()
        self.others.clear()

    def clean_up(self):
        try:
            self.stop()
        finally:
            for url in self.databases:
                drop_database(url)
            shutil.rmtree(self.folder)

    def rounds(self, loads, seconds=None):
        """Measures all targets in turn: {name: [result of each round]}."""
        seconds = seconds or self.options.seconds
        for load in loads.values():
            load.measure(1)
        results = {name: [] for name in loads}
        for number in range(self.options.rounds):
            for name, load in loads.items():
                results[name].append(load.measure(seconds))
                words = name if isinstance(name, str) else ", ".join(map(str, name))
                note(f"  round {number + 1}, {words}: {results[name][-1]['rate']:,.0f}/s")
        return results


def column(results, name, key):
    return [result[key] for result in results[name]]


def answer_length(service, cookie):
    """Bytes of a session check's body, so that the yardstick sends as many."""
    request = urllib.request.Request(
        service.origin + CHECK, headers={"Cookie": f"{COOKIE}={cookie}"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return len(answer.read())


def checks(bench):
    """Session checks beside a constant answer; memory before and after."""
    wanted = {"SQLite, cached": ("sqlite", {}), "SQLite, read each time": ("sqlite", UNCACHED)}
    if os.environ.get("TEST_POSTGRES_URL"):
        wanted["PostgreSQL, cached"] = ("postgres", {})
        wanted["PostgreSQL, read each time"] = ("postgres", UNCACHED)
    services, loads, memory = {}, {}, []
    for number, (name, (kind, settings)) in enumerate(wanted.items()):
        service = bench.service(f"checks{number}", kind, settings)
        cookie = bench.started(service)
        if not loads:
            loads["constant bytes"] = Load(bench.constant(answer_length(service, cookie)), "/")
        services[name] = service
        loads[name] = Load(service.port, CHECK, cookie)
    time.sleep(1)
    idle = {name: service.memory()[0] for name, service in services.items()}
    for service in services.values():
        service.forget_memory()
    results = bench.rounds(loads)
    for name, service in services.items():
        memory.append([name, f"{idle[name] / 1024:.1f}", f"{service.memory()[1] / 1024:.1f}"])
    base = column(results, "constant bytes", "rate")
    rows = []
    for name in loads:
        rate = column(results, name, "rate")
        p99 = spread(column(results, name, "p99"), 2)
        rows.append([name, spread(rate), ratio(rate, base), p99])
    head = ["session check", "requests/s", "against constant bytes", "p99, ms"]
    table("Session checks, service and load tool on all cores (32 connections)", head, rows)
    table("Memory, MiB", ["service", "idle", "most under check load"], memory)


def pinned(bench):
    """As `checks` on SQLite, with a core for the service and another for the load tool."""
    if not shutil.which("taskset") or (os.cpu_count() or 1) < 2:
        note("  skipped: it takes two cores and taskset")
        return
    wrapper = ("taskset", "-c", "0")
    loads = {}
    for number, (name, settings) in enumerate([("cached", {}), ("read each time", UNCACHED)]):
        service = bench.service(f"pinned{number}", "sqlite", settings)
        cookie = bench.started(service, wrapper)
        if not loads:
            port = bench.constant(answer_length(service, cookie), wrapper)
            loads["constant bytes"] = Load(port, "/", threads=1, core=1)
        loads[name] = Load(service.port, CHECK, cookie, threads=1, core=1)
    results = bench.rounds(loads)
    base = column(results, "constant bytes", "rate")
    rows = []
    for name in loads:
        rate = column(results, name, "rate")
        rows.append(
            [name, spread(rate), ratio(rate, base), spread(column(results, name, "p99"), 2)]
        )
    head = ["session check", "requests/s", "against constant bytes", "p99, ms"]
    table("Session checks on SQLite, service on one core, load tool on another", head, rows)


def sign_ins(bench):
    """Sign-ins beside the machine's own limit, and session checks while they saturate it."""
    accounts = 2_000
    service = bench.service("sign-ins")
    fill(service.folder / "doorward.db", accounts, with_sessions=False)
    cookie = bench.started(service)
    seconds = max(5, bench.options.seconds)
    load = Load(service.port, "/v1/auth/sign-in", connections=16, mode=("sign-in", accounts))
    check = Load(service.port, CHECK, cookie, connections=8, threads=1, mode=("paced", 5))
    load.measure(1)
    service.forget_memory()
    limit, rates, waits, quiet, busy, under = [], [], [], [], [], []
    program = bench.options.release / "examples" / "argon2_limit"
    for number in range(bench.options.rounds):
        done = subprocess.run([program, str(seconds)], capture_output=True, text=True, check=True)
        limit.append(float(done.stdout))
        result = load.measure(seconds)
        rates.append(result["rate"])
        waits.append(result["p50"])
        quiet.append(check.measure(seconds)["p99"])
        beside = Beside(load, seconds + 2)
        time.sleep(1)
        busy.append(check.measure(seconds)["p99"])
        under.append(beside.result()["rate"])
        note(f"  round {number + 1}: limit {limit[-1]:.1f}/s, sign-ins {rates[-1]:.1f}/s")
    most = service.memory()[1] / 1024
    rows = [
        ["argon2id alone, all cores", spread(limit, 1), "1", ""],
        ["sign-ins (16 connections)", spread(rates, 1), ratio(rates, limit), spread(waits, 0)],
        ["sign-ins beside session checks", spread(under, 1), ratio(under, limit), ""],
    ]
    head = ["", "per second", "against the limit", "p50, ms"]
    table("Sign-ins on SQLite", head, rows)
    rows = [["alone", spread(quiet, 2)], ["while sign-ins saturate the hasher", spread(busy, 2)]]
    title = "Session checks, 8 connections with 5 ms between two requests"
    table(title, ["", "p99, ms"], rows)
    table("Memory under sign-in load, MiB", ["service", "most"], [["SQLite", f"{most:.1f}"]])


def tokens(bench):
    """Checks of an access token over HTTP beside the rate at which the machine verifies one."""
    program = bench.options.release / "examples" / "verify_limit"
    loads = {}
    for number, (name, settings) in enumerate(
        [("kept for a second", {}), ("verified and read each time", UNCACHED)]
    ):
        service = bench.service(f"tokens{number}", "sqlite", settings)
        client = Client(service, bench.started(service))
        status, _, answer = client.request("POST", "/v1/auth/token")
        client.close()
        if status != 200:
            raise Failed(f"no token: {status} {answer}")
        loads[name] = Load(service.port, CHECK, bearer=answer["access_token"])
    seconds, limit = bench.options.seconds, []
    for load in loads.values():
        load.measure(1)
    results = {name: [] for name in loads}
    for number in range(bench.options.rounds):
        done = subprocess.run([program, str(seconds)], capture_output=True, text=True, check=True)
        limit.append(float(done.stdout))
        for name, load in loads.items():
            results[name].append(load.measure(seconds))
            note(f"  round {number + 1}, {name}: {results[name][-1]['rate']:,.0f}/s")
    rows = [["ES256 alone, all cores", spread(limit), "1", ""]]
    for name in loads:
        rate = column(results, name, "rate")
        p99 = spread(column(results, name, "p99"), 2)
        rows.append([f"token checks, {name}", spread(rate), ratio(rate, limit), p99])
    head = ["", "per second", "against ES256 alone", "p99, ms"]
    table("Access tokens on SQLite, service and load tool on all cores", head, rows)
    bench.stop()
    introspections(bench)


def posted(port, path, fields, authorization):
    """What a form is answered."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=urlencode(fields).encode(),
        headers={"Authorization": authorization},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def machine_client(client):
    """The id and the secret of a client that may introspect."""

    def made(path, body):
        status, _, answer = client.request("POST", path, body)
        if status != 201:
            raise Failed(f"POST {path} answered {status}: {answer}")
        return answer

    scopes = ["tokens:introspect"]
    account = made("/v1/service-accounts", {"name": "bench"})["id"]
    role = made("/v1/roles", {"name": "bench", "permissions": scopes})["id"]
    made(f"/v1/users/{account}/grants", {"role_id": role})
    new = {"service_account_id": account, "name": "bench", "scopes": scopes}
    answer = made("/v1/clients", {**new, "auth_method": "client_secret"})
    return answer["client"]["id"], answer["client_secret"]


def introspections(bench):
    """What a token is worth, asked of Doorward and of `oidc-provider`."""
    service = bench.service("introspections")
    client = Client(service, bench.started(service))
    name, secret = machine_client(client)
    client.close()
    places = {
        "oidc-provider": (bench.provider(name, secret), "/token", "/token/introspection"),
        "Doorward": (service.port, "/oauth2/token", "/oauth2/introspect"),
    }
    basic = "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
    loads = {}
    for who, (port, token_path, path) in places.items():
        granted = posted(port, token_path, {"grant_type": "client_credentials"}, basic)
        form = {"token": granted["access_token"]}
        if posted(port, path, form, basic).get("active") is not True:
            raise Failed(f"{who} does not call its own token active")
        loads[who] = Load(port, path, mode=("form", urlencode(form), basic))
    results = bench.rounds(loads)
    base = column(results, "oidc-provider", "rate")
    rows = []
    for who in loads:
        rate, p99 = column(results, who, "rate"), column(results, who, "p99")
        rows.append([who, spread(rate), ratio(rate, base), spread(p99, 2)])
    title = "Introspection of a client's token, Doorward on SQLite, oidc-provider in memory"
    head = ["introspection", "requests/s", "against oidc-provider", "p99, ms"]
    table(title, head, rows)


def refreshes(bench):
    """Refresh tokens used one after another, each use durable before it is answered."""
    kinds = [("SQLite", "sqlite")]
    if os.environ.get("TEST_POSTGRES_URL"):
        kinds.append(("PostgreSQL", "postgres"))
    connections, threads = 32, 2
    rates, waits = {}, {}
    for name, kind in kinds:
        service = bench.service(f"refreshes-{kind}", kind)
        bench.started(service)
        rates[name], waits[name] = [], []
        for number in range(bench.options.rounds + 1):
            file = bench.folder / f"tokens-{kind}-{number}"
            # wrk asks for one request to look at before it begins.
            count = connections + threads
            file.write_text("".join(f"{refresh_token(service)}\n" for _ in range(count)))
            mode = ("refresh", file, threads)
            load = Load(
                service.port,
                "/oauth2/token",
                connections=connections,
                threads=threads,
                mode=mode,
            )
            # The first is there to warm up.
            result = load.measure(bench.options.seconds if number else 1)
            if number:
                rates[name].append(result["rate"])
                waits[name].append(result["p99"])
                note(f"  round {number}, {name}: {result['rate']:,.0f}/s")
    rows = [[name, spread(rates[name]), spread(waits[name], 1)] for name, _ in kinds]
    table("Refresh rotations (32 clients)", ["", "rotations/s", "p99, ms"], rows)


def refresh_token(service):
    """The first of a session of its own."""
    client = Client(service)
    client.sign_in()
    status, _, answer = client.request("POST", "/v1/auth/token", {})
    if status != 200:
        raise Failed(f"POST /v1/auth/token answered {status}: {answer}")
    client.close()
    return answer["refresh_token"]


def start(bench):
    """From the start of the process to the first 200."""
    again = bench.service("start")
    times = {"with data": [], "first start, in an empty folder": []}
    for number in range(5 * bench.options.rounds):
        begin = time.monotonic()
        again.start()
        again.wait_for("/readyz", pause=0.0005)
        times["with data"].append(1000 * (time.monotonic() - begin))
        again.stop()
        folder = bench.folder / f"fresh{number}"
        folder.mkdir()
        url = fresh_database("sqlite", folder)
        fresh = Service(bench.options.release / "doorward", folder, url, port=bench.port())
        bench.services.append(fresh)
        begin = time.monotonic()
        fresh.start()
        fresh.wait_for("/readyz", pause=0.0005)
        times["first start, in an empty folder"].append(1000 * (time.monotonic() - begin))
        fresh.stop()
    rows = [[name, spread(values, 0)] for name, values in times.items()]
    table("From start to the first 200 of /readyz, ms", ["", "median (range)"], rows)


def sizes(bench):
    """Check, list and prefix search at growing numbers of accounts, on SQLite, read each time."""
    loads = {}
    for size in SIZES:
        service = bench.service(f"size{size}", "sqlite", UNCACHED)
        seconds = fill(service.folder / "doorward.db", size)
        note(f"  {size:,} accounts with a session each, written in {seconds:.0f} s")
        cookie = bench.started(service)
        client = Client(service, cookie)
        for path in ("/v1/users?limit=50", "/v1/users?limit=50&email_prefix=user00003"):
            status, _, page = client.request("GET", path)
            if status != 200 or len(page["items"]) != 50:
                raise Failed(f"GET {path} answered {status} with {page}")
        client.close()
        users = "/v1/users?limit=50"
        loads["session check", size] = Load(service.port, CHECK, cookie)
        loads["list of 50", size] = Load(service.port, users, cookie)
        mode = ("prefix", size // 100)
        loads["prefix search, 50", size] = Load(service.port, users, cookie, mode=mode)
    # What is compared stands side by side in time.
    loads = dict(sorted(loads.items(), key=lambda item: item[0][0]))
    results = bench.rounds(loads)
    rows = []
    for what in sorted({name for name, _ in loads}):
        base = column(results, (what, SIZES[0]), "rate")
        for size in SIZES:
            rate = column(results, (what, size), "rate")
            p99 = spread(column(results, (what, size), "p99"), 2)
            rows.append([what, f"{size:,}", spread(rate), ratio(rate, base), p99])
    head = ["", "accounts", "requests/s", f"against {SIZES[0]:,}", "p99, ms"]
    table("Growing, on SQLite, nothing cached (32 connections)", head, rows)


SCENARIOS = {
    "checks": checks,
    "pinned": pinned,
    "sign-ins": sign_ins,
    "tokens": tokens,
    "refreshes": refreshes,
    "start": start,
    "sizes": sizes,
}


def first_line(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).split("\n", 1)[0].strip()


def others_use():
    """The share of all cores that somebody else uses just now."""

    def times():
        fields = list(
            map(int, Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9])
        )
        return sum(fields), fields[3] + fields[4]

    before = times()
    time.sleep(2)
    after = times()
    return 1 - (after[1] - before[1]) / max(1, after[0] - before[0])


def machine(options):
    """The machine and the settings of the run."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((x.split(":", 1)[1].strip() for x in info.splitlines() if "model name" in x), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"- {os.cpu_count()} cores of {model}, {memory:.0f} GiB; Linux {platform.release()}")
    wrk = " ".join(first_line("wrk", "--version").split()[:2])
    print(f"- {first_line('rustc', '--version')}, release build; {wrk}")
    server = os.environ.get("TEST_POSTGRES_URL")
    if server:
        print(f"- PostgreSQL {psql(server, 'SHOW server_version')}, fsync on")
    print(f"- {options.rounds} rounds of {options.seconds} s, each after a second of warming up;")
    busy = others_use()
    print(f"  median (lowest to highest); {time.strftime('%Y-%m-%d')}")
    print(f"- before the run, other work used {100 * busy:.0f} % of the machine\n", flush=True)
    if busy > 0.1:
        note("note: the machine is not quiet, so the figures will be lower than they could be")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--release", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--node", default="node", help="Node.js 24 or newer")
    parser.add_argument("--seconds", type=int, default=int(os.environ.get("BENCH_SECONDS", "4")))
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "3")))
    parser.add_argument("--port", type=int, default=int(os.environ.get("BENCH_PORT", "18080")))
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    end_when_asked()
    begin = time.monotonic()
    machine(options)
    bench = Bench(options)
    try:
        for name in options.scenarios or SCENARIOS:
            note(f"== {name}")
            SCENARIOS[name](bench)
            bench.stop()
    except (Failed, OSError) as error:
        note(f"FAILED: {error}")
        return 1
    finally:
        bench.clean_up()
    note(f"== done in {time.monotonic() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
