// SPDX-License-Identifier: MIT
// The uplink of one slot by the engine's laws; case.py says what the arrays are.
#include "laws/interference.h"
#include "laws/processor-sharing.h"
#include "laws/uplink-power.h"

#include <algorithm>
#include <cstdint>

namespace {

constexpr int N_BS = 3, N_UE = 20, TASKS = 3;
constexpr float SLOT_S = 0.02f, BAND_RB = 25;
const twin::UplinkPower<float> POWER({.reference_power_dbm = 15,
                                      .max_power_dbm = 23,
                                      .p0_dbm = -80,
                                      .noise_dbm = -114 + 13.979400086720377,
                                      .bandwidth_rb = 25,
                                      .interference_rise_db = {},
                                      .offset_db = 0,
                                      .sd_db = 0,
                                      .correlation_s = 1,
                                      .ceiling_db = 60});
const twin::InterferenceLoss<float> LOSS({-7, 0.7, -3, 20});

}  // namespace

extern "C" void slot(int batch,
                     const std::int32_t* cell,
                     const float* rsrp_dbm,
                     const float* sounded_db,
                     const float* full_rate_bps,
                     const float* weight,
                     const float* present_s,
                     const float* before_rb,
                     const float* size_bit,
                     const float* heard_dbm,
                     const float* busy,
                     float* sent_bit,
                     float* band_s,
                     std::int32_t* finished,
                     float* heard_after_dbm,
                     float* busy_after) {
    const float noise_mw = POWER.NoisePerRbMw();
    for (int r = 0; r < batch; ++r) {
        int who[N_UE], resource[N_UE], n = 0;
        float rate[N_UE], queue[N_UE], density[N_UE];
        float need_s[N_UE], share[N_UE], there_s[N_UE], active[N_UE], offered_s[N_UE];
        float rest_s[N_BS], sums[N_BS];
        std::fill_n(sent_bit + r * N_UE, N_UE, 0.f);
        std::fill_n(band_s + r * N_UE, N_UE, 0.f);
        std::fill_n(finished + r * N_UE, N_UE, 0);
        for (int i = r * N_UE; i < (r + 1) * N_UE; ++i) {
            const float* tasks = size_bit + i * TASKS;
            if (tasks[0] <= 0) {
                continue;
            }
            const float own_dbm = rsrp_dbm[i * N_BS + cell[i]];
            density[n] =
                POWER.DensityOverRsrpDb(own_dbm, before_rb[i] > 0 ? before_rb[i] : BAND_RB);
            const float over_edge_db = own_dbm + density[n] - LOSS.EdgeDb(sounded_db[i]);
            rate[n] = full_rate_bps[i];
            for (int c = 0; c < N_BS; ++c) {
                const float used = busy[r * N_BS + c];
                if (c != cell[i] && used > 0) {
                    const float heard = heard_dbm[(r * N_BS + cell[i]) * N_BS + c];
                    rate[n] *= LOSS.Survives(over_edge_db, heard, noise_mw, used);
                }
            }
            rate[n] = std::max(rate[n], 1.f);
            queue[n] = tasks[0] + tasks[1] + tasks[2];
            need_s[n] = queue[n] / rate[n];
            share[n] = weight[i];
            there_s[n] = present_s[i];
            resource[n] = cell[i];
            who[n++] = i;
        }
        twin::ShareOut<float>(n, need_s, share, there_s, resource, N_BS, SLOT_S, nullptr, active,
                              rest_s, sums, offered_s);
        float* after_dbm = heard_after_dbm + r * N_BS * N_BS;
        std::fill_n(after_dbm, N_BS * N_BS, 0.f);
        std::fill_n(rest_s, N_BS, 0.f);  // from here on: resource blocks of each cell
        for (int k = 0; k < n; ++k) {
            const int i = who[k];
            const float sent = std::min(offered_s[k] * rate[k], queue[k]);
            sent_bit[i] = sent;
            band_s[i] = sent / rate[k];
            float sum = 0;
            for (int t = 0; t < TASKS; ++t) {
                sum += size_bit[i * TASKS + t];
                finished[i] += size_bit[i * TASKS + t] > 0 && sum <= sent;
            }
            const float rb = band_s[i] * (BAND_RB / SLOT_S);
            rest_s[cell[i]] += rb;
            for (int m = 0; m < N_BS; ++m) {
                after_dbm[m * N_BS + cell[i]] += rb * (rsrp_dbm[i * N_BS + m] + density[k]);
            }
        }
        for (int c = 0; c < N_BS; ++c) {
            busy_after[r * N_BS + c] = std::min(rest_s[c] / BAND_RB, 1.f);
            for (int m = 0; m < N_BS && rest_s[c] > 0; ++m) {
                after_dbm[m * N_BS + c] /= rest_s[c];
            }
        }
    }
}
