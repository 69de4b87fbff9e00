// SPDX-License-Identifier: GPL-2.0-only
#include "shared-band.h"

#include <utility>

namespace physical {

SharedBand::SharedBand(std::uint32_t n_ue, std::size_t n_bs, RateBps rate_bps)
    : m_rate_bps(std::move(rate_bps)),
      m_weights(n_bs, std::vector<float>(n_ue)),
      m_bs(n_ue, -1),
      m_waiting(n_ue) {
    for (std::size_t bs = 0; bs < n_bs; ++bs) {
        m_stations.push_back(std::make_unique<EdgeServer>(
            1.0, EdgeServer::Mode::WORK_CONSERVING, n_ue, [this](std::size_t, std::int64_t packet) {
                m_packets.extract(packet).mapped().send();
            }));
    }
}

void SharedBand::Submit(std::uint32_t ue, std::uint32_t bytes, Send send) {
    m_packets[m_next] = {bytes, std::move(send)};
    Serve(ue, m_next++);
}

void SharedBand::Serve(std::uint32_t ue, std::int64_t packet) {
    if (m_bs[ue] < 0) {
        m_waiting[ue].push_back(packet);
        return;
    }
    const double band_s = 8.0 * m_packets[packet].bytes / m_rate_bps(ue, m_bs[ue]);
    m_stations[static_cast<std::size_t>(m_bs[ue])]->Submit(ue, packet, band_s);
}

void SharedBand::Move(std::uint32_t ue, int bs) {
    if (m_bs[ue] >= 0) {
        SetWeight(ue, 0);
        for (const auto& job : m_stations[static_cast<std::size_t>(m_bs[ue])]->Withdraw(ue)) {
            m_waiting[ue].push_back(job.id);
        }
    }
    m_bs[ue] = bs;
    for (const std::int64_t packet : std::exchange(m_waiting[ue], {})) {
        Serve(ue, packet);
    }
}

void SharedBand::SetWeight(std::uint32_t ue, double weight) {
    if (m_bs[ue] >= 0) {
        const auto bs = static_cast<std::size_t>(m_bs[ue]);
        m_weights[bs][ue] = static_cast<float>(weight);
        m_stations[bs]->SetWeights(m_weights[bs]);
    }
}

}  // namespace physical
