// SPDX-License-Identifier: MIT
#include "lte-radio.h"

#include "clones.h"
#include "random.h"

#include <array>
#include <cmath>
#include <utility>

namespace twin {

namespace {

/// RSRP of one cell, but for the gain of its antenna.
TWIN_CLONES void MeasureOmni(const CellMap<float>& map,
                             float bs_x_m,
                             float bs_y_m,
                             const float* x_m,
                             const float* y_m,
                             const float* residual_db,
                             float* rsrp_dbm,
                             std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        rsrp_dbm[i] = map.OmniDbm(x_m[i] - bs_x_m, y_m[i] - bs_y_m) + residual_db[i];
    }
}

/// What is kept and what is fresh of a residual after a walk.
TWIN_CLONES void Memory(const float* walked_m,
                        float decorrelation_m,
                        float sd,
                        float* kept,
                        float* fresh,
                        std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        kept[i] = Exp(walked_m[i] * (-1 / decorrelation_m));
        fresh[i] = sd * std::sqrt(1 - kept[i] * kept[i]);
    }
}

/// A step of a Gauss-Markov process.
TWIN_CLONES void Step(float* value,
                      const float* kept,
                      const float* fresh,
                      const float* noise,
                      std::size_t stride,
                      std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        value[i] = value[i] * kept[i] + fresh[i] * noise[i * stride];
    }
}

/// Gather what a cell is to users: their own to those whom it serves, power to all others.
TWIN_CLONES void AddCell(std::int32_t bs,
                         float rise_db,
                         const float* rsrp_dbm,
                         const std::int32_t* cell,
                         float* own_dbm,
                         float* own_rise_db,
                         float* others_mw,
                         std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const bool own = cell[i] == bs || (bs == 0 && cell[i] < 0);
        own_dbm[i] = own ? rsrp_dbm[i] : own_dbm[i];
        own_rise_db[i] = own ? rise_db : own_rise_db[i];
        others_mw[i] += own ? 0.f : FromDb(rsrp_dbm[i]);
    }
}

TWIN_CLONES void Sound(const UplinkPower<float>& power,
                       const ControlDecoding<float>& control,
                       const float* own_dbm,
                       const float* rise_db,
                       const float* others_mw,
                       const float* correction_db,
                       float* sinr_db,
                       float* control_db,
                       std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        sinr_db[i] = power.SoundedDb(own_dbm[i], rise_db[i], correction_db[i]);
        control_db[i] = control.SinrDb(own_dbm[i], others_mw[i]);
    }
}

TWIN_CLONES void CorrectRate(const ControlDecoding<float>& control,
                             const float* control_db,
                             const float* correction,
                             float* rate_bps,
                             std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const float decoded = control.Decoded(control_db[i]);
        rate_bps[i] = std::max(rate_bps[i] * Exp(correction[i]) * decoded, 1.f);
    }
}

}  // namespace

LteRadio::LteRadio(LteParameters parameters,
                   std::vector<float> bs_x_m,
                   std::vector<float> bs_y_m,
                   double slot_s)
    : m_parameters(std::move(parameters)),
      m_power(m_parameters.uplink),
      m_curve(m_parameters.rate),
      m_downlink(m_parameters.downlink),
      m_loss(m_parameters.interference),
      m_control(m_parameters.control),
      m_failure(m_parameters.failure),
      m_bs_x_m(std::move(bs_x_m)),
      m_bs_y_m(std::move(bs_y_m)),
      m_rb_per_s(static_cast<float>(m_parameters.uplink.bandwidth_rb / slot_s)) {
    for (std::size_t bs = 0; bs < m_bs_x_m.size(); ++bs) {
        m_cells.emplace_back(m_parameters.channel, bs);
        std::size_t site = 0;
        while (m_bs_x_m[site] != m_bs_x_m[bs] || m_bs_y_m[site] != m_bs_y_m[bs]) {
            ++site;
        }
        m_site.push_back(site);
    }
}

void LteRadio::Resize(std::size_t batch, std::size_t n_ue) {
    m_n_ue = n_ue;
    m_users = batch * n_ue;
    residual_db.assign(CellsInAll() * m_users, 0);
    for (auto* values : {&sinr_correction_db, &rate_correction, &sinr_ul_db, &full_rate_bps,
                         &control_db, &out_of_sync_s}) {
        values->assign(m_users, 0);
    }
    m_heard_dbm.assign(batch * CellsInAll() * CellsInAll(), 0);
    m_busy.assign(batch * CellsInAll(), 0);
    m_busy_down.assign(batch * CellsInAll(), 0);
}

