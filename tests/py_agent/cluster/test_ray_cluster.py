"""A cluster of two nodes on this machine: the same numbers, whoever is lost (`make test-ray`)."""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from command_lines import command_lines

ray = pytest.importorskip("ray")
connection = importlib.import_module("py_agent.cluster.connection")
executor = importlib.import_module("py_agent.cluster.executor")
from py_agent.cluster.errors import NoCluster, NodeRefused  # noqa: E402
from py_agent.side_by_side import WorkerDied, report  # noqa: E402

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = ("--seeds", "1-3", "--duration", "2", "--set", "n_ue=4", "--set", "n_bs=2", "--json")
PATIENCE_S = 600
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def driver(cluster):
    with connection.connected(cluster.address):
        yield cluster


def results_of(work, items, **arguments):
    told = []
    hired = executor.RayCluster(tell=told.append, **arguments)
    with closing(hired.run(work, items)) as ended:
        return dict(ended), told


def compare(folder, *arguments):
    return subprocess.run(
        [COMMAND, "compare", "--policies", "load-srpt,load-fill", *SMALL, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def without_clock(told):
    """Rows but for what the clock measures."""
    found = json.loads(told.splitlines()[-1])
    for row in found["rows"]:
        del row["means"]["decision_ms_per_slot"]
    return found


def test_a_comparison_has_the_same_numbers_whoever_is_lost(cluster, tmp_path):
    (tmp_path / "own_shares.py").write_text(
        "from own_helper import Base\nclass Mine(Base):\n    pass\n"
    )
    (tmp_path / "own_helper.py").write_text(
        "from py_agent.policies.rules import RulePolicy\n"
        "from py_agent.policies.association import Strongest\n"
        "from py_agent.policies.share_rules import equal\n"
        "class Base(RulePolicy):\n"
        "    def __init__(self):\n        super().__init__(Strongest(), equal)\n"
    )
    own = ("--policies", "load-srpt,own_shares.py:Mine", "--reference", "load-srpt")
    local = compare(tmp_path, *own, "--out", "local")
    assert local.returncode == 0, local.stderr
    arguments = [COMMAND, "compare", *SMALL, *own, "--out", "ray", "--ray", cluster.address]
    process = subprocess.Popen(
        arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    kept = tmp_path / "ray" / "results.jsonl"
    deadline_s = time.monotonic() + PATIENCE_S
    while not kept.exists():  # the first result: both nodes work
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    cluster.remove_node(cluster.second, allow_graceful=False)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert without_clock(out) == without_clock(local.stdout)
    assert len(kept.read_text().splitlines()) == 6
    assert "has lost a worker: its run is done again" in err


def test_what_a_lost_node_was_doing_is_done_again(driver, tmp_path):
    marks = [tmp_path / str(i) for i in range(2)]
    killed, workers = [], set()

    def kill(worker):
        workers.add(worker)
        if not killed and len(workers) == 2:
            killed.append(driver.remove_node(driver.second, allow_graceful=False))
        if not all(Path(f"/proc/{worker}").exists() for worker in workers):
            (tmp_path / "go").touch()  # the lost one cannot be done any more

    hired = executor.RayCluster()
    with closing(hired.run(_wait_for_go, [(tmp_path, mark.name) for mark in marks], kill)) as ended:
        found = {number: future.result() for number, future in ended}
    assert killed
    assert found == {0: "0", 1: "1"}
    assert sorted(mark.read_text() for mark in marks) == ["begun", "begunbegun"]


def _wait_for_go(place):
    folder, name = place
    with (folder / name).open("a") as file:
        file.write("begun")
    while not (folder / "go").exists():
        report(os.getpid())
        time.sleep(0.1)
    return name


def test_a_node_with_another_version_is_left_out_and_named(driver, monkeypatch):
    nodes = importlib.import_module("py_agent.cluster.nodes")
    ours = nodes.installation()
    monkeypatch.setattr(nodes, "installation", lambda: {**ours, "ns3-twin": "9.9"})
    with pytest.raises(NodeRefused, match=rf"has ns3-twin {ours['ns3-twin']}, not 9\.9"):
        results_of(abs, [-1])


def test_errors_come_back_as_they_are_and_stop_no_other(driver):
    found, _ = results_of(int, ["1", "one", "2"])
    assert (found[0].result(), found[2].result()) == (1, 2)
    with pytest.raises(ValueError, match="one"):
        found[1].result()


def test_a_worker_that_dies_takes_its_own_item_alone(driver):
    found, _ = results_of(_die_at, [1, 0, 2])
    assert (found[0].result(), found[2].result()) == (1, 2)
    with pytest.raises(WorkerDied, match="3 workers have died"):
        found[1].result()


def _die_at(number):
    if number == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_fewer_jobs_take_fewer_cpus(driver):
    most, places = executor.RayCluster(jobs=1), set()
    with closing(most.run(functools.partial(pow, 2), [3, 4])) as ended:
        for _, future in ended:
            assert future.result() in (8, 16)
            places.add(most.place)
    assert places == {"2 nodes, 1 workers"}


def test_an_interrupt_leaves_no_run_and_no_file(cluster, tmp_path):
    arguments = [COMMAND, "compare", "--policies", "random", "--duration", "1000", "--json"]
    process = subprocess.Popen(
        [*arguments, "--ray", cluster.address],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    deadline_s = time.monotonic() + PATIENCE_S
    while len(_simulators()) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    while _simulators():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def _simulators():
    """Processes of our scenario that simulate for so long."""
    lines = command_lines().values()
    return [line for line in lines if b"bin/cellular" in line and b"duration_s=1000" in line]


def test_an_address_without_a_cluster_is_one_line(tmp_path):
    with pytest.raises(NoCluster, match="ray start --head"), connection.connected("127.0.0.1:9"):
        pass
    done = compare(tmp_path, "--ray", "127.0.0.1:9")
    assert done.returncode == 2
    assert "--ray 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
