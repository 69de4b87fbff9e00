// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_TCP_SETTINGS_H
#define PHYSICAL_TCP_SETTINGS_H

#include "flow-utility.h"
#include "settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace physical {

constexpr std::uint32_t SEGMENT_BYTES = 1448;  ///< payload of a packet on Ethernet
/// Payload, headers of TCP with timestamps and of IP (20 + 12 + 20 bytes), and of PPP (2 bytes).
constexpr std::uint32_t PACKET_BYTES = SEGMENT_BYTES + 54;

/// What one flow has for itself.
struct FlowSettings {
    double rtt_s;                   ///< there and back without a queue
    std::optional<double> start_s;  ///< none: drawn
};

/// The settings of the scenario; the initial values are the defaults.
struct TcpSettings {
    std::uint32_t n_flows = 2;
    double duration_s = 20;

    double rate_mbps = 20;
    double buffer_bdp = 1;
    std::uint32_t buffer_packets = 0;
    std::string queue = "drop-tail";
    double loss_rate = 0;

    double rtt_s = 0.04;
    double start_spread_s = 1;
    std::vector<Settings::Item> each;

    double cross_rate_share = 0;
    double cross_on_s = 1;
    double cross_off_s = 1;

    std::string ask_every = "round-trip";
    double ask_interval_s = 0.05;

    FlowUtility utility;
    double reward_interval_s = 0.2;

    void Declare(Settings& settings);

    /// What each flow has, in their order: as it is for all, or its own.
    /// @throws SettingError if `flows.each` is wrong, or no flow surely begins before the end
    std::vector<FlowSettings> Flows() const;

    /// Longest queue of the bottleneck.
    std::uint32_t BufferPackets() const;

    /// Buffer of a socket: twice what can be on the way and wait, so that the window alone limits a
    /// flow.
    std::uint32_t SocketBytes() const;

  private:
    std::vector<FlowSettings> FlowsOfItems() const;
};

}  // namespace physical

#endif
