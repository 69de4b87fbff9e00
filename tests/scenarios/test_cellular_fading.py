"""Fast fading: distribution, correlation over time and frequency, and what it depends on."""

from __future__ import annotations

import numpy as np
import pytest

LIGHT_MPS = 299_792_458.0
# Few lines of sight beyond 100 m, users at full power, no clipping of the SINR.
FAR = {"environment": "inh", "shadowing": False}
PROFILES = {  # TS 36.101 Tables B.2.1-2 and B.2.1-4: delays in ns, powers in dB
    "epa": ([0, 30, 70, 90, 110, 190, 410], [0, -1, -2, -3, -8, -17.2, -20.8]),
    "etu": ([0, 50, 120, 200, 230, 500, 1600, 2300, 5000], [-1, -1, -1, 0, 0, 0, -3, -5, -7]),
}


def sinr(
    cellular, fading, channel=FAR, seed=1, slots=400, bandwidth_rb=6, bs_power_dbm=43, **settings
):
    """Linear SINR of downlink and uplink, and distances: ``[n_slots, n_ue]`` each."""
    env = cellular(
        **{
            "n_ue": 20,
            "n_bs": 1,
            "slot_s": 0.001,
            "slots_per_frame": 100_000,
            "duration_s": slots * 1e-3,
            "warmup_s": 0.5,
            "layout": {"site_distance_m": 1000},
            "mobility": {"speed_min_mps": 15, "speed_max_mps": 15.001},
            "traffic": {"rate_hz": 0},
            **settings,
        },
        channel={**channel, "fading": fading},
        radio={"bandwidth_rb": bandwidth_rb, "bs_power_dbm": bs_power_dbm},
    )
    observation, _ = env.reset(seed=seed)
    n_ue = len(observation["serving_bs"])
    share = np.full(n_ue, 1 / n_ue, np.float32)
    action = {
        "association": np.zeros(n_ue, np.int32),
        "bandwidth_share": share,
        "compute_share": share,
    }
    trace = []
    for _ in range(slots):
        observation, *_ = env.step(action)
        distance_m = np.linalg.norm(observation["position_m"], axis=1)
        trace.append((observation["sinr_dl_db"], observation["sinr_ul_db"], distance_m))
    env.close()
    downlink_db, uplink_db, distance_m = np.array(trace, np.float64).transpose(1, 0, 2)
    return 10 ** (downlink_db / 10), 10 ** (uplink_db / 10), distance_m


def gains(cellular, fading, **kwargs):
    """Power gain of the fading, of users without line of sight: downlink and uplink."""
    downlink, uplink, distance_m = sinr(cellular, fading, **kwargs)
    clear_downlink, clear_uplink, same_m = sinr(cellular, "none", **kwargs)
    assert (distance_m == same_m).all()
    far = (distance_m > 150).all(axis=0)
    assert far.sum() >= 12
    return (downlink / clear_downlink)[:, far], (uplink / clear_uplink)[:, far]


def bessel_j0(z):
    angle = np.linspace(0, np.pi, 1001)
    return np.cos(np.multiply.outer(z, np.sin(angle))).mean(axis=-1)


def test_power_is_exponential_with_mean_one_and_jakes_correlation(cellular):
    runs = [gains(cellular, "epa", seed=seed)[0] for seed in (1, 2)]
    gain = np.concatenate(runs, axis=1)
    assert gain.mean() == pytest.approx(1, abs=0.06)
    for threshold in (0.1, 0.5, 1.0, 2.0, 3.0):
        assert (gain < threshold).mean() == pytest.approx(1 - np.exp(-threshold), abs=0.04)
    # Clarke: the power of a Rayleigh channel has the autocovariance J0²(2π f_d τ).
    doppler_hz = 15 * 2.12e9 / LIGHT_MPS
    for lag in (1, 2, 3, 4, 6, 8, 12):
        covariance = ((gain[:-lag] - 1) * (gain[lag:] - 1)).mean() / gain.var()
        expected = bessel_j0(2 * np.pi * doppler_hz * lag * 1e-3) ** 2
        assert covariance == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(("profile", "bandwidth_rb"), [("epa", 50), ("etu", 6), ("etu", 50)])
def test_the_delay_profile_sets_the_correlation_over_frequency(cellular, profile, bandwidth_rb):
    # The SINR reported is the mean over the band; the less the resource blocks have in common, the
    # less it varies: var = mean over all pairs of |R(f_i − f_j)|², R the transform of the profile.
    gain = gains(cellular, profile, bandwidth_rb=bandwidth_rb)[0]
    delay_s = np.array(PROFILES[profile][0]) * 1e-9
    power = 10 ** (np.array(PROFILES[profile][1]) / 10)
    rb_hz = np.arange(bandwidth_rb) * 180e3
    apart_hz = rb_hz[:, None] - rb_hz[None]
    rotation = np.exp(-2j * np.pi * apart_hz[..., None] * delay_s)
    expected = (np.abs(rotation @ power / power.sum()) ** 2).mean()
    assert gain.var() == pytest.approx(expected, rel=0.2)


def test_both_directions_fade_alike_but_independently(cellular):
    # Sounding every 20 ms: sample both directions there.
    downlink, uplink = (gain[::20] for gain in gains(cellular, "epa", slots=800))
    assert uplink.mean() == pytest.approx(1, abs=0.15)
    assert (uplink < 0.5).mean() == pytest.approx(1 - np.exp(-0.5), abs=0.08)
    assert abs(np.corrcoef(downlink.ravel(), uplink.ravel())[0, 1]) < 0.12


def test_line_of_sight_makes_it_rician(cellular):
    # Within 18 m of the mast there always is one; K = 9 dB (TR 38.901 Table 7.5-6, UMa).
    near = {
        "channel": {"environment": "uma", "shadowing": False},
        "layout": {"site_distance_m": 20},
        "bs_power_dbm": 0,
    }
    gain = sinr(cellular, "epa", **near)[0] / sinr(cellular, "none", **near)[0]
    k = 10**0.9
    assert gain.mean() == pytest.approx(1, abs=0.05)
    assert gain.var() == pytest.approx((2 * k + 1) / (k + 1) ** 2, rel=0.2)


def test_fading_depends_on_seed_link_and_time_alone(cellular):
    idle, _, _ = sinr(cellular, "eva", slots=100)
    again, _, _ = sinr(cellular, "eva", slots=100)
    busy, _, _ = sinr(cellular, "eva", slots=100, traffic={"rate_hz": 20, "off_s": 0})
    other, _, _ = sinr(cellular, "eva", slots=100, seed=2)
    assert (idle == again).all()
    assert (idle == busy).all()  # whatever is sent: the channel is the same, bit by bit
    assert (idle != other).any()
    assert len({tuple(column) for column in idle.T}) == idle.shape[1]  # every user has its own


def test_who_stands_still_has_a_frozen_channel(cellular):
    still = {"speed_min_mps": 0.01, "speed_max_mps": 0.01}
    standing, _, _ = sinr(cellular, "eva", slots=30, mobility=still)
    walking, _, _ = sinr(cellular, "eva", slots=30)
    assert (np.ptp(10 * np.log10(standing), axis=0) < 0.2).all()
    assert (np.ptp(10 * np.log10(walking), axis=0) > 0.5).all()
