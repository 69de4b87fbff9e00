// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_SHARED_BAND_H
#define PHYSICAL_SHARED_BAND_H

#include "edge-server.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace physical {

/// One direction of the band of every base station: packets wait for their user's share of it.
class SharedBand {
  public:
    using RateBps = std::function<double(std::uint32_t ue, int bs)>;
    using Send = std::function<void()>;

    /// @param rate_bps of a user that has the whole band of a base station
    SharedBand(std::uint32_t n_ue, std::size_t n_bs, RateBps rate_bps);

    /// Send a packet of the user when those before it have been sent.
    void Submit(std::uint32_t ue, std::uint32_t bytes, Send send);
    /// The user's packets go to this base station from now on, from the start; -1: they wait.
    void Move(std::uint32_t ue, int bs);
    /// @param weight at the user's base station
    void SetWeight(std::uint32_t ue, double weight);

  private:
    struct Packet {
        std::uint32_t bytes;
        Send send;
    };

    void Serve(std::uint32_t ue, std::int64_t packet);

    RateBps m_rate_bps;
    /// Per base station: users are its flows, and cycles are seconds of its whole band.
    std::vector<std::unique_ptr<EdgeServer>> m_stations;
    std::vector<std::vector<float>> m_weights;  ///< [n_bs][n_ue]
    std::vector<int> m_bs;                      ///< [n_ue], -1: none
    std::vector<std::deque<std::int64_t>> m_waiting;
    std::map<std::int64_t, Packet> m_packets;
    std::int64_t m_next = 0;
};

}  // namespace physical

#endif
