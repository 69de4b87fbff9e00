# SPDX-License-Identifier: MIT
"""The twin beside a recorded stretch of real ns-3, whole and spoilt."""

import dataclasses

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import ns3_scenarios
from py_agent.driver import play
from py_agent.policies import Network, load_policy
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.estimation.reporting import ReportingSettings
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.prior import prior_parameters


def followed(recorded, reporting=None, spoil=lambda t, o: o, until=None, **options):
    network, observations = recorded
    twin = Twin(network, reporting=reporting, **options)
    for t, observation in enumerate(observations[:until]):
        twin.observe(spoil(t, observation))
    return twin


def arrays(value):
    for field in dataclasses.fields(value):
        member = getattr(value, field.name)
        if dataclasses.is_dataclass(member):
            yield from arrays(member)
        elif isinstance(member, np.ndarray):
            yield field.name, member


def assert_sane(estimate):
    for name, array in arrays(estimate):
        assert np.isfinite(array).all(), name
        if "_sd" in name:
            assert (array >= 0).all(), name
    for name, array in estimate.latest.items():
        assert np.isfinite(array).all(), name


def rsrp_error_db(estimate, observation):
    return np.abs(estimate.strength_db() - observation["rsrp_dbm"])


def test_whole_reports_are_believed(recorded):
    observation = recorded[1][-1]
    estimate = followed(recorded).estimate()
    assert_sane(estimate)
    assert estimate.present.all()
    assert np.abs(estimate.position_m - observation["position_m"]).max() < 0.5
    assert np.median(rsrp_error_db(estimate, observation)) < 0.5
    assert (estimate.serving_bs == observation["serving_bs"]).all()


def test_the_queues_are_those_of_ns3_task_by_task(recorded):
    network, observations = recorded
    twin = Twin(network)
    tasks_seen = 0
    for observation in observations:
        twin.observe(observation)
        estimate = twin.estimate()
        assert (estimate.upload.tasks == observation["tasks_uploading"]).all()
        assert (estimate.compute.tasks == observation["tasks_computing"].sum(axis=1)).all()
        cycles = estimate.compute.remaining.sum(axis=1)
        assert cycles == pytest.approx(observation["compute_backlog_cycles"].sum(axis=1), abs=8.0)
        to_deliver = observation["upload_backlog_bit"] - observation["upload_unconfirmed_bit"]
        left = estimate.upload.remaining.sum(axis=1)
        assert left == pytest.approx(to_deliver, abs=8.0, rel=0.05)
        oldest = np.maximum(estimate.upload.age_s.max(1), estimate.compute.age_s.max(1))
        assert oldest == pytest.approx(observation["oldest_age_s"], abs=0.021)
        tasks_seen += int(estimate.compute.tasks.sum())
    assert tasks_seen > 0


def test_the_same_reports_make_the_same_estimate(recorded):
    reporting = ReportingSettings(period_s=0.1, loss=0.3, delay_s=0.05, duplicates=0.2)
    once, again = (followed(recorded, reporting, seed=5).estimate() for _ in range(2))
    for (name, a), (_, b) in zip(arrays(once), arrays(again), strict=True):
        assert a.tobytes() == b.tobytes(), name


def test_what_is_not_reported_grows_old_and_unsure(recorded):
    often = followed(recorded)
    seldom = followed(recorded, ReportingSettings(period_s=1.0, loss=0.3), seed=2)
    fresh, stale = often.estimate(), seldom.estimate()
    assert_sane(stale)
    assert (stale.age_s["position_m"] > fresh.age_s["position_m"]).all()
    assert (stale.position_sd_m > fresh.position_sd_m).all()
    assert (stale.links.residual_sd_db > fresh.links.residual_sd_db).all()
    assert seldom.reported_bits < 0.05 * often.reported_bits


def test_reports_that_are_late_doubled_and_out_of_order_do_no_harm(recorded):
    reporting = ReportingSettings(delay_s=0.1, duplicates=0.5, loss=0.2)
    twin = followed(recorded, reporting)
    estimate = twin.estimate()
    assert_sane(estimate)
    assert twin.ignored > 0
    # Ages are those of the measurements, not of the arrivals.
    assert 0.0 < estimate.age_s["position_m"].min() < 1.0
    assert np.abs(estimate.position_m - recorded[1][-1]["position_m"]).max() < 10


