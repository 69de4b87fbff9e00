"""The share scheduler in a cell of its own: who gets which resource blocks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from cell_run import DIRECTIONS, load, run_cell

from ns3_scenarios.build import build

REPOSITORY = Path(__file__).parents[2]
WEIGHT = np.array([0.1, 0.2, 0.3, 0.4])
# TS 36.213 Table 7.1.6.1-1: resource blocks per group; ns-3 leaves an incomplete last group unused.
RB_PER_GROUP = {6: 1, 15: 2, 25: 2, 50: 3, 75: 4, 100: 4}


@pytest.mark.parametrize(
    ("bandwidth_rb", "mode"),
    [*((rb, "work-conserving") for rb in RB_PER_GROUP), (15, "quota"), (50, "quota")],
)
def test_shares_follow_the_weights(bandwidth_rb, mode):
    run = run_cell(
        load(4, WEIGHT, load_bps=8e5 * bandwidth_rb, path_loss_db=[80, 105, 95, 90]),
        bandwidth_rb=str(bandwidth_rb),
        bandwidth_mode=mode,
    )
    for direction in DIRECTIONS:
        assert run.share(direction) == pytest.approx(WEIGHT, rel=0.03)
        group = RB_PER_GROUP[bandwidth_rb] if direction == "downlink" else 1
        usable_rb = bandwidth_rb // group * group
        used = run.gained(f"{direction}_rb").sum() / (1000 * usable_rb)
        assert used > 0.99
        # Full buffers: what waits is more than a user could have sent in a second.
        waiting_bit = run.observations[-1][f"{direction}_sent_bit"] - run.gained(
            f"{direction}_received_bit"
        )
        assert (waiting_bit > 1e6).all()


def test_a_user_without_data_costs_the_others_nothing():
    run = run_cell(load(4, WEIGHT, load_bps=[0, 2e7, 2e7, 2e7]))
    for direction in DIRECTIONS:
        assert run.share(direction)[1:] == pytest.approx(WEIGHT[1:] / WEIGHT[1:].sum(), rel=0.03)
        band_rb = 25 if direction == "uplink" else 24
        assert run.gained(f"{direction}_rb").sum() > 0.99 * 1000 * band_rb


def test_in_quota_mode_the_share_of_a_user_without_data_is_lost():
    run = run_cell(load(4, WEIGHT, load_bps=[2e7, 2e7, 2e7, 0]), bandwidth_mode="quota")
    for direction in DIRECTIONS:
        band_rb = 25 if direction == "uplink" else 24
        part = run.gained(f"{direction}_rb") / (1000 * band_rb)
        assert part[:3] == pytest.approx(WEIGHT[:3], rel=0.03)
        assert part[3] < 0.001


def test_a_share_of_zero_starves_and_recovers():
    run = run_cell(lambda slot: load(4, WEIGHT * [1, 1, 1, slot >= 25]))
    for direction in DIRECTIONS:
        assert run.gained(f"{direction}_rb", 1, 25)[3] == 0
        assert run.share(direction, 25) == pytest.approx(WEIGHT, rel=0.03)
    assert run.observations[25]["connected"].all()


def test_weights_that_change_each_slot():
    weights = np.random.default_rng(1).dirichlet(np.ones(4), 50)
    run = run_cell(lambda slot: load(4, weights[slot]))
    for direction in DIRECTIONS:
        assert run.share(direction) == pytest.approx(weights.mean(axis=0), rel=0.03)
        shares = np.array([run.share(direction, slot, slot + 1) for slot in range(50)])
        assert shares == pytest.approx(weights, abs=0.03)


def test_many_users():
    # A share is less than half a resource block per millisecond: nobody is served in each.
    random = np.random.default_rng(1)
    weight = random.uniform(0.2, 1, 60)
    run = run_cell(load(60, weight, 6e5, random.uniform(80, 110, 60)), n_ue=60)
    for direction in DIRECTIONS:
        assert run.share(direction) == pytest.approx(weight / weight.sum(), rel=0.03)


def test_grants_have_sizes_that_the_standard_allows():
    run = run_cell(load(7, np.arange(1, 8), 1e7, path_loss_db=np.linspace(85, 125, 7)), n_ue=7)
    uplink, downlink = run.rows("grant", "uplink"), run.rows("grant", "downlink")
    # TS 36.211, 5.3.3: the DFT of SC-FDMA takes 2^a 3^b 5^c resource blocks.
    allowed_rb = [1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 24, 25]
    assert np.isin(uplink["n_rb"], allowed_rb).all()
    assert len(np.unique(uplink["n_rb"])) > 3
    # TS 36.213, 7.1.6.1: allocation type 0 gives groups, of two resource blocks for 25.
    assert (downlink["n_rb"] % 2 == 0).all()
    for rows in (uplink, downlink):
        # One transport block per user and subframe, and no more than the band holds.
        assert len(np.unique(rows[["time_ms", "ue"]])) == len(rows)
        assert np.bincount(rows["time_ms"] - rows["time_ms"].min(), rows["n_rb"]).max() <= 25
    # Smaller blocks would not hold the headers of all bearers.
    assert run.records["block"]["size_byte"].min() >= 18


def test_lost_blocks_are_sent_again_and_count_as_share():
    # User 3's link gains and loses 12 dB every 20 ms: its channel quality reports are always late.
    run = run_cell(lambda slot: load(4, WEIGHT, path_loss_db=[90, 90, 90, 100 + slot % 2 * 12]))
    for direction in DIRECTIONS:
        assert run.share(direction) == pytest.approx(WEIGHT, rel=0.03)
        blocks = run.rows("block", direction, ue=3)
        failed = (blocks["correct"] == 0).sum()
        repeated = (blocks["repetition"] == 1).sum()
        assert failed > 20
        assert repeated == pytest.approx(failed, abs=8)  # one round trip may still be under way
        others = run.rows("block", direction, ue=0)
        assert others["correct"].all()


def test_without_harq_nothing_is_sent_again():
    run = run_cell(
        lambda slot: load(2, path_loss_db=100 + slot % 2 * 12),
        n_ue=2,
        slots=20,
        ns3_attributes={"physical::ShareFfMacScheduler::HarqEnabled": False},
    )
    blocks = run.records["block"]
    assert (blocks["correct"] == 0).sum() > 20
    assert not blocks["repetition"].any()


def test_a_user_at_the_cell_edge_gets_its_share_and_its_data():
    run = run_cell(load(4, WEIGHT, path_loss_db=[90, 90, 90, 130]))
    for direction in DIRECTIONS:
        assert run.share(direction) == pytest.approx(WEIGHT, rel=0.03)
        assert run.rows("block", direction, ue=3)["mcs"].max() <= 3
        assert run.gained(f"{direction}_received_bit")[3] > 1e5


def test_it_serves_any_ns3_program(tmp_path, build_cache):
    # No scenario, no bridge, no EPC; weights 1, 2 and 5.
    source = REPOSITORY / "examples" / "weighted-cell.cc"
    program = build([source], [], tmp_path / "weighted-cell", build_cache)
    done = subprocess.run([program], capture_output=True, text=True, check=True, timeout=100)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [name for name, *_ in lines] == ["uplink", "downlink"]
    for _, *shares in lines:
        assert [float(share) for share in shares] == pytest.approx([1 / 8, 2 / 8, 5 / 8], rel=0.03)
