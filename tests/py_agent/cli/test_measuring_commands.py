"""Commands that measure something and print a table, as a user calls them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from py_agent.cli.app import app


@pytest.fixture
def call():
    runner = CliRunner(env={"COLUMNS": "200"})

    def run(*arguments):
        done = runner.invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_verify_says_how_many_percentiles_are_in_the_range_of_the_companies(call):
    few = ("--drops", "4", "--users", "50")
    table, numbers = call("verify", *few), json.loads(call("verify", *few, "--json"))
    assert numbers["percentiles"] == len(numbers["rows"])
    assert f"{numbers['inside']} of {numbers['percentiles']}" in table


def test_learning_curves_are_drawn_and_their_law_is_told(call, tmp_path):
    figure = tmp_path / "curves.svg"
    table = call("learning-curves", str(figure))
    assert figure.read_text().startswith("<?xml")
    values = dict(line.split("│")[1:3] for line in table.splitlines() if "│" in line)
    found = {name.strip(): float(value) for name, value in values.items() if value.strip()}
    assert found["RMSE"] < found["RMSE with one lag"] < 0.3
    assert found["correlation"] > 0.5
