"""Benchmarks as a user runs them."""

from __future__ import annotations

import inspect
import json

import pytest
from typer.testing import CliRunner

from py_agent.cli.app import app
from py_agent.cli.bench import BENCHMARKS, load_benchmark


def run(*arguments):
    return CliRunner().invoke(app, ["bench", *arguments])


def test_shares_are_those_of_the_weights():
    result = run("shares", "--json")
    assert result.exit_code == 0
    numbers = json.loads(result.stdout.splitlines()[-1])
    assert numbers["weight"] == [0.1, 0.2, 0.3, 0.4]
    for share in ("measured_share", "uplink_share", "downlink_share"):
        assert numbers[share] == pytest.approx(numbers["weight"], rel=0.03)
    # Full buffers: the shares are not those of users that ran out of data.
    assert min(numbers["least_queue_bit"].values()) > 1e6


@pytest.mark.parametrize("by", ["service-periods", "trigger-frames"])
def test_airtime_is_that_of_the_weights(by):
    result = run("shares", "--scenario", "wifi", "--by", by, "--json")
    numbers = json.loads(result.stdout.splitlines()[-1])
    assert numbers["measured_share"] == pytest.approx(numbers["weight"], rel=0.03)
    assert numbers["airtime_used"] > 0.6  # all have more to send than they can


def test_a_vector_environment_is_measured_beside_one_environment():
    result = run("vector", "--rounds", "2", "--seconds", "0.1", "--n-ue", "3", "--json")
    assert result.exit_code == 0
    numbers = json.loads(result.stdout.splitlines()[-1])
    assert min(numbers["one_steps_per_s"], numbers["vector_steps_per_s"]) > 0
    assert min(numbers["pool_steps_per_s"], numbers["slower_of_n_ratio"]) > 0
    low, high = numbers["ratio_quartiles"]
    assert low <= numbers["ratio"] <= high


def test_the_twin_is_measured_beside_ns3():
    small = ("--rounds", "1", "--slots", "2", "--n-ue", "2", "--n-bs", "2", "--largest", "64")
    result = run("twin", *small, "--sizes", "1x4", "--json")
    assert result.exit_code == 0
    numbers = json.loads(result.stdout.splitlines()[-1])
    assert {entry["rollouts"] for entry in numbers["twin"]} == {1, 64}
    assert min(entry["ratio"] for entry in numbers["twin"]) > 0
    assert [(e["n_bs"], e["n_ue"], e["rollouts"]) for e in numbers["sizes"]] == [
        (2, 2, 64),
        (1, 4, 32),
    ]
    assert min(e["ratio_held"] for e in numbers["sizes"]) > 0


def test_a_size_that_is_none_is_a_message():
    result = run("twin", "--largest", "1", "--rounds", "1", "--slots", "1", "--sizes", "3-60")
    assert result.exit_code == 2
    assert "3x60" in result.stderr


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_says_what_it_measures(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    first_line = inspect.getdoc(load_benchmark(name)).splitlines()[0]
    assert first_line.split()[0] in result.stdout


def test_a_wrong_option_is_a_message():
    result = run("shares", "--bandwidth-rb", "30")
    assert result.exit_code == 2
    assert "bandwidth_rb" in result.stderr
    assert "30" in result.stderr
