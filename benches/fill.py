"""Puts accounts straight into the service's SQLite database while the service is stopped."""

import os
import secrets
import sqlite3
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def make_id(prefix, micros):
    """A prefix and a UUIDv7 of that time as 26 characters of base32, as `kernel::id` makes it."""
    chance = secrets.randbits(74)
    number = (micros // 1000) << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62
    number |= chance & (1 << 62) - 1
    number <<= 2  # 128 bits are 25 characters and 3 bits; zeros fill the last one.
    return prefix + "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def fill(path, count, with_sessions=True):
    """`count` accounts `user0000000@example.test` and so on, oldest first, each with the password
    of the one account that is there, and each with a session; seconds that it took."""
    begin = time.monotonic()
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    (stored,) = database.execute("SELECT hash FROM passwords LIMIT 1").fetchone()
    now = time.time_ns() // 1000
    first = now - count * 1_000_000
    later = now + 30 * 86_400 * 1_000_000

    def accounts():
        for number in range(count):
            at = first + number * 1_000_000
            email = f"user{number:07d}@example.test"
            yield make_id("usr_", at), email, email.encode(), at, at

    database.execute("BEGIN IMMEDIATE")
    database.executemany(
        "INSERT INTO users (id, email, email_key, name, status, version, created_at, updated_at)"
        " VALUES (?, ?, ?, 'Someone', 'active', 1, ?, ?)",
        accounts(),
    )
    made = "FROM users WHERE email LIKE 'user_______@example.test'"
    database.execute(
        f"INSERT INTO passwords (user_id, hash, changed_at) SELECT id, ?, created_at {made}",
        (stored,),
    )
    if with_sessions:
        ids = [row[0] for row in database.execute(f"SELECT id {made}")]
        database.executemany(
            "INSERT INTO sessions (id, user_id, key_hash, remember, amr, auth_time, ip, user_agent,"
            " created_at, last_seen_at, idle_seconds, expires_at)"
            " VALUES (?, ?, ?, 0, 'pwd', ?, '127.0.0.1', 'bench', ?, ?, 86400, ?)",
            ((make_id("ses_", now), user, os.urandom(32), now, now, now, later) for user in ids),
        )
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return time.monotonic() - begin
