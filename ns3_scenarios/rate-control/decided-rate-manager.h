// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DECIDED_RATE_MANAGER_H
#define PHYSICAL_DECIDED_RATE_MANAGER_H

#include "standard-rate-control.h"

#include "ns3/wifi-remote-station-manager.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace physical {

/// Who chooses the rate of a link: the agent, or a rate control of ns-3 in its place.
enum class Controller : std::int32_t { AGENT, MINSTREL_HT, IDEAL, THOMPSON };

/// In the order of Controller.
std::vector<std::string> ControllerLabels();

struct RateDecision {
    Controller controller = Controller::MINSTREL_HT;
    std::uint8_t mcs = 0;  ///< if the agent decides
};

/// The rate control of a device that asks somebody else about each frame, peer by peer.
class DecidedRateManager : public ns3::WifiRemoteStationManager {
  public:
    using Decide = std::function<RateDecision(const ns3::Mac48Address& peer)>;
    /// @param snr of the answer to a frame, a ratio
    using Answered = std::function<void(const ns3::Mac48Address& peer, double snr)>;

    static ns3::TypeId GetTypeId();

    /// @param decide called for every frame with data, and for every request of a block
    /// acknowledgement, which goes at the rate of data
    void Connect(Decide decide, Answered answered);

    std::int64_t AssignStreams(std::int64_t stream) override;

  private:
    struct Peer;

    ns3::WifiRemoteStation* DoCreateStation() const override;
    ns3::WifiTxVector DoGetDataTxVector(ns3::WifiRemoteStation* station,
                                        ChannelWidth allowed) override;
    ns3::WifiTxVector DoGetRtsTxVector(ns3::WifiRemoteStation* station) override;
    void DoReportDataOk(ns3::WifiRemoteStation* station,
                        double answer_snr,
                        ns3::WifiMode answer_mode,
                        double data_snr,
                        ChannelWidth width,
                        std::uint8_t streams) override;
    void DoReportAmpduTxStatus(ns3::WifiRemoteStation* station,
                               std::uint16_t acknowledged,
                               std::uint16_t failed,
                               double answer_snr,
                               double data_snr,
                               ChannelWidth width,
                               std::uint8_t streams) override;
    void DoReportDataFailed(ns3::WifiRemoteStation* station) override;
    void DoReportFinalDataFailed(ns3::WifiRemoteStation* station) override;
    void DoReportRtsOk(ns3::WifiRemoteStation*, double, ns3::WifiMode, double) override {}
    void DoReportRtsFailed(ns3::WifiRemoteStation*) override {}
    void DoReportFinalRtsFailed(ns3::WifiRemoteStation*) override {}
    void DoReportRxOk(ns3::WifiRemoteStation*, double, ns3::WifiMode) override {}

    std::int64_t StreamOf(const Peer& peer, std::size_t controller) const;
    StandardRateControl& ControlOf(Peer& peer, Controller controller);
    ns3::WifiTxVector VectorOf(ns3::WifiRemoteStation* station,
                               ns3::WifiMode mode,
                               std::uint8_t streams,
                               ChannelWidth allowed) const;

    Decide m_decide;
    Answered m_answered;
    std::int64_t m_stream = 0;
    std::vector<Peer*> m_controlled;  ///< peers whom ns-3's rate controls serve
};

}  // namespace physical

#endif
