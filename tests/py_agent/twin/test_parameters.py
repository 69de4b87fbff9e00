# SPDX-License-Identifier: MIT
import json
from pathlib import Path

import pytest

import ns3_scenarios
from py_agent.twin.errors import InvalidParameters, UnsuitableNetwork
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters


@pytest.fixture(scope="module")
def settings():
    env = ns3_scenarios.make("cellular", {"n_bs": 4})
    yield env.settings.model_dump()
    env.close()


@pytest.fixture(scope="module")
def prior(settings):
    return prior_parameters(settings, "lte")


@pytest.mark.parametrize("name", [Path, str])
def test_saved_parameters_are_read_back_as_they_were(name, prior, tmp_path):
    path = name(tmp_path / "twin.json")
    prior.save(path)
    assert TwinParameters.load(path) == prior
    assert json.loads(Path(path).read_text())["version"] == 2


def test_a_file_of_version_1_is_read(prior, tmp_path):
    changed = prior.replaced(failure={"floor": 0.02}, handover={"outage_s": 0.5})
    values = json.loads(changed.model_dump_json())
    radio = values.pop("radio")
    failure = {f"failure_{name}": value for name, value in radio.pop("failure").items()}
    del radio["name"], radio["downlink"]  # which it did not know
    old = {**values, **radio, "version": 1, "handover": {**values["handover"], **failure}}
    path = tmp_path / "twin.json"
    path.write_text(json.dumps(old))
    assert TwinParameters.load(path) == changed


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("mobility", "area_m", [-1e308, -1e308, 1e308, 1e308]),
        ("mobility", "area_m", [0, 0, 1e-9, 1e-9]),
        ("mobility", "area_m", [1, 1, 0, 0]),
        ("mobility", "speed_max_mps", 1e300),
        ("traffic", "on_s", 1e-300),
        ("traffic", "rate_hz", 1e-9),
        ("timing", "slots_per_frame", 10**15),
    ],
)
def test_what_would_never_come_to_an_end_is_refused_at_once(prior, part, name, value):
    with pytest.raises(InvalidParameters, match=name):
        prior.replaced(**{part: {name: value}})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v, r: v.update(version=3), "version"),
        (lambda v, r: v.update(colour="red"), "colour"),
        (
            lambda v, r: r["channel"].update(exponent=[3.9, 3.9, -1, 3.9]),
            r"channel\.exponent\.2",
        ),
        (lambda v, r: r["channel"].update(exponent=[3.9]), "channel.exponent 1"),
        (
            lambda v, r: r["rate"].update(sinr_db=r["rate"]["sinr_db"][::-1]),
            "must rise",
        ),
        (
            lambda v, r: r["rate"].update(bps_per_rb=r["rate"]["bps_per_rb"][::-1]),
            "must not fall",
        ),
        (lambda v, r: r["uplink"].update(noise_dbm="loud"), "uplink.noise_dbm"),
        (lambda v, r: r.update(name="smoke"), "unknown radio 'smoke'"),
        (lambda v, r: r.pop("name"), "name of a radio"),
        (lambda v, r: v["compute"].update(capacity_hz=[1e9]), "capacity_hz has 1 and radio 4"),
        (lambda v, r: v.pop("compute"), "compute"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name(prior, tmp_path, change, said):
    path = tmp_path / "twin.json"
    values = json.loads(prior.model_dump_json())
    change(values, values["radio"])
    path.write_text(json.dumps(values))
    with pytest.raises(InvalidParameters, match=said) as caught:
        TwinParameters.load(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "NaN"])
def test_a_file_that_is_no_json_object_is_refused(tmp_path, text):
    path = tmp_path / "twin.json"
    path.write_text(text)
    with pytest.raises(InvalidParameters, match=r"twin\.json"):
        TwinParameters.load(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidParameters, match="cannot read"):
        TwinParameters.load(tmp_path / "none.json")


def test_values_can_be_replaced_and_are_checked(prior):
    changed = prior.replaced(uplink={"offset_db": -6.0})
    assert changed.radio.uplink.offset_db == -6.0
    assert changed.radio.channel == prior.radio.channel
    with pytest.raises(InvalidParameters, match=r"uplink\.sd_db"):
        prior.replaced(uplink={"sd_db": -1.0})


def test_another_kind_of_network_is_refused():
    with pytest.raises(UnsuitableNetwork, match="n_bs"):
        prior_parameters({"duration_s": 1.0}, "lte")
