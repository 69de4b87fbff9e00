"""What is observed of MAC, bearers and cells, against what must hold of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.policies import MissingObservation

BUSY = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 20.0}
STILL = {"speed_min_mps": 0.01, "speed_max_mps": 0.01}
GROUPS = {
    "radio": {"rsrp_dbm", "sinr_dl_db"},
    "mac": {"cqi_dl", "mcs_ul", "rb_used_dl", "tbler_ul", "cell_rb_used_ul", "cell_users"},
    "bearers": {"queue_dl_bit", "queue_ul_bit", "pdcp_delay_ul_s", "pdcp_throughput_dl_bps"},
}


def observe(env, seed=1):
    """Nobody is moved, all have equal shares. Returns each field over the slots."""
    observation, info = env.reset(seed=seed)
    n_ue = len(observation["serving_bs"])
    share = np.full(n_ue, 1 / n_ue, np.float32)
    observations, truncated = [observation], False
    while not truncated:
        action = {"association": np.maximum(observation["serving_bs"], 0)}
        action |= {"compute_share": share, "bandwidth_share": share}
        observation, _, _, truncated, info = env.step(action)
        observations.append(observation)
    fields = {name: np.array([o[name] for o in observations]) for name in observation}
    return fields, env.take_records(), info["events"]


def test_what_never_changes_is_declared_with_its_values(cellular):
    env = cellular(n_ue=3, n_bs=6, layout={"sectors": 3}, compute={"capacity_hz": 3e9})
    fields, _, _ = observe(env)
    constant = {f.name: f.constant for f in env.schema.observations if f.constant is not None}
    assert set(constant) == {
        "bs_position_m",
        "bs_azimuth_deg",
        "cell_rb_available",
        "compute_capacity_hz",
    }
    assert all((fields[name] == value).all() for name, value in constant.items())


def test_every_axis_says_what_it_counts(cellular):
    schema = cellular(n_ue=7, n_bs=4, retraining={"enabled": True}).schema
    assert schema.sizes == {"ue": 7, "bs": 4, "xy": 2}
    for field in (*schema.observations, *schema.actions):
        assert field.shape == tuple(schema.sizes.get(name, 1) for name in field.dims)
    assert schema.radio == "lte"


def test_a_group_that_is_switched_off_changes_nothing_else(cellular):
    settings = {"n_ue": 6, "traffic": BUSY, "radio": {"ideal_rrc": False}}
    everything, _, events = observe(cellular(**settings))
    assert set().union(*GROUPS.values()) < set(everything)
    bare, _, bare_events = observe(cellular(**settings, state=dict.fromkeys(GROUPS, False)))
    assert bare_events == events
    assert all((bare[name] == everything[name]).all() for name in bare)
    for group, fields in GROUPS.items():
        env = cellular(**settings, state={group: False})
        assert not fields & set(env.observation_space)
        others = set().union(*(GROUPS[other] for other in GROUPS if other != group))
        assert others < set(env.observation_space)


@pytest.mark.parametrize("scheduler", ["shares", "pf"])
def test_resource_blocks_add_up_to_no_more_than_the_band(cellular, scheduler):
    env = cellular(n_ue=6, traffic=BUSY, radio={"scheduler": scheduler, "bandwidth_rb": 15})
    observation, _ = env.reset(seed=1)
    rows = []
    for _ in range(50):
        share = np.full(6, 1 / 6, np.float32)
        action = {"association": np.maximum(observation["serving_bs"], 0), "compute_share": share}
        if scheduler == "shares":
            action["bandwidth_share"] = share
        observation, *_ = env.step(action)
        rows.append(observation)
        assert (observation["cell_rb_available"] == 15).all()
        served = [observation["serving_bs"] == bs for bs in range(2)]
        assert observation["cell_users"].tolist() == [s.sum() for s in served]
        for way in ("dl", "ul"):
            of_users = [observation[f"rb_used_{way}"][s].sum() for s in served]
            assert np.allclose(of_users, observation[f"cell_rb_used_{way}"], atol=1e-4)
            assert (observation[f"cell_rb_used_{way}"] <= 15).all()
    assert max(row["cell_rb_used_ul"].max() for row in rows) > 13  # a busy cell uses its band
    assert 0 < np.mean([row["cell_rb_used_dl"].sum() for row in rows]) < 15  # acknowledgements


def test_block_errors_come_from_the_error_model(cellular):
    settings = {"n_ue": 8, "traffic": BUSY, "mobility": STILL, "duration_s": 1.5}
    real, _, _ = observe(cellular(**settings))
    perfect, _, _ = observe(
        cellular(**settings, ns3_attributes={"ns3::LteSpectrumPhy::DataErrorModelEnabled": "false"})
    )
    assert ((real["tbler_ul"] >= 0) & (real["tbler_ul"] <= 1)).all()
    assert (real["tbler_ul"] > 0).any()
    assert (perfect["tbler_ul"] == 0).all()
    assert (perfect["tbler_dl"] == 0).all()


def test_channel_quality_and_mcs_grow_with_the_sinr(cellular):
    # One cell: no interference, so that the SINR is the same over the whole band.
    env = cellular(
        n_ue=30, n_bs=1, traffic=BUSY, mobility=STILL, radio={"bs_power_dbm": 10.0}, warmup_s=2
    )
    fields, _, _ = observe(env)
    connected = fields["connection_state"][-1] == 2
    for way in ("dl", "ul"):
        sinr_db = fields[f"sinr_{way}_db"][-1][connected]
        cqi = fields[f"cqi_{way}"][-1][connected][np.argsort(sinr_db)]
        assert (np.diff(cqi) >= 0).all()
        assert len(set(cqi)) >= 6
        # Without HARQ repetitions of an older grant: the MCS of a CQI (R1-081483).
        mcs = fields[f"mcs_{way}"][-1][connected][np.argsort(sinr_db)]
        granted = mcs >= 0
        assert np.corrcoef(cqi[granted], mcs[granted])[0, 1] > 0.9
    # TS 36.213 Table 7.2.3-1 through the gap to Shannon's bound of ns-3's Piro model: 5e-5 errors.
    efficiency = [0, 0.1523, 0.2344, 0.377, 0.6016, 0.877, 1.1758, 1.4766, 1.9141]
    efficiency += [2.4063, 2.7305, 3.3223, 3.9023, 4.5234, 5.1152, 5.5547]
    sinr = 10 ** (fields["sinr_ul_db"][-1][connected] / 10)
    supported = np.log2(1 + sinr / (-math.log(5 * 5e-5) / 1.5))
    expected = np.searchsorted(efficiency, supported, side="right") - 1
    assert (fields["cqi_ul"][-1][connected] == expected).all()


def test_pdcp_throughput_is_the_delivered_packets_with_their_headers(cellular):
    env = cellular(
        n_ue=1,
        n_bs=1,
        duration_s=3.0,
        mobility=STILL,
        layout={"site_distance_m": 20},
        traffic={"on_s": 0.5, "off_s": 1.0, "rate_hz": 4.0, "size_max_bit": 2e5},
    )
    fields, records, _ = observe(env, seed=3)
    tasks = records["task"]
    assert len(tasks) >= 3
    assert fields["upload_backlog_bit"][-1] == 0  # all has arrived
    size_bytes = np.ceil(tasks["size_bit"] / 8)
    packets = np.ceil(size_bytes / 1376)  # payload of an upload packet
    header_bytes = 24 + 8 + 20  # upload, UDP, IPv4
    sent_bytes = (size_bytes + packets * header_bytes).sum()
    slot_s = np.diff(fields["time_s"][:, 0])
    received_bytes = (fields["pdcp_throughput_ul_bps"][1:, 0] * slot_s).sum() / 8
    assert received_bytes == pytest.approx(sent_bytes, rel=1e-5)
    acknowledged_bytes = (fields["pdcp_throughput_dl_bps"][1:, 0] * slot_s).sum() / 8
    acknowledgements = acknowledged_bytes / (12 + 8 + 20)
    assert acknowledgements == pytest.approx(round(acknowledgements), abs=1e-3)
    delay_s = fields["pdcp_delay_ul_s"][:, 0]
    arrived = fields["pdcp_throughput_ul_bps"][:, 0] > 0
    assert (delay_s[~arrived] == 0).all()
    # A packet needs 1 ms for itself and has at most a window of others before it.
    assert ((delay_s[arrived] > 0.001) & (delay_s[arrived] < 0.1)).all()


def test_queues_fill_and_empty_with_the_load(cellular):
    env = cellular(
        n_ue=2,
        n_bs=1,
        duration_s=3.0,
        mobility=STILL,
        layout={"site_distance_m": 20},
        radio={"bandwidth_rb": 6},
        traffic={"on_s": 0.5, "off_s": 1.0, "rate_hz": 4.0},
    )
    fields, _, _ = observe(env, seed=3)
    queue_bit, backlog_bit = fields["queue_ul_bit"], fields["upload_backlog_bit"]
    window_bit = 32 * (1400 + 28 + 2 + 2) * 8  # packets in flight, with all headers
    assert (queue_bit <= 1.15 * window_bit).all()  # buffer status levels are 15 % apart
    assert (queue_bit[backlog_bit == 0] < 1500 * 8).all()
    assert queue_bit[backlog_bit > window_bit].mean() > window_bit / 4
    assert (fields["queue_dl_bit"] < 32 * 60 * 8).all()  # acknowledgements only


def test_a_policy_without_what_it_needs_says_so_before_the_first_slot(tmp_path):
    settings = RunSettings(
        policy="strongest-equal", runs_dir=tmp_path, settings={"state": {"radio": False}}
    )
    with pytest.raises(MissingObservation, match=r"rsrp_dbm.*state\."):
        Run(settings).execute()
