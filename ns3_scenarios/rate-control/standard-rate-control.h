// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_STANDARD_RATE_CONTROL_H
#define PHYSICAL_STANDARD_RATE_CONTROL_H

#include "ns3/mac48-address.h"
#include "ns3/wifi-mac.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-remote-station-manager.h"

#include <cstdint>
#include <string>
#include <vector>

namespace physical {

/// Of a channel, as this ns-3 has it: an integer, or since 3.43 a real number.
template <class T>
T WidthOf(ns3::WifiTxVector (ns3::WifiRemoteStationManager::*)(const ns3::WifiMacHeader&, T));
using ChannelWidth = decltype(WidthOf(&ns3::WifiRemoteStationManager::GetDataTxVector));

/// What a device knows of a peer, for another manager that has not heard it.
struct KnownPeer {
    ns3::Mac48Address address;
    std::vector<ns3::WifiMode> modes = {};  ///< without HT, VHT and HE
    ns3::Ptr<const ns3::HtCapabilities> ht = {};
    ns3::Ptr<const ns3::VhtCapabilities> vht = {};
    ns3::Ptr<const ns3::HeCapabilities> he = {};
};

/**
 * One of ns-3's rate controls, in charge of one link of a device that has another manager.
 *
 * It is a manager of its own, which is told what it would have seen, and asked as a device would
 * ask it, all through ns-3's public interface.
 */
class StandardRateControl {
  public:
    /// @param type its TypeId's name
    StandardRateControl(const std::string& type,
                        const KnownPeer& peer,
                        const ns3::Ptr<ns3::WifiPhy>& phy,
                        const ns3::Ptr<ns3::WifiMac>& mac,
                        std::int64_t stream);
    ~StandardRateControl();
    StandardRateControl(const StandardRateControl&) = delete;
    StandardRateControl& operator=(const StandardRateControl&) = delete;

    ns3::WifiTxVector TxVector(ChannelWidth allowed);
    void AssignStreams(std::int64_t stream);

    void OnFrameAcknowledged(double answer_snr,
                             ns3::WifiMode answer_mode,
                             double data_snr,
                             ChannelWidth width,
                             std::uint8_t streams);
    void OnFrameLost();
    void OnFrameGivenUp();
    void OnAmpdu(std::uint16_t acknowledged,
                 std::uint16_t failed,
                 double answer_snr,
                 double data_snr,
                 ChannelWidth width,
                 std::uint8_t streams);

    static constexpr std::int64_t STREAMS = 2;

  private:
    ns3::Mac48Address m_peer;
    ns3::Ptr<ns3::WifiRemoteStationManager> m_manager;
    ns3::Ptr<ns3::WifiMpdu> m_frame;  ///< stands for those that it is told of
};

}  // namespace physical

#endif
