"""Processes of a command that was started in a group of its own."""

import time
from pathlib import Path


def in_group(group):
    """Processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = path.read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(pgrp) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


def kill_after(process, seconds):
    """Kill a process that leads its group; its group ends with it."""
    time.sleep(seconds)
    process.kill()
    process.communicate()
    assert left_of(process.pid) == []


def left_of(group, patience=60.0):
    """Processes that have not ended after a time."""
    until = time.monotonic() + patience
    while in_group(group) and time.monotonic() < until:
        time.sleep(0.1)
    return in_group(group)
