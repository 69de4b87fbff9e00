// SPDX-License-Identifier: MIT
// What a band brings in a slot, up and down, and how cells disturb each other by what is sent.
#include "lte-radio.h"

#include "clones.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace twin {

namespace {

TWIN_CLONES void Density(const UplinkPower<float>& power,
                         float band_rb,
                         float rb_per_s,
                         const float* own_dbm,
                         const float* band_before_s,
                         float* offset_db,
                         std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        // Who begins to send finds the band empty, as far as can be known.
        const float width_rb = band_before_s[i] > 0 ? band_before_s[i] * rb_per_s : band_rb;
        offset_db[i] = power.DensityOverRsrpDb(own_dbm[i], width_rb);
    }
}

TWIN_CLONES void Survive(const InterferenceLoss<float>& loss,
                         float noise_mw,
                         const float* over_edge_db,
                         const float* heard_dbm,
                         const float* busy,
                         float* survives,
                         std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        survives[i] = loss.Survives(over_edge_db[i], heard_dbm[i], noise_mw, busy[i]);
    }
}

}  // namespace

void LteRadio::Rates(State& state, Rows, Senders& senders, Way way) {
    if (way == Way::UP) {
        UplinkRates(state, senders);
    } else {
        DownlinkRates(state, senders);
    }
}

void LteRadio::UplinkRates(State& state, Senders& senders) {
    const std::size_t n_bs = CellsInAll();
    for (std::size_t begin = 0; begin < senders.count; begin += CHUNK) {
        const std::size_t n = std::min(CHUNK, senders.count - begin);
        std::array<float, CHUNK> own_dbm, wanted_dbm, edge_db;
        for (std::size_t i = 0; i < n; ++i) {
            const auto user = static_cast<std::size_t>(senders.user[begin + i]);
            own_dbm[i] = state.StrengthDb(user, static_cast<std::size_t>(senders.cell[begin + i]));
            edge_db[i] = m_loss.EdgeDb(sinr_ul_db[user]);
            senders.rate_bps[begin + i] = full_rate_bps[user];
        }
        float* density_over_rsrp_db = &senders.kept[begin];
        Density(m_power, static_cast<float>(m_parameters.uplink.bandwidth_rb), m_rb_per_s,
                own_dbm.data(), &senders.band_before_s[begin], density_over_rsrp_db, n);
        for (std::size_t i = 0; i < n; ++i) {
            wanted_dbm[i] = own_dbm[i] + density_over_rsrp_db[i];
        }
        for (std::size_t c = 0; c < n_bs; ++c) {
            DisturbBy(c, senders, begin, n, wanted_dbm.data(), edge_db.data());
        }
    }
}

void LteRadio::DownlinkRates(const State& state, Senders& senders) const {
    const std::size_t n_bs = CellsInAll();
    const auto band_rb = static_cast<float>(m_parameters.uplink.bandwidth_rb);
    for (std::size_t i = 0; i < senders.count; ++i) {
        const auto user = static_cast<std::size_t>(senders.user[i]);
        const auto cell = static_cast<std::size_t>(senders.cell[i]);
        const float* busy = &m_busy_down[static_cast<std::size_t>(senders.rollout[i]) * n_bs];
        float others_mw = 0;
        for (std::size_t c = 0; c < n_bs; ++c) {
            others_mw += c == cell ? 0.f : busy[c] * FromDb(state.StrengthDb(user, c));
        }
        const float sinr_db = m_control.SinrDb(state.StrengthDb(user, cell), others_mw);
        senders.rate_bps[i] =
            band_rb * m_downlink.BpsPerRb(sinr_db) * m_control.Decoded(control_db[user]);
    }
}

