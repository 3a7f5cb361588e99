"""Whether the time of an answer tells if an address has an account.

Asks each operation for known and unknown addresses in turn, in random order within each pair, and
prints for each: the medians, the 99 % interval of their difference (bootstrap) and the probability
of a difference like this one between equal distributions (Mann-Whitney U, two-sided). Ends with 1
when some operation's probability is below 1 in 1000, which chance alone brings about once in two
hundred runs of five operations.
"""

import argparse
import http.client
import json
import math
import random
import sqlite3
import statistics
import sys
import tempfile
import time

import service

WIDE = {
    "DOORWARD_THROTTLE_ACCOUNT_FAILURES": "100",
    "DOORWARD_THROTTLE_ACCOUNT_WINDOW_SECONDS": "60",
    "DOORWARD_THROTTLE_ADDRESS_FAILURES": "1000000",
    "DOORWARD_THROTTLE_MAILS": "1000000",
    "DOORWARD_THROTTLE_ACCOUNT_MAILS": "1000",
    "DOORWARD_THROTTLE_ACCOUNT_MAIL_WINDOW_SECONDS": "60",
    "DOORWARD_THROTTLE_SIGN_UPS": "1000000",
}
OPERATIONS = {
    "sign-in": ("/v1/auth/sign-in", {"password": "a wrong river of green tea"}, 401),
    "sign-up": ("/v1/auth/sign-up", {"password": service.PASSWORD, "name": "Uma"}, 202),
    "reset": ("/v1/auth/password-reset", {}, 202),
    "magic link": ("/v1/auth/magic-link", {}, 202),
    "resend": ("/v1/auth/verify-email/resend", {}, 202),
}
LIMIT = 0.001


def rank_sum(left, right):
    """Two-sided probability of such a difference by chance (Mann-Whitney U, normal approximation)."""
    ordered = sorted([(value, 0) for value in left] + [(value, 1) for value in right])
    ranks, ties, at = 0.0, 0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        same = end - at
        ranks += (at + end + 1) / 2 * sum(1 for _, group in ordered[at:end] if group == 0)
        ties += same**3 - same
        at = end
    first, second = len(left), len(right)
    count = first + second
    expected = first * (count + 1) / 2
    variance = first * second / 12 * (count + 1 - ties / (count * (count - 1)))
    return math.erfc(abs(ranks - expected) / math.sqrt(2 * variance))


def interval(left, right, rounds=500):
    """The middle 99 % of the difference of medians over resampled values."""
    draw = random.Random(1)
    differences = sorted(
        statistics.median(draw.choices(left, k=len(left)))
        - statistics.median(draw.choices(right, k=len(right)))
        for _ in range(rounds)
    )
    edge = rounds // 200
    return differences[edge], differences[-edge - 1]


def ask(client, name, email):
    """Seconds that an operation took for an address."""
    path, body, wanted = OPERATIONS[name]
    begin = time.perf_counter()
    status, _, problem = client.request("POST", path, {**body, "email": email})
    took = time.perf_counter() - begin
    if status != wanted:
        raise service.Failed(f"{name} answered {status}: {problem}")
    return took


def settle(database_url, name):
    """Makes the known addresses verified for the operation that mails to such alone, else not."""
    value = "created_at" if name == "magic link" else "NULL"
    statement = f"UPDATE users SET email_verified_at = {value}"
    if not database_url.startswith("sqlite"):
        service.psql(database_url, statement)
        return
    database = sqlite3.connect(database_url.removeprefix("sqlite://"), timeout=30)
    with database:
        database.execute(statement)
    database.close()


def measure(client, name, addresses, samples):
    """Times of known and of unknown addresses, a pair at a time."""
    known, unknown = [], []
    # The first ones warm up what both kinds use.
    for nth in range(-20, samples):
        pair = [(known, addresses[nth % len(addresses)]), (unknown, f"u{nth}{name[:3]}@nobody.test")]
        random.shuffle(pair)
        for times, email in pair:
            took = ask(client, name, email)
            if nth >= 0:
                times.append(took)
    return known, unknown


def report(name, known, unknown):
    """One line of the table; whether the two can be told apart."""
    chance = rank_sum(known, unknown)
    low, high = interval(known, unknown)
    medians = f"{statistics.median(known) * 1e3:.3f} | {statistics.median(unknown) * 1e3:.3f}"
    print(f"| {name} | {medians} | {low * 1e6:+.0f} to {high * 1e6:+.0f} | {chance:.4f} |", flush=True)
    return chance < LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("operations", nargs="*", metavar="OPERATION", help=", ".join(OPERATIONS))
    asked = parser.parse_args()
    service.end_when_asked()
    told = []
    with tempfile.TemporaryDirectory() as folder:
        url = service.fresh_database(asked.database, folder)
        running = service.Service(asked.binary, folder, url, WIDE)
        try:
            running.start()
            running.wait_for()
            client = service.Client(running)
            addresses = [f"known{nth}@example.test" for nth in range(100)]
            for email in addresses:
                ask(client, "sign-up", email)
            print(f"{asked.samples} pairs each on {asked.database}, milliseconds; the difference in µs\n")
            print("| operation | known | unknown | 99 % of the difference | probability |")
            print("|---|---|---|---|---|")
            for name in asked.operations or OPERATIONS:
                settle(url, name)
                times = measure(client, name, addresses, asked.samples)
                if report(name, *times):
                    told.append(name)
        finally:
            running.stop()
            service.drop_database(url)
    print(f"\ntold apart: {', '.join(told) or 'none'}")
    return 1 if told else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except service.Failed as failure:
        sys.exit(f"timing.py: {failure}")
