#!/usr/bin/env python3
"""Puts the proof of somebody's sessions into the past.

    past.py DATABASE ACCOUNT SECONDS

Standard library only.
"""

import sqlite3
import sys

_, path, account, seconds = sys.argv
with sqlite3.connect(path, timeout=10) as database:
    changed = database.execute(
        "UPDATE sessions SET auth_time = auth_time - ? WHERE user_id = ? AND revoked_at IS NULL",
        (int(seconds) * 1_000_000, account),
    ).rowcount
if changed == 0:
    sys.exit(f"{account} has no session")
