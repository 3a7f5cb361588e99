#!/usr/bin/env python3
"""Spreads what a database tells of over the last weeks, for pictures.

    age.py DATABASE

The audit chain of that database is broken by it. Standard library only.
"""

import sqlite3
import sys

MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# How long ago each of the latest sessions and events was, the newest first.
SESSIONS = [2 * MINUTE, 5 * HOUR, 26 * HOUR]
EVENTS = [2 * MINUTE, 5 * HOUR, 26 * HOUR, 21 * DAY, 21 * DAY + HOUR]
ADDRESSES = ["203.0.113.7", "198.51.100.24", "203.0.113.7", "192.0.2.81"]


def main():
    database = sqlite3.connect(sys.argv[1], timeout=10)
    rows = database.execute("SELECT id FROM sessions ORDER BY id DESC").fetchall()
    for (key,), ago, address in zip(rows, SESSIONS, ADDRESSES):
        database.execute(
            "UPDATE sessions SET created_at = created_at - ?, last_seen_at = last_seen_at - ?,"
            " ip = ? WHERE id = ?",
            (ago, ago // 2, address, key),
        )
    rows = database.execute("SELECT seq FROM audit_events ORDER BY seq DESC").fetchall()
    for (key,), ago, address in zip(rows, EVENTS, ADDRESSES * 2):
        database.execute(
            "UPDATE audit_events SET at = at - ?, ip = ? WHERE seq = ?", (ago, address, key)
        )
    rows = database.execute("SELECT id FROM devices ORDER BY id DESC").fetchall()
    for (key,), ago, address in zip(rows, SESSIONS, ADDRESSES):
        database.execute(
            "UPDATE devices SET last_seen_at = last_seen_at - ?, ip = ? WHERE id = ?",
            (ago, address, key),
        )
    database.execute("UPDATE passwords SET changed_at = changed_at - ?", (21 * DAY,))
    database.commit()


if __name__ == "__main__":
    main()