void LteRadio::Start(State& state, std::size_t rollout) {
    const Draws residual(state.clocks[rollout].seed, Stream::RESIDUAL_START, 0);
    const Draws correction(state.clocks[rollout].seed, Stream::CORRECTION_START, 0);
    const std::size_t n_bs = CellsInAll();
    for (std::size_t ue = 0; ue < m_n_ue; ++ue) {
        const std::size_t user = rollout * m_n_ue + ue;
        for (std::size_t bs = 0; bs < n_bs; ++bs) {
            residual_db[bs * m_users + user] =
                static_cast<float>(m_parameters.channel.residual_sd_db) *
                residual.Normal(ue * n_bs + m_site[bs]);
        }
        sinr_correction_db[user] =
            static_cast<float>(m_parameters.uplink.sd_db) * correction.Normal(ue);
        rate_correction[user] =
            static_cast<float>(m_parameters.rate.correction_sd) * correction.Normal(m_n_ue + ue);
        out_of_sync_s[user] = 0;
    }
    for (auto* busy : {&m_busy, &m_busy_down}) {
        std::fill_n(busy->begin() + static_cast<std::ptrdiff_t>(rollout * n_bs), n_bs, 0.f);
    }
    Measure(state, {rollout, rollout + 1});
}

void LteRadio::Measure(State& state, Rows rows) {
    const std::size_t begin = rows.begin * m_n_ue, n = (rows.end - rows.begin) * m_n_ue;
    for (std::size_t bs = 0; bs < CellsInAll(); ++bs) {
        const CellMap<float>& map = m_cells[bs];
        float* rsrp_dbm = &state.strength_db[bs * m_users + begin];
        MeasureOmni(map, m_bs_x_m[bs], m_bs_y_m[bs], &state.x_m[begin], &state.y_m[begin],
                    &residual_db[bs * m_users + begin], rsrp_dbm, n);
        for (std::size_t i = 0; map.IsSector() && i < n; ++i) {
            rsrp_dbm[i] += map.GainDb(state.x_m[begin + i] - m_bs_x_m[bs],
                                      state.y_m[begin + i] - m_bs_y_m[bs]);
        }
    }
}

void LteRadio::Serve(State& state, Rows rows) {
    ServeUsers(state, rows.begin * m_n_ue, rows.end * m_n_ue);
}

void LteRadio::ServeUsers(State& state, std::size_t begin, std::size_t end) {
    const auto band_rb = static_cast<float>(m_parameters.uplink.bandwidth_rb);
    for (; begin < end; begin += CHUNK) {
        const std::size_t n = std::min(CHUNK, end - begin);
        std::array<float, CHUNK> own_dbm{}, rise_db{}, others_mw{};
        for (std::size_t bs = 0; bs < CellsInAll(); ++bs) {
            AddCell(static_cast<std::int32_t>(bs),
                    static_cast<float>(m_parameters.uplink.interference_rise_db[bs]),
                    &state.strength_db[bs * m_users + begin], &state.cell[begin], own_dbm.data(),
                    rise_db.data(), others_mw.data(), n);
        }
        Sound(m_power, m_control, own_dbm.data(), rise_db.data(), others_mw.data(),
              &sinr_correction_db[begin], &sinr_ul_db[begin], &control_db[begin], n);
        for (std::size_t i = begin; i < begin + n; ++i) {
            full_rate_bps[i] = band_rb * m_curve.BpsPerRb(sinr_ul_db[i]);
        }
        CorrectRate(m_control, &control_db[begin], &rate_correction[begin], &full_rate_bps[begin],
                    n);
    }
}

void LteRadio::Advance(State& state, Rows rows, double by_s) {
    std::vector<float> noise(m_n_ue * (CellsInAll() + 2));
    for (std::size_t rollout = rows.begin; rollout < rows.end; ++rollout) {
        const Clock& clock = state.clocks[rollout];
        Draws(clock.seed, Stream::RESIDUAL, static_cast<std::uint64_t>(clock.slot))
            .FillNoise(noise.data(), noise.size());
        for (std::size_t ue = 0; ue < m_n_ue; ue += CHUNK) {
            const std::size_t begin = rollout * m_n_ue + ue;
            Wander(begin, std::min(CHUNK, m_n_ue - ue), by_s, &state.walked_m[begin],
                   &noise[ue * (CellsInAll() + 2)]);
        }
    }
    Measure(state, rows);
}

