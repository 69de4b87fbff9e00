"""Commands with --live: what a page gets while they go on, and how they end."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

import ns3_bridge

PATIENCE_S = 240.0
NS3_TWIN = (sys.executable, "-c", "from py_agent.cli.main import main; main()")
SMALL = ("--set", "n_ue=3", "--set", "n_bs=2", "--set", "traffic.rate_hz=4")


@contextlib.contextmanager
def command(*arguments, folder):
    """A command, and the address of its page."""
    environment = {**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": "", "COLUMNS": "200"}
    process = subprocess.Popen(
        [*NS3_TWIN, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        told = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", told)
        assert found, told + process.stderr.read()
        yield process, found.group()
    finally:
        process.kill()
        process.communicate()


def listen(url):
    """Connect; with --live-port 0 nobody could before the address was printed."""
    return connect(
        url.replace("http", "ws") + "live", open_timeout=PATIENCE_S, max_size=None, max_queue=None
    )


def messages_until_closed(page):
    told = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            message = page.recv(PATIENCE_S)
            told.append("slot" if isinstance(message, bytes) else json.loads(message))
    return told


def names_of(told):
    return [one["name"] for one in told if one != "slot" and one["kind"] == "begin"]


def kinds(told):
    return [one if one == "slot" else one["kind"] for one in told]


def test_run_shows_every_slot_and_says_how_to_see_it_again(tmp_path):
    arguments = ("run", "--live", "--policy", "srpt", "--duration", "1", *SMALL)
    with command(*arguments, folder=tmp_path) as (process, url), listen(url) as page:
        told = messages_until_closed(page)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert kinds(told)[:2] == ["clock", "begin"]
    assert kinds(told).count("slot") == 51
    assert kinds(told)[-1] == "end"
    assert told[0]["can_pause"]
    (run,) = (tmp_path / "runs").iterdir()
    assert f"ns3-twin view runs/{run.name}" in said.replace("'", "")


def test_ctrl_c_ends_a_run_that_is_paused(tmp_path):
    arguments = ("run", "--live", "--policy", "srpt", "--duration", "100", *SMALL)
    with command(*arguments, folder=tmp_path) as (process, url), listen(url) as page:
        page.send(json.dumps({"kind": "pause"}))
        came, is_paused = page.recv(PATIENCE_S), False
        while not (is_paused and isinstance(came, bytes)):  # a slot: the run has begun
            came = page.recv(PATIENCE_S)
            is_paused |= isinstance(came, str) and json.loads(came).get("paused", False)
        process.send_signal(signal.SIGINT)
        told = messages_until_closed(page)
        assert process.wait(PATIENCE_S) == 130
    assert told[-1]["status"] == "interrupted"


def test_a_run_and_its_baseline_are_shown_and_viewed_beside_each_other(tmp_path):
    arguments = ("run", "--live", "--policy", "srpt", "--baseline", "random", "--duration", "1")
    with command(*arguments, *SMALL, folder=tmp_path) as (process, url), listen(url) as page:
        told = messages_until_closed(page)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert sorted(names_of(told)) == ["random, seed 1", "srpt, seed 1"]
    assert kinds(told).count("slot") == 2 * 51
    (again,) = re.findall(r"^again +ns3-twin (view .*)$", said, re.MULTILINE)
    with command(*shlex.split(again), folder=tmp_path) as (process, url), listen(url) as page:
        seen = [page.recv(PATIENCE_S) for _ in range(2 * (51 + 3) + 1)]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    told = ["slot" if isinstance(message, bytes) else json.loads(message) for message in seen]
    assert names_of(told) == ["srpt, seed 1", "random, seed 1"]
    assert kinds(told).count("slot") == 2 * 51


def test_compare_shows_runs_of_several_processes(tmp_path):
    arguments = ("compare", "--live", "--policies", "srpt,random", "--seeds", "1", "--jobs", "2")
    more = ("--duration", "1", *SMALL)
    with command(*arguments, *more, folder=tmp_path) as (process, url), listen(url) as page:
        told = messages_until_closed(page)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert sorted(names_of(told)) == ["random, seed 1", "srpt, seed 1"]
    assert kinds(told).count("end") == 2
    assert not told[0]["can_pause"]


def test_serve_shows_the_episodes_of_an_agent_elsewhere(tmp_path):
    gateway = f"ipc://{tmp_path}/gateway"
    arguments = ("serve", "--live", "--bind", gateway, "--set", "duration_s=1", *SMALL)
    with command(*arguments, folder=tmp_path) as (process, url), listen(url) as page:
        env = ns3_bridge.connect(gateway, deadline_s=PATIENCE_S)
        for seed in (1, 2):
            env.reset(seed=seed)
            for _ in range(5):
                env.step(env.action_space.sample())
        env.close()
        process.send_signal(signal.SIGTERM)
        told = messages_until_closed(page)
        assert process.wait(PATIENCE_S) == 0
    one_episode = ["begin", *["slot"] * 6, "end"]
    assert kinds(told) == ["clock", *one_episode, *one_episode]
    begun = [one for one in told if one != "slot" and one["kind"] == "begin"]
    assert [one["seed"] for one in begun] == [1, 2]


def test_serve_has_no_page_for_agents_of_others(tmp_path):
    done = subprocess.run(
        [*NS3_TWIN, "serve", "--live", "--protocol", "ns3-gym"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 2
    assert "--live means nothing with --protocol ns3-gym" in done.stderr


@pytest.mark.long
def test_train_shows_validations_and_the_agent_at_work(tmp_path):
    pytest.importorskip("stable_baselines3")
    (tmp_path / "small.yaml").write_text(
        "steps: 600\nnetworks: 2\nepisode_s: 0.4\nwarmup_s: 0\nvalidations: 1\n"
        "validation_networks: 2\nretrain: false\n"
        "settings: {n_ue: 2, n_bs: 2, traffic: {rate_hz: 9}}"
    )
    arguments = ("train", "--live", "--config", "small.yaml", "--out", "agent")
    with command(*arguments, folder=tmp_path) as (process, url), listen(url) as page:
        told = messages_until_closed(page)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said
    assert names_of(told)[0] == "the rule"
    assert names_of(told)[1].startswith("agent after ")
    points = [one for one in told if one != "slot" and one["kind"] == "points"]
    assert all(p["low"] <= p["mean"] <= p["high"] for one in points for p in one["points"])
    assert len(points) >= 2