def test_a_user_that_falls_silent_is_gone_and_can_come_back(recorded):
    def silent(t, observation):
        return {
            name: np.where(hidden(name, value), np.nan, value.astype(np.float64))
            for name, value in observation.items()
        }

    def hidden(name, value):
        mask = np.zeros(value.shape, bool)
        if value.shape[0] == 6:
            mask[2] = True
        return mask

    network, observations = recorded
    assert {o for o in observations[0] if observations[0][o].shape[0] == 6}
    twin = Twin(network)
    for t, observation in enumerate(observations):
        twin.observe(silent(t, observation) if t > 20 else observation)
    later = {**observations[-1], "time_s": observations[-1]["time_s"] + 6.0}
    twin.observe(silent(0, later))
    estimate = twin.estimate()
    assert_sane(estimate)
    assert estimate.present.tolist() == [True, True, False, True, True, True]
    assert estimate.position_sd_m[2] > 50
    twin.observe({**later, "time_s": later["time_s"] + 0.02})
    back = twin.estimate()
    assert back.present.all()
    assert back.position_sd_m[2] < 1
    assert (back.upload.tasks == later["tasks_uploading"]).all()


def test_a_prior_that_is_wrong_by_6_db_is_learned_away(recorded):
    network, observations = recorded
    prior = prior_parameters(network.settings, network.schema.radio)
    wrong = prior.replaced(
        channel={"intercept_dbm": [a - 6 for a in prior.radio.channel.intercept_dbm]},
        uplink={"offset_db": 6.0},
    )
    right_twin = Twin(network, prior)
    twin = Twin(network, wrong)
    for observation in observations:
        twin.observe(observation)
        right_twin.observe(observation)
    estimate, right = twin.estimate(), right_twin.estimate()
    assert_sane(estimate)
    assert np.median(rsrp_error_db(estimate, observations[-1])) < 0.5

    def at_250_m(e):
        channel = e.parameters.radio.channel
        return np.array(channel.intercept_dbm) - 24 * np.array(channel.exponent)

    assert np.abs(at_250_m(estimate) - at_250_m(right)).max() < 3
    sounded = estimate.links.sinr_correction_db - right.links.sinr_correction_db
    assert np.median(np.abs(sounded + 6)) < 1


WRONG = st.sampled_from([np.nan, np.inf, -np.inf, 1e30, -1e30, 0.0, -1.0])
SPOILT_FIELDS = st.lists(st.tuples(st.integers(0, 100), WRONG, st.integers(1, 4)), max_size=6)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(slots=st.lists(st.tuples(st.integers(0, 200), SPOILT_FIELDS), min_size=2, max_size=6))
def test_no_spoilt_report_makes_it_anything_but_finite(recorded, slots):
    network, observations = recorded
    names = sorted(observations[0])
    twin = Twin(network, reporting=ReportingSettings(loss=0.2, delay_s=0.02), seed=1)
    twin.observe(observations[0])
    for slot, fields in slots:
        spoilt = dict(observations[slot])
        for number, value, stride in fields:
            name = names[number % len(names)]
            array = np.array(spoilt[name], np.float64)
            array.flat[::stride] = value
            spoilt[name] = array
        twin.observe(spoilt)
        assert_sane(twin.estimate())
    # 0 dBm is a strength like others, believed until another is reported: a fifth of them are lost.
    for observation in observations[-40:]:
        twin.observe(observation)
    assert_sane(twin.estimate())
    assert np.median(rsrp_error_db(twin.estimate(), observations[-1])) < 3


def test_a_network_that_hides_its_radio_is_refused(recorded):
    network, _ = recorded
    kept = tuple(f for f in network.schema.observations if f.name != "rsrp_dbm")
    schema = dataclasses.replace(network.schema, observations=kept)
    with pytest.raises(UnsuitableNetwork, match="rsrp_dbm"):
        Twin(Network("cellular", network.settings, schema))


def test_parameters_of_another_network_are_refused(recorded):
    network, _ = recorded
    other = prior_parameters({**network.settings, "n_bs": 5}, "lte")
    with pytest.raises(UnsuitableNetwork, match="5 base stations"):
        Twin(network, other)


def test_parameters_of_another_radio_are_refused(recorded):
    network, _ = recorded
    env = ns3_scenarios.make("wifi", {"n_ue": 6, "n_bs": 2})
    other = prior_parameters(env.settings.model_dump(), "wifi", "wifi")
    env.close()
    with pytest.raises(
        UnsuitableNetwork, match="parameters are of radio wifi, the network has lte"
    ):
        Twin(network, other)


