// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_STEERED_CONGESTION_H
#define PHYSICAL_STEERED_CONGESTION_H

#include "ns3/tcp-congestion-ops.h"
#include "ns3/tcp-socket-state.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace physical {

/// Who sets the window of a flow.
enum class Controller { AGENT, NEWRENO, CUBIC, BBR };

/// Names of the controllers, in their order.
const std::vector<std::string>& ControllerNames();

/**
 * Congestion control of one flow by whoever is decided: an agent that sets the window, or one of
 * ns-3's own, which is made when it is decided and does what it would do alone.
 *
 * The agent's window stays as it is until the next one, also while losses are repaired; only a
 * retransmission timeout sets it to one packet (RFC 5681, 3.1). It is sent at 1.25 times the rate
 * of one window per round trip, so that it does not leave as a burst (Linux's pacing has 1.2).
 */
class SteeredCongestion : public ns3::TcpCongestionOps {
  public:
    static ns3::TypeId GetTypeId();

    /// Call @p acknowledged with the bytes of every acknowledgement, also selective ones.
    void OnAcknowledged(std::function<void(std::uint32_t bytes)> acknowledged) {
        m_acknowledged = std::move(acknowledged);
    }

    /// The random stream of BBR, which draws the phase in which it probes.
    void SetStream(std::int64_t stream);

    /// From now on. While losses are repaired the one in force goes on; the next begins after it.
    /// @param window_packets of the agent
    void Decide(Controller controller, double window_packets);

    Controller Current() const { return m_in_force; }

    /// Of the socket that it controls.
    const ns3::TcpSocketState& State() const { return *m_tcb; }

    std::string GetName() const override { return "SteeredCongestion"; }
    void Init(ns3::Ptr<ns3::TcpSocketState> tcb) override;
    std::uint32_t GetSsThresh(ns3::Ptr<const ns3::TcpSocketState> tcb,
                              std::uint32_t in_flight) override;
    void IncreaseWindow(ns3::Ptr<ns3::TcpSocketState> tcb, std::uint32_t segments) override;
    void PktsAcked(ns3::Ptr<ns3::TcpSocketState> tcb,
                   std::uint32_t segments,
                   const ns3::Time& rtt) override;
    void CongestionStateSet(ns3::Ptr<ns3::TcpSocketState> tcb,
                            const ns3::TcpSocketState::TcpCongState_t state) override;
    void CwndEvent(ns3::Ptr<ns3::TcpSocketState> tcb,
                   const ns3::TcpSocketState::TcpCAEvent_t event) override;
    bool HasCongControl() const override;
    void CongControl(ns3::Ptr<ns3::TcpSocketState> tcb,
                     const ns3::TcpRateOps::TcpRateConnection& connection,
                     const ns3::TcpRateOps::TcpRateSample& sample) override;
    ns3::Ptr<ns3::TcpCongestionOps> Fork() override;

  private:
    bool IsRepairing() const;
    void Take(Controller controller);
    void SetWindow();
    void CountAcknowledged() const;

    std::function<void(std::uint32_t)> m_acknowledged;
    std::int64_t m_stream = 0;
    Controller m_in_force = Controller::AGENT;
    Controller m_decided = Controller::AGENT;
    double m_window_packets = 10;  // RFC 6928
    bool m_is_established = false;
    bool m_paces_itself = false;  ///< ns-3's own setting, of flows that no one else paces
    ns3::Ptr<ns3::TcpSocketState> m_tcb;
    ns3::Ptr<ns3::TcpCongestionOps> m_own;  ///< ns-3's; null: the agent
};

}  // namespace physical

#endif
