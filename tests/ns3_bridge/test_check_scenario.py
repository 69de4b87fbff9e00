"""The shipped check of scenario programs passes good ones and finds what is wrong with others."""

from __future__ import annotations

import pytest

import ns3_scenarios
from ns3_bridge import testing
from ns3_bridge.conformance import check_gateway
from ns3_bridge.testing import check_scenario, fake_scenario

RATE = {"name": "rate_bps", "shape": [4], "low": 0, "high": 1e6, "help": "invented"}
SHARE = {"name": "share", "shape": [4], "low": 0, "high": 1, "help": "of the band"}
DECLARATION = {"observations": [RATE], "actions": [SHARE]}
SHORT = {"duration_s": 0.2}


def broken(checks):
    return {check.what: check.seen for check in checks if not check.ok}


@pytest.fixture
def program(tmp_path):
    return fake_scenario(tmp_path / "toy", DECLARATION)


def test_cellular_passes():
    settings = {"n_ue": 3, "n_bs": 2, **SHORT}
    checks = list(check_scenario(ns3_scenarios.program("cellular"), settings))
    assert broken(checks) == {}
    assert {check.what for check in checks} > {
        "the same seed and actions give the same bits",
        "a branch under the same action gives the same bits",
    }


def test_a_toy_passes(program):
    assert broken(check_scenario(program, SHORT)) == {}


def test_a_program_that_is_only_observed_passes(tmp_path):
    program = fake_scenario(tmp_path / "toy", {**DECLARATION, "actions": []})
    assert broken(check_scenario(program, SHORT)) == {}


def test_a_declaration_without_help_is_found(tmp_path):
    silent = {**DECLARATION, "observations": [{**RATE, "help": ""}]}
    found = broken(check_scenario(fake_scenario(tmp_path / "toy", silent), SHORT))
    assert found == {"every field has a line of help": "rate_bps"}


def test_a_program_that_draws_from_its_process_number_is_found(program, tmp_path):
    drawing = tmp_path / "drawing"
    drawing.write_text(f'#!/bin/sh\nexec {program} "$@" --RngRun=$$\n')
    drawing.chmod(0o755)
    found = broken(check_scenario(drawing, SHORT))
    assert found["the same seed and actions give the same bits"].startswith("slot 0: rate_bps")


def test_a_program_that_dies_is_found(program):
    found = broken(check_scenario(program, {**SHORT, "fault": {"kind": "die", "slot": 3}}))
    assert "killed" in found["it runs to the end"] or "SIGKILL" in found["it runs to the end"]


def test_a_program_that_is_none_is_found(tmp_path):
    assert "cannot start" in broken(check_scenario(tmp_path / "none"))["it runs to the end"]


def test_the_check_of_gateways_is_offered_beside_it():
    assert testing.check_gateway is check_gateway