def test_what_settings_declare_is_no_matter_of_parameters(recorded):
    network, observations = recorded
    prior = prior_parameters(network.settings, "lte")
    faster = {"capacity_hz": [8e9, 8e9], "mode": "quota"}
    learnt = prior.replaced(compute=faster, timing={"slot_s": 0.05}, delays={"pipeline_s": 0.03})
    twin = Twin(network, learnt)
    twin.observe(observations[0])
    kept = twin.estimate().parameters
    assert (kept.compute, kept.timing) == (prior.compute, prior.timing)
    assert kept.delays.pipeline_s == 0.03


def test_tasks_of_users_not_heard_of_yet_are_typical(recorded):
    seldom = followed(recorded, ReportingSettings(period_s=2.0), until=50).estimate()
    unheard = ~seldom.present
    assert 0 < unheard.sum() < len(unheard)
    typical = recorded[0].settings["traffic"]["cycles_per_bit"]
    assert (seldom.cycles_per_bit[unheard] == typical).all()


def test_demand_that_a_trace_declares_is_believed(tmp_path):
    trace = tmp_path / "tasks.csv"
    rows = (f"{number / 10},{number % 2},40000" for number in range(100))
    trace.write_text("\n".join(("time_s,ue,size_bit", *rows)) + "\n")
    traffic = {"model": "trace", "trace": str(trace)}
    env = ns3_scenarios.make(
        "cellular", {"n_ue": 2, "n_bs": 2, "duration_s": 8, "traffic": traffic}
    )
    twin = Twin(Network("cellular", env.settings.model_dump(), env.schema))
    observation, _ = env.reset(seed=1)
    twin.observe(observation)
    env.close()
    estimate = twin.estimate()
    assert estimate.rate_hz == pytest.approx(observation["task_rate_hz"])
    assert estimate.mean_bit == pytest.approx(4e4)


def test_demand_that_a_trace_declares_of_users_who_come_later_is_believed(tmp_path):
    trace = tmp_path / "tasks.csv"
    rows = (f"{number / 10},{number % 4},40000" for number in range(60))
    trace.write_text("\n".join(("time_s,ue,size_bit", *rows)) + "\n")
    settings = {
        **{"n_ue": 4, "n_bs": 2, "duration_s": 4, "arrival": {"rate_hz": 2, "sojourn_s": 0.8}},
        "traffic": {"model": "trace", "trace": str(trace)},
    }
    env = ns3_scenarios.make("cellular", settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    twin, policy = Twin(network), load_policy("load-fill")
    policy.begin(network, 1)
    observation, _ = env.reset(seed=1)
    absent = observation["present"] == 0
    twin.observe(observation)
    for slot in play(env, policy, network, observation):
        observation = slot.after
        twin.observe(observation)
        came = absent & (observation["present"] > 0)
        if came.any():
            break
    env.close()
    assert came.any()
    declared_hz = observation["task_rate_hz"][came]
    assert (declared_hz > 0).all()
    assert twin.estimate().rate_hz[came] == pytest.approx(declared_hz, rel=0.05)


def test_an_estimate_needs_an_observation(recorded):
    with pytest.raises(UnsuitableNetwork, match="observed nothing"):
        Twin(recorded[0]).estimate()


def test_a_sinr_that_belongs_to_another_cell_is_not_believed(recorded):
    network, observations = recorded
    twin = Twin(network)
    last = observations[-1]
    for observation in observations:
        twin.observe(observation)
    moved = {**last, "time_s": last["time_s"] + 0.02, "serving_bs": 1 - last["serving_bs"]}
    assert (moved["serving_bs"] >= 0).all()
    twin.observe(moved)
    sd_db = twin.estimate().parameters.radio.uplink.sd_db
    # Still the old cell's value: nothing is known of the new one.
    assert twin.estimate().links.sinr_correction_db == pytest.approx(0.0)
    assert twin.estimate().links.sinr_correction_sd_db == pytest.approx(sd_db)
    fresh = {**moved, "time_s": moved["time_s"] + 0.02, "sinr_ul_db": moved["sinr_ul_db"] + 1}
    twin.observe(fresh)
    assert (twin.estimate().links.sinr_correction_sd_db < 2).all()