void LteRadio::DisturbBy(std::size_t c,
                         Senders& senders,
                         std::size_t begin,
                         std::size_t n,
                         const float* wanted_dbm,
                         const float* edge_db) const {
    std::array<float, CHUNK> excess_db, heard_dbm, busy;
    std::array<std::size_t, CHUNK> who;
    const std::size_t n_bs = CellsInAll();
    std::size_t disturbed = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const auto rollout = static_cast<std::size_t>(senders.rollout[begin + i]);
        const auto m = static_cast<std::size_t>(senders.cell[begin + i]);
        excess_db[disturbed] = wanted_dbm[i] - edge_db[i];
        busy[disturbed] = m_busy[rollout * n_bs + c];
        heard_dbm[disturbed] = m_heard_dbm[(rollout * n_bs + m) * n_bs + c];
        who[disturbed] = begin + i;
        disturbed += m != c && busy[disturbed] > 0;
    }
    std::array<float, CHUNK> survives;
    Survive(m_loss, m_power.NoisePerRbMw(), excess_db.data(), heard_dbm.data(), busy.data(),
            survives.data(), disturbed);
    for (std::size_t k = 0; k < disturbed; ++k) {
        senders.rate_bps[who[k]] *= survives[k];
    }
}

void LteRadio::SentDown(const State& state, Rows rows, const Senders& senders) {
    const std::size_t n_bs = CellsInAll();
    const float part_per_s = m_rb_per_s / static_cast<float>(m_parameters.uplink.bandwidth_rb);
    std::fill(m_busy_down.begin() + static_cast<std::ptrdiff_t>(rows.begin * n_bs),
              m_busy_down.begin() + static_cast<std::ptrdiff_t>(rows.end * n_bs), 0.f);
    for (std::size_t i = 0; i < senders.count; ++i) {
        const auto user = static_cast<std::size_t>(senders.user[i]);
        const std::size_t rollout = user / state.n_ue;
        float& busy = m_busy_down[rollout * n_bs + static_cast<std::size_t>(senders.cell[i])];
        busy = std::min(busy + senders.band_s[i] * part_per_s, 1.f);
    }
}

void LteRadio::Sent(State& state, Rows rows, const Senders& senders, Way way) {
    if (way == Way::DOWN) {
        SentDown(state, rows, senders);
        return;
    }
    const std::size_t n_bs = CellsInAll();
    const float band_per_rb = 1 / static_cast<float>(m_parameters.uplink.bandwidth_rb);
    const auto clear = [rows](std::vector<float>& values, std::size_t of_rollout) {
        std::fill(values.begin() + static_cast<std::ptrdiff_t>(rows.begin * of_rollout),
                  values.begin() + static_cast<std::ptrdiff_t>(rows.end * of_rollout), 0.f);
    };
    clear(m_busy, n_bs);
    clear(m_heard_dbm, n_bs * n_bs);
    // First sums: of resource blocks, and of what is heard of a user in dB times its blocks.
    for (std::size_t i = 0; i < senders.count; ++i) {
        const auto rollout = static_cast<std::size_t>(senders.rollout[i]);
        const auto user = static_cast<std::size_t>(senders.user[i]);
        const auto cell = static_cast<std::size_t>(senders.cell[i]);
        const float rb = senders.band_s[i] * m_rb_per_s;
        for (std::size_t m = 0; m < n_bs; ++m) {
            m_heard_dbm[(rollout * n_bs + m) * n_bs + cell] +=
                rb * (state.StrengthDb(user, m) + senders.kept[i]);
        }
        m_busy[rollout * n_bs + cell] += rb;
    }
    // Then means; without branches, for which cells are busy is hard to foresee.
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        for (std::size_t c = 0; c < n_bs; ++c) {
            float& cell_rb = m_busy[rollout * n_bs + c];
            const float divisor = cell_rb > 0 ? cell_rb : 1.f;
            for (std::size_t m = 0; m < n_bs; ++m) {
                m_heard_dbm[(rollout * n_bs + m) * n_bs + c] /= divisor;
            }
            cell_rb = std::min(cell_rb * band_per_rb, 1.f);
        }
    }
}

}  // namespace twin
