// SPDX-License-Identifier: GPL-2.0-only
#include "standard-rate-control.h"

#include "ns3/he-capabilities.h"
#include "ns3/ht-capabilities.h"
#include "ns3/object-factory.h"
#include "ns3/packet.h"
#include "ns3/vht-capabilities.h"
#include "ns3/wifi-mac-header.h"
#include "ns3/wifi-mpdu.h"
#include "ns3/wifi-tx-vector.h"

namespace physical {

namespace {

ns3::WifiTxVector Describe(ChannelWidth width, std::uint8_t streams) {
    ns3::WifiTxVector vector;
    vector.SetChannelWidth(width);
    vector.SetNss(streams);
    return vector;
}

}  // namespace

StandardRateControl::StandardRateControl(const std::string& type,
                                         const KnownPeer& peer,
                                         const ns3::Ptr<ns3::WifiPhy>& phy,
                                         const ns3::Ptr<ns3::WifiMac>& mac,
                                         std::int64_t stream)
    : m_peer(peer.address),
      m_manager(ns3::ObjectFactory(type).Create<ns3::WifiRemoteStationManager>()) {
    m_manager->SetLinkId(0);
    m_manager->SetupPhy(phy);
    m_manager->SetupMac(mac);
    m_manager->AssignStreams(stream);
    m_manager->Initialize();
    for (const ns3::WifiMode& mode : peer.modes) {
        m_manager->AddSupportedMode(m_peer, mode);
    }
    if (peer.ht) {
        m_manager->AddStationHtCapabilities(m_peer, *peer.ht);
    }
    if (peer.vht) {
        m_manager->AddStationVhtCapabilities(m_peer, *peer.vht);
    }
    if (peer.he) {
        m_manager->AddStationHeCapabilities(m_peer, *peer.he);
    }
    ns3::WifiMacHeader header(ns3::WIFI_MAC_QOSDATA);
    header.SetAddr1(m_peer);
    header.SetQosTid(0);
    m_frame = ns3::Create<ns3::WifiMpdu>(ns3::Create<ns3::Packet>(), header);
}

StandardRateControl::~StandardRateControl() {
    m_manager->Dispose();
}

ns3::WifiTxVector StandardRateControl::TxVector(ChannelWidth allowed) {
    return m_manager->GetDataTxVector(m_frame->GetHeader(), allowed);
}

void StandardRateControl::AssignStreams(std::int64_t stream) {
    m_manager->AssignStreams(stream);
}

void StandardRateControl::OnFrameAcknowledged(double answer_snr,
                                              ns3::WifiMode answer_mode,
                                              double data_snr,
                                              ChannelWidth width,
                                              std::uint8_t streams) {
    m_manager->ReportDataOk(m_frame, answer_snr, answer_mode, data_snr, Describe(width, streams));
}

void StandardRateControl::OnFrameLost() {
    m_manager->ReportDataFailed(m_frame);
}

void StandardRateControl::OnFrameGivenUp() {
    m_manager->ReportFinalDataFailed(m_frame);
}

void StandardRateControl::OnAmpdu(std::uint16_t acknowledged,
                                  std::uint16_t failed,
                                  double answer_snr,
                                  double data_snr,
                                  ChannelWidth width,
                                  std::uint8_t streams) {
    m_manager->ReportAmpduTxStatus(m_peer, acknowledged, failed, answer_snr, data_snr,
                                   Describe(width, streams));
}

}  // namespace physical
