# SPDX-License-Identifier: MIT
import json

import numpy as np
import pytest

import ns3_scenarios
from py_agent.twin.errors import InvalidParameters, UnsuitableNetwork
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.model.radio_model import (
    curve_rate_bps,
    density_dbm_per_rb,
    formula_sinr_db,
    success,
)


@pytest.fixture(scope="module")
def settings():
    env = ns3_scenarios.make("cellular", {"n_bs": 4})
    yield env.settings.model_dump()
    env.close()


@pytest.fixture(scope="module")
def prior(settings):
    return prior_parameters(settings)


def test_saved_parameters_are_read_back_as_they_were(prior, tmp_path):
    path = tmp_path / "twin.json"
    prior.save(path)
    assert TwinParameters.load(path) == prior
    assert json.loads(path.read_text())["version"] == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v.update(version=2), "version"),
        (lambda v: v.update(colour="red"), "colour"),
        (lambda v: v["channel"].update(exponent=[3.9, 3.9, -1, 3.9]), r"channel\.exponent\.2"),
        (lambda v: v["channel"].update(exponent=[3.9]), "channel.exponent 1"),
        (lambda v: v["rate"].update(sinr_db=v["rate"]["sinr_db"][::-1]), "must rise"),
        (lambda v: v["rate"].update(bps_per_rb=v["rate"]["bps_per_rb"][::-1]), "must not fall"),
        (lambda v: v["uplink"].update(noise_dbm="loud"), "uplink.noise_dbm"),
        (lambda v: v.pop("compute"), "compute"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name(prior, tmp_path, change, said):
    path = tmp_path / "twin.json"
    values = json.loads(prior.model_dump_json())
    change(values)
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
    assert changed.uplink.offset_db == -6.0
    assert changed.channel == prior.channel
    with pytest.raises(InvalidParameters, match=r"uplink\.sd_db"):
        prior.replaced(uplink={"sd_db": -1.0})


def test_the_prior_is_the_link_budget_of_the_settings(prior):
    # 23 dBm over 25 RB; 43 dBm over 300 subcarriers; noise of 4.5 MHz and 5 dB.
    assert prior.n_bs == 4
    rsrp_dbm = np.array([-105.0])
    path_loss_db = 43 - 10 * np.log10(300) + 105
    expected_db = 23 - path_loss_db - (-174 + 10 * np.log10(4.5e6) + 5) - 3
    assert formula_sinr_db(prior, rsrp_dbm, np.array([0])) == pytest.approx([expected_db])


def test_power_control_holds_strong_users_at_the_wanted_power(prior):
    wanted_db = -80 + 10 * np.log10(25) - prior.uplink.noise_dbm - 3
    sinr_db = formula_sinr_db(prior, np.array([-30.0, -40.0]), np.array([0, 1]))
    assert sinr_db == pytest.approx([wanted_db] * 2)


def test_a_rate_is_in_proportion_to_the_share(prior):
    whole = curve_rate_bps(prior, np.array([10.0]), 1.0)
    assert curve_rate_bps(prior, np.array([10.0]), 0.25) == pytest.approx(whole / 4)


def test_another_kind_of_network_is_refused():
    with pytest.raises(UnsuitableNetwork, match="n_bs"):
        prior_parameters({"duration_s": 1.0})


def densities(prior, rsrp_dbm, bs):
    return density_dbm_per_rb(prior, np.array(rsrp_dbm), np.array(bs), np.full(len(bs), 25.0))


def test_idle_neighbours_disturb_nobody(prior):
    density = densities(prior, [[-90.0, -100, -120, -120], [-100.0, -90, -120, -120]], [0, 1])
    alone = success(prior, density, np.array([0, 1]), np.array([25.0, 0.0]), np.array([5.0, 5.0]))
    assert alone[0] == 1.0


def test_a_busy_neighbour_takes_the_rate_of_an_mcs_that_did_not_foresee_it(prior):
    # Heard as loud as the wanted user: 0 dB where 15 dB were promised.
    density = densities(prior, [[-90.0, -100, -120, -120], [-90.0, -90, -120, -120]], [0, 1])
    used_rb = np.array([25.0, 25.0])
    bs = np.array([0, 1])
    assert success(prior, density, bs, used_rb, np.array([15.0, 15.0]))[0] < 0.01
    # A robust MCS gets through, half the band is half the damage.
    assert success(prior, density, bs, used_rb, np.array([-5.0, 15.0]))[0] > 0.99
    half = success(prior, density, bs, np.array([25.0, 12.5]), np.array([15.0, 15.0]))[0]
    assert half == pytest.approx(0.5, abs=0.01)
