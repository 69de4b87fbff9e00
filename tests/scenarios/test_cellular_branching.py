"""One physical state continued under many decisions, on real ns-3."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import threading
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ns3_scenarios
from ns3_bridge import (
    BranchRefused,
    Gateway,
    InvalidSetting,
    LocalHost,
    SimulatorDied,
    SimulatorOutOfMemory,
    connect,
)
from ns3_bridge.testing.processes import children_of

SETTINGS = {
    "n_ue": 3,
    "n_bs": 2,
    "duration_s": 0.4,
    "warmup_s": 0.4,
    "slots_per_frame": 3,
    "layout": {"site_distance_m": 200.0},
    "traffic": {"off_s": 0.0, "rate_hz": 20.0, "size_min_bit": 1e4, "size_max_bit": 5e4},
}
SEED = 2

# What the trees below choose from: stay, move, starve.
DECISIONS = (
    {"association": [0, 0, 1], "compute_share": [0.3, 0.3, 0.4], "bandwidth_share": [0.3] * 3},
    {"association": [1, 1, 0], "compute_share": [0.3, 0.3, 0.4], "bandwidth_share": [0.3] * 3},
    {"association": [0, 0, 1], "compute_share": [0.0, 0.5, 0.5], "bandwidth_share": [0, 0.5, 0.5]},
)


@pytest.fixture
def make():
    made = []

    def make_env(changes=None, **host):
        made.append(ns3_scenarios.make("cellular", {**SETTINGS, **(changes or {})}, **host))
        return made[-1]

    yield make_env
    for env in made:
        env.close()


@pytest.fixture(scope="module")
def warm():
    """An environment whose resets to `SEED` are forks."""
    env = ns3_scenarios.make("cellular", SETTINGS, warm_starts=1)
    yield env
    env.close()


def digest(step):
    """Observation, reward, end and events of a step, to the last bit."""
    observation, reward, terminated, truncated, info = step
    state = hashlib.sha256(np.array([reward, terminated, truncated, info["events"]]).tobytes())
    for name in sorted(observation):
        state.update(observation[name].tobytes())
    return state.hexdigest()


def trace(env, path):
    return [digest(env.step(DECISIONS[choice])) for choice in path]


def resources():
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir())), len(children_of("self"))


def resident_kb(pid):
    return int(
        Path(f"/proc/{pid}/status").read_text(encoding="utf-8").partition("VmRSS:")[2].split()[0]
    )


# The tree: each operation picks one of the living leaves and steps, branches or closes it.
OPERATIONS = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 0, 1, 2, "branch", "close"]), st.integers(0, 99)),
    min_size=1,
    max_size=14,
)
SEEN: dict[tuple[int, ...], str] = {}  # over all trees: path of decisions → what it led to


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(OPERATIONS)
def test_equal_decisions_lead_to_equal_states_in_every_tree(warm, operations):
    warm.reset(seed=SEED)
    leaves = [(warm, ())]
    for operation, pick in operations:
        env, path = leaves[pick % len(leaves)]
        if operation == "branch":
            leaves.append((env.branch(1)[0], path))
        elif operation == "close":
            if env is not warm:
                env.close()
                leaves.remove((env, path))
        else:
            leaves.remove((env, path))
            path = (*path, operation)
            leaves.append((env, path))
            seen = digest(env.step(DECISIONS[operation]))
            assert SEEN.setdefault(path, seen) == seen
    for env, _ in leaves[1:]:
        if env is not warm:
            env.close()


def test_branches_equal_cold_starts_and_differ_with_decisions(make):
    cold = make()
    paths = [(0,) * 9, (1,) * 9, (2,) * 9, (0, 0, 0, 1, 1, 1, 2, 2, 2)]
    expected = []
    for path in paths:
        cold.reset(seed=SEED)
        expected.append(trace(cold, path))
    assert len({one[-1] for one in expected}) == len(paths)

    cold.reset(seed=SEED)
    with cold.branch(len(paths)) as branches:
        traces = [[] for _ in paths]
        for slot in range(9):  # side by side, not one after another
            for branch, path, seen in zip(branches, paths, traces, strict=True):
                seen.append(digest(branch.step(DECISIONS[path[slot]])))
    assert traces == expected
    assert trace(cold, paths[1]) == expected[1]


def test_records_of_a_branch_continue_those_of_its_parent(make):
    env = make()
    env.reset(seed=SEED)
    trace(env, (0,) * 10)
    early = env.take_records()["task"]
    with env.branch() as (branch,):
        trace(branch, (0,) * 10)
        late = branch.take_records()["task"]
    trace(env, (0,) * 10)
    assert len(early)
    assert len(late)
    assert late.tobytes() == env.take_records()["task"].tobytes()  # NaN, too


def test_a_branch_is_an_environment_like_its_parent(make):
    env = make()
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.branch()
    env.reset(seed=SEED)
    with env.branch() as (branch,):
        assert branch.observation_space == env.observation_space
        assert branch.action_space == env.action_space
        first = branch.reset(seed=4)[0]
        again = env.reset(seed=4)[0]
        assert all(np.array_equal(first[name], again[name]) for name in first)
        truncated = False
        while not truncated:
            _, _, _, truncated, _ = branch.step(DECISIONS[0])
        with pytest.raises(gymnasium.error.ResetNeeded):
            branch.branch()
        env.step(DECISIONS[0])


def test_a_closed_environment_leaves_its_branches(make):
    env = make(warm_starts=1)
    env.reset(seed=SEED)
    branch = env.branch()[0]
    nested = branch.branch()[0]
    env.close()
    branch.close()
    assert nested.step(DECISIONS[0])[4]["slot"] == 1
    nested.close()


def test_the_number_of_branches_is_limited(make):
    env = make(max_branches=3)
    env.reset(seed=SEED)
    branches = env.branch(2)
    nested = branches[0].branch()
    with pytest.raises(
        BranchRefused, match=r"3 branches are alive, the limit \(max_branches\) is 3"
    ):
        branches[1].branch()
    nested.close()
    with pytest.raises(BranchRefused):
        env.branch(2)
    env.branch(1).close()  # of those two, the first was closed again
    branches.close()
    with pytest.raises(BranchRefused, match="n = 0"):
        env.branch(0)
    with pytest.raises(BranchRefused, match="n = 2 with 1 seeds"):
        env.branch(2, seeds=[1])


def test_the_memory_of_a_branch_is_limited(make):
    env = make({"duration_s": 100.0, "traffic": {"rate_hz": 1000.0}}, branch_memory_mb=0.1)
    env.reset(seed=SEED)

    def starve_until_memory_is_gone(branch):
        while True:  # nobody is served: work piles up
            branch.step({**DECISIONS[2], "bandwidth_share": [0] * 3})

    (branch,) = env.branch()
    with pytest.raises(SimulatorOutOfMemory, match="no memory left") as caught:
        starve_until_memory_is_gone(branch)
    assert caught.value.return_code == 4
    env.step(DECISIONS[0])


def test_warm_resets_behind_a_gateway_are_those_of_this_machine(make):
    local = make(warm_starts=1, reseed=True)
    host = LocalHost(ns3_scenarios.program("cellular"), SETTINGS, warm_starts=1, reseed=True)
    gateway = Gateway(host, "tcp://127.0.0.1:*")
    serving = threading.Thread(target=gateway.serve)
    serving.start()
    try:
        remote = connect(gateway.address)
        for seed in (5, 6, 5):
            for env in (local, remote):
                env.reset(seed=seed)
            assert trace(local, (0, 1)) == trace(remote, (0, 1))
        remote.close()
    finally:
        gateway.stop()
        serving.join(60)
        host.close()


def test_a_thousand_warm_resets_leave_nothing(make):
    before = resources()
    env = make(warm_starts=1)
    env.reset(seed=SEED)
    first = trace(env, (0, 1))
    template = env.host.waiting_pids[SEED]
    sizes_kb = []
    for i in range(1000):
        env.reset(seed=SEED)
        if i % 200 == 0:
            assert trace(env, (0, 1)) == first
        if i in (100, 999):
            sizes_kb.append([resident_kb(pid) for pid in (os.getpid(), template)])
    agent_kb, template_kb = np.diff(sizes_kb, axis=0)[0]
    assert agent_kb < 2048
    assert template_kb < 512
    env.close()
    assert resources() == before


def test_a_lost_warm_start_is_started_again(make):
    env = make(warm_starts=1)
    first = env.reset(seed=SEED)[0]
    os.kill(env.host.waiting_pids[SEED], signal.SIGKILL)
    env.step(DECISIONS[0])  # the episode does not depend on it
    again = env.reset(seed=SEED)[0]
    assert all(np.array_equal(first[name], again[name]) for name in first)


def test_as_many_warm_starts_are_kept_as_asked_for(make):
    env = make(warm_starts=2)
    for seed in (1, 2, 1, 3, 1):
        env.reset(seed=seed)
    assert list(env.host.waiting_pids) == [3, 1]
    assert resources()[1] >= 3


def test_the_death_of_a_branch_is_told_and_harms_nobody(make):
    env = make()
    env.reset(seed=SEED)
    with env.branch(2) as (killed, spared):
        os.kill(killed.channel.process.pid, signal.SIGABRT)
        with pytest.raises(SimulatorDied, match="SIGABRT"):
            killed.step(DECISIONS[0])
        assert trace(spared, (0, 1)) == trace(env, (0, 1))


def test_reseeded_starts_repeat_bit_for_bit_and_differ_by_seed(make):
    env = make(warm_starts=2, reseed=True)
    path = (0,) * 9
    seen = {}
    for seed in (3, 4, 5, 3, 5, 4):
        observation, _ = env.reset(seed=seed)
        lasts = (observation["position_m"].tobytes(), trace(env, path))
        assert seen.setdefault(seed, lasts) == lasts
        assert len(env.host.waiting_pids) <= 2
    # 3 and 5 come from one simulator: same places, other tasks.
    assert seen[3][0] == seen[5][0] != seen[4][0]
    assert len({lasts[1][-1] for lasts in seen.values()}) == 3
    elsewhere = make(warm_starts=2, reseed=True)
    elsewhere.reset(seed=5)
    assert trace(elsewhere, path) == seen[5][1]


def test_branches_with_seeds_have_futures_of_their_own(make):
    env = make()
    env.reset(seed=SEED)
    trace(env, (0,) * 4)
    with env.branch(4, seeds=[7, 8, 7, 2**31 - 1]) as branches:
        present = env.channel.copy_observations()
        for branch in branches:
            observation = branch.channel.copy_observations()
            assert all(np.array_equal(observation[name], present[name]) for name in present)
        first, second, again, third = (trace(branch, (0,) * 12) for branch in branches)
    assert first == again
    assert len({one[-1] for one in (first, second, third, trace(env, (0,) * 12))}) == 4


def test_reseeding_needs_warm_starts():
    with pytest.raises(InvalidSetting, match="warm_starts ≥ 1"):
        ns3_scenarios.make("cellular", SETTINGS, reseed=True)
