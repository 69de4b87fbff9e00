"""Readers of users' files meet damaged ones: a sentence, or what the file says; never a signal."""

from __future__ import annotations

import csv
import gzip
import io
import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from walks import USERS, walk

from ns3_bridge import InvalidSetting
from ns3_scenarios.registry import program

pytestmark = pytest.mark.fuzz

SEEDS = Path(__file__).parents[1] / "fuzz" / "seeds"
FCD, FCD_CSV, NS2, TASKS, SITES = (
    (SEEDS / name).read_text(encoding="utf-8")
    for name in (
        *("mobility.fcd.xml", "mobility.fcd.csv", "mobility.ns2.txt"),
        *("tasks.csv", "sites.csv"),
    )
)

BYTES = st.one_of(
    st.sampled_from([b"<", b">", b'"', b";", b",", b"\n", b"\0", b"-", b":", b"e9", b"nan", b"/>"]),
    st.binary(min_size=1, max_size=4),
)
CHANGE = st.tuples(
    st.sampled_from(["put", "insert", "drop", "repeat", "cut"]), st.floats(0, 1), BYTES
)
MANGLE = st.tuples(
    st.lists(CHANGE, min_size=1, max_size=3), st.sampled_from(["", "before", "after"])
)


def mangled(text, how):
    """The text with some bytes changed; gzip comes before the changes, after, or not at all."""
    changes, compressed = how
    content = text.encode()
    if compressed == "before":
        content = gzip.compress(content, mtime=0)
    for what, where, some in changes:
        at = int(where * len(content))
        start, end = content[:at], content[at:]
        content = {
            "put": start + some + end[len(some) :],
            "insert": start + some + end,
            "drop": start + end[len(some) * 4 :],
            "repeat": start + end[:20] + end,
            "cut": start if len(some) == 1 else content,
        }[what]
    return gzip.compress(content, mtime=0) if compressed == "after" else content


fuzz = settings(
    max_examples=int(os.environ.get("NS3_TWIN_FUZZ_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize(
    ("text", "command", "setting"),
    [
        (FCD, [USERS, "--mobility.model=trace"], "mobility.trace"),
        (FCD_CSV, [USERS, "--mobility.model=trace"], "mobility.trace"),
        (NS2, [USERS, "--mobility.model=trace"], "mobility.trace"),
        (TASKS, [USERS, "--traffic.model=trace"], "traffic.trace"),
        (SITES, [program("cellular"), "--describe", "--n_bs=2"], "layout.positions"),
    ],
    ids=["FCD", "FCD as CSV", "ns-2", "tasks", "sites"],
)
def test_a_damaged_file_is_read_or_refused_in_one_line(tmp_path, text, command, setting):
    path = tmp_path / "damaged.csv"
    arguments = ["--n_ue=2", "--duration_s=1", f"--{setting}={path}"]

    @fuzz
    @given(MANGLE)
    @example(([], ""))
    def check(how):
        path.write_bytes(mangled(text, how))
        done = subprocess.run([*command, *arguments], capture_output=True, check=False, timeout=60)
        said = done.stderr.decode()
        if done.returncode == 0:
            assert not said
        else:
            assert done.returncode == 2, said
            assert said.startswith("error: setting ")
            assert said.count("\n") == 1

    check()


def users_of_xml(content):
    """What Python's own reader finds: per user, its times, and places as text ``[n, 3]``."""
    users = {}
    try:
        whole = ET.fromstring(content)
    except LookupError as error:  # an encoding that nobody knows
        raise ET.ParseError(str(error)) from error
    for step in whole.iter("timestep"):
        hours, minutes, seconds = ["0", "0", *step.get("time").split(":")][-3:]
        time_s = float(hours) * 3600 + float(minutes) * 60 + float(seconds)
        for user in step:
            if user.tag in ("vehicle", "person"):
                row = (time_s, user.get("x"), user.get("y"))
                users.setdefault((user.tag, user.get("id")), []).append(row)
    return users


def users_of_csv(content):
    """The same of CSV."""
    users = {}
    lines = (line for line in io.StringIO(content.decode(), newline="") if line.strip())
    for row in csv.DictReader(lines, delimiter=";"):
        # Damage may leave the short name of a column, which is as good.
        cell = {name.strip().rpartition("_")[2]: text for name, text in row.items() if name}
        entry = (float(cell["time"]), cell["x"], cell["y"])
        users.setdefault(cell["id"].strip(), []).append(entry)
    return users


@pytest.mark.parametrize(("text", "read"), [(FCD, users_of_xml), (FCD_CSV, users_of_csv)])
def test_a_damaged_trace_is_never_another_trace(tmp_path, text, read):
    path = tmp_path / "damaged"

    @fuzz
    @given(MANGLE)
    @example(([], ""))
    @example(([("insert", 0.0, b"\n")], ""))
    @example(([("drop", 0.1484375, b"\0\0")], ""))
    @example(([("put", 0.0546875, b"A")], ""))
    def check(how):
        content = mangled(text, how)
        path.write_bytes(content)
        try:
            position_m, _ = walk("trace", n_ue=2, duration_s=9, trace=str(path))
        except InvalidSetting:
            return
        try:
            if content.startswith(b"\x1f\x8b"):
                content = gzip.decompress(content)
            users = read(content)
        except ET.ParseError:
            return  # what says nothing of users, such as the declaration, is not checked
        time_s = np.arange(10)
        on_road = [rows for rows in users.values() if rows[0][0] <= 9]
        for ue in range(2):
            rows = np.array(on_road[ue], float)
            expected = np.stack([np.interp(time_s, rows[:, 0], rows[:, i]) for i in (1, 2)], axis=1)
            assert position_m[:, ue] == pytest.approx(expected, abs=1e-6)

    check()
