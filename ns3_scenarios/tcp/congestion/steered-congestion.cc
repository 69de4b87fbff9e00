// SPDX-License-Identifier: GPL-2.0-only
#include "steered-congestion.h"

#include "ns3/tcp-bbr.h"
#include "ns3/tcp-cubic.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace physical {

namespace {

constexpr double PACING_GAIN = 1.25;

ns3::Ptr<ns3::TcpCongestionOps> MakeOwn(Controller controller, std::int64_t stream) {
    switch (controller) {
        case Controller::NEWRENO:
            return ns3::CreateObject<ns3::TcpNewReno>();
        case Controller::CUBIC:
            return ns3::CreateObject<ns3::TcpCubic>();
        case Controller::BBR: {
            auto bbr = ns3::CreateObject<ns3::TcpBbr>();
            bbr->SetStream(static_cast<std::uint32_t>(stream));
            return bbr;
        }
        case Controller::AGENT:
            break;
    }
    return nullptr;
}

}  // namespace

const std::vector<std::string>& ControllerNames() {
    static const std::vector<std::string> names{"agent", "newreno", "cubic", "bbr"};
    return names;
}

ns3::TypeId SteeredCongestion::GetTypeId() {
    static ns3::TypeId tid = ns3::TypeId("physical::SteeredCongestion")
                                 .SetParent<ns3::TcpCongestionOps>()
                                 .AddConstructor<SteeredCongestion>();
    return tid;
}

void SteeredCongestion::SetStream(std::int64_t stream) {
    m_stream = stream;
    if (const auto bbr = ns3::DynamicCast<ns3::TcpBbr>(m_own)) {
        bbr->SetStream(static_cast<std::uint32_t>(stream));
    }
}

void SteeredCongestion::Decide(Controller controller, double window_packets) {
    m_decided = controller;
    m_window_packets = window_packets;
    if (controller != m_in_force && !IsRepairing()) {
        Take(controller);
    }
    if (m_in_force == Controller::AGENT) {
        SetWindow();
    }
}

void SteeredCongestion::Init(ns3::Ptr<ns3::TcpSocketState> tcb) {
    m_tcb = tcb;
    m_paces_itself = tcb->m_pacing;
    Take(m_decided);
}

std::uint32_t SteeredCongestion::GetSsThresh(ns3::Ptr<const ns3::TcpSocketState> tcb,
                                             std::uint32_t in_flight) {
    return m_own ? m_own->GetSsThresh(tcb, in_flight) : tcb->m_cWnd.Get();
}

void SteeredCongestion::IncreaseWindow(ns3::Ptr<ns3::TcpSocketState> tcb, std::uint32_t segments) {
    if (m_own) {
        m_own->IncreaseWindow(tcb, segments);
    }
}

void SteeredCongestion::PktsAcked(ns3::Ptr<ns3::TcpSocketState> tcb,
                                  std::uint32_t segments,
                                  const ns3::Time& rtt) {
    if (m_own) {
        m_own->PktsAcked(tcb, segments, rtt);
    }
    if (!HasCongControl()) {
        CountAcknowledged();
    }
}

void SteeredCongestion::CongestionStateSet(ns3::Ptr<ns3::TcpSocketState> tcb,
                                           const ns3::TcpSocketState::TcpCongState_t state) {
    if (m_own) {
        m_own->CongestionStateSet(tcb, state);
    }
    if (state != ns3::TcpSocketState::CA_OPEN) {
        return;
    }
    const bool is_handshake = !m_is_established;
    m_is_established = true;
    if (m_decided != m_in_force) {
        Take(m_decided);
    }
    if (is_handshake && m_in_force == Controller::AGENT) {
        SetWindow();  // the socket has just begun with its initial one
    }
}

void SteeredCongestion::CwndEvent(ns3::Ptr<ns3::TcpSocketState> tcb,
                                  const ns3::TcpSocketState::TcpCAEvent_t event) {
    if (m_own) {
        m_own->CwndEvent(tcb, event);
    }
}

bool SteeredCongestion::HasCongControl() const {
    return !m_own || m_own->HasCongControl();  // else ns-3 reduces the window while it repairs
}

void SteeredCongestion::CongControl(ns3::Ptr<ns3::TcpSocketState> tcb,
                                    const ns3::TcpRateOps::TcpRateConnection& connection,
                                    const ns3::TcpRateOps::TcpRateSample& sample) {
    if (m_own) {
        m_own->CongControl(tcb, connection, sample);
    }
    CountAcknowledged();
}

ns3::Ptr<ns3::TcpCongestionOps> SteeredCongestion::Fork() {
    auto copy = ns3::CopyObject<SteeredCongestion>(this);
    copy->m_own = MakeOwn(m_in_force, m_stream);
    return copy;
}

bool SteeredCongestion::IsRepairing() const {
    return m_tcb->m_congState == ns3::TcpSocketState::CA_RECOVERY ||
           m_tcb->m_congState == ns3::TcpSocketState::CA_CWR;
}

void SteeredCongestion::Take(Controller controller) {
    m_in_force = controller;
    m_own = MakeOwn(controller, m_stream);
    m_tcb->m_pacing = !m_own || controller == Controller::BBR || m_paces_itself;
    m_tcb->m_pacingRate = m_tcb->m_maxPacingRate;
    if (m_own) {
        m_own->Init(m_tcb);
        if (m_is_established) {
            m_own->CongestionStateSet(m_tcb, ns3::TcpSocketState::CA_OPEN);  // where BBR begins
        }
    }
}

void SteeredCongestion::SetWindow() {
    const double bytes = std::max(1.0, m_window_packets) * m_tcb->m_segmentSize;
    m_tcb->m_cWnd = static_cast<std::uint32_t>(bytes);
    m_tcb->m_cWndInfl = m_tcb->m_cWnd.Get();
    m_tcb->m_ssThresh = m_tcb->m_cWnd.Get();  // the socket takes it when losses are repaired
    const double rtt_s = m_tcb->m_srtt.Get().GetSeconds();
    if (m_is_established && rtt_s > 0) {
        const double rate_bps = PACING_GAIN * 8 * bytes / rtt_s;
        m_tcb->m_pacingRate =
            std::min(ns3::DataRate(static_cast<std::uint64_t>(rate_bps)), m_tcb->m_maxPacingRate);
    }
}

void SteeredCongestion::CountAcknowledged() const {
    if (m_acknowledged) {
        m_acknowledged(m_tcb->m_lastAckedSackedBytes);
    }
}

}  // namespace physical