void LteRadio::Wander(
    std::size_t begin, std::size_t n, double by_s, const float* walked_m, const float* noise) {
    std::array<float, CHUNK> kept, fresh;
    const std::size_t n_bs = CellsInAll(), stride = n_bs + 2;
    Memory(walked_m, static_cast<float>(m_parameters.channel.decorrelation_m),
           static_cast<float>(m_parameters.channel.residual_sd_db), kept.data(), fresh.data(), n);
    for (std::size_t bs = 0; bs < n_bs; ++bs) {
        Step(&residual_db[bs * m_users + begin], kept.data(), fresh.data(), noise + m_site[bs],
             stride, n);
    }
    const auto forget = [&](double sd, double correlation_s) {
        const double part = std::exp(-by_s / correlation_s);
        kept.fill(static_cast<float>(part));
        fresh.fill(static_cast<float>(sd * std::sqrt(1 - part * part)));
    };
    forget(m_parameters.uplink.sd_db, m_parameters.uplink.correlation_s);
    Step(&sinr_correction_db[begin], kept.data(), fresh.data(), noise + n_bs, stride, n);
    forget(m_parameters.rate.correction_sd, m_parameters.rate.correction_correlation_s);
    Step(&rate_correction[begin], kept.data(), fresh.data(), noise + n_bs + 1, stride, n);
}

void LteRadio::Watch(State& state, Rows rows, double by_s, std::vector<Outage>& failed) {
    const ControlChannel& law = m_parameters.control;
    for (std::size_t user = rows.begin * m_n_ue; user < rows.end * m_n_ue; ++user) {
        if (control_db[user] >= law.out_of_sync_db || state.cell[user] < 0) {
            out_of_sync_s[user] = 0;
            continue;
        }
        out_of_sync_s[user] += static_cast<float>(by_s);
        if (out_of_sync_s[user] < static_cast<float>(law.out_of_sync_s)) {
            continue;
        }
        out_of_sync_s[user] = 0;
        const std::size_t rollout = user / m_n_ue;
        const Clock& clock = state.clocks[rollout];
        const Draws draws(clock.seed, Stream::HANDOVER, static_cast<std::uint64_t>(clock.slot));
        const float normal = draws.Normal(2 * (user - rollout * m_n_ue) + 1);
        failed.push_back({user, OutageS(law.lost_s, law.lost_sd_s, normal)});
    }
}

void LteRadio::PredictFailures(const State& state, std::vector<Handover>& handovers) {
    for (Handover& handover : handovers) {
        const auto source = static_cast<std::size_t>(state.cell[handover.user]);
        handover.failure_probability =
            m_failure.Probability(state.StrengthDb(handover.user, source) -
                                  state.StrengthDb(handover.user, handover.target));
    }
}

void LteRadio::Reassociate(State& state, std::size_t user, Change change, bool moved) {
    if (moved) {
        // Other sounding signals collide with a user's in another cell.
        const std::size_t rollout = user / m_n_ue, ue = user % m_n_ue;
        const Clock& clock = state.clocks[rollout];
        const Draws draws(clock.seed, Stream::HANDOVER, static_cast<std::uint64_t>(clock.slot));
        sinr_correction_db[user] =
            static_cast<float>(m_parameters.uplink.sd_db) * draws.Normal(2 * m_n_ue + ue);
    }
    ServeUsers(state, user, user + 1);
    const double most_s = change == Change::BACK ? 0.0 : m_parameters.control.kept_s;
    out_of_sync_s[user] = std::min(out_of_sync_s[user], static_cast<float>(most_s));
}

void LteRadio::CopyFrom(std::size_t rollout, const Radio& other, std::size_t row) {
    const auto& from = dynamic_cast<const LteRadio&>(other);
    const std::size_t n_bs = CellsInAll();
    for (std::size_t ue = 0; ue < m_n_ue; ++ue) {
        const std::size_t user = rollout * m_n_ue + ue, of = row * m_n_ue + ue;
        for (std::size_t bs = 0; bs < n_bs; ++bs) {
            residual_db[bs * m_users + user] = from.residual_db[bs * from.m_users + of];
        }
        for (auto member :
             {&LteRadio::sinr_correction_db, &LteRadio::rate_correction, &LteRadio::sinr_ul_db,
              &LteRadio::full_rate_bps, &LteRadio::control_db, &LteRadio::out_of_sync_s}) {
            (this->*member)[user] = (from.*member)[of];
        }
    }
    const auto copy = [=](std::vector<float>& to, const std::vector<float>& values, std::size_t n) {
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(row * n), n,
                    to.begin() + static_cast<std::ptrdiff_t>(rollout * n));
    };
    copy(m_heard_dbm, from.m_heard_dbm, n_bs * n_bs);
    copy(m_busy, from.m_busy, n_bs);
    copy(m_busy_down, from.m_busy_down, n_bs);
}

}  // namespace twin
