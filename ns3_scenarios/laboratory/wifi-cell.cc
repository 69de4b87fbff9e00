// SPDX-License-Identifier: GPL-2.0-only
// One channel of IEEE 802.11ax under a glass: stations that always have data for one receiver, no
// beacons, no association, no movement. What each of them hears is a setting; every PPDU is a
// record.
#include "message.h"
#include "ofdm-rate.h"
#include "scenario.h"

#include "ns3/boolean.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/multi-model-spectrum-channel.h"
#include "ns3/node-container.h"
#include "ns3/packet.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-wifi-helper.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-helper.h"
#include "ns3/wifi-mac-helper.h"
#include "ns3/wifi-mac.h"
#include "ns3/wifi-net-device.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-psdu.h"
#include "ns3/yans-wifi-channel.h"
#include "ns3/yans-wifi-helper.h"

#include <bit>
#include <memory>
#include <string>
#include <vector>

namespace physical {

namespace {

constexpr std::uint16_t DATA = 0x88B5;  // IEEE 802 local experimental EtherType
constexpr std::uint32_t WAITING = 130;  // MPDUs of a station: two windows of block acks
constexpr std::int64_t DEVICE_STREAMS = 1000;
constexpr std::uint32_t NEVER_BYTE = 4'692'480;  // longer than any frame
constexpr float NEAR_DB = 60;
constexpr double OUT_OF_REACH_DB = 300;
constexpr double MAX_COUNT = 1e15;

}  // namespace

class WifiCell : public Scenario {
  public:
    WifiCell() : Scenario("wifi-cell", "saturated IEEE 802.11ax stations and their receiver") {}

    void DeclareSettings(Settings& settings) override {
        settings.Integer("n_ue", m_n_ue, 1, 100, "users", "number of stations");
        settings.Choice("stations", m_stations, {"together", "hidden"},
                        "whether stations hear each other, or the receiver alone");
        settings.Choice("phy", m_phy, {"yans", "spectrum"}, "as of the scenario wifi");
        settings.Choice("band_ghz", m_band_ghz, {"2.4", "5", "6"}, "frequency band, in GHz");
        settings.Integer("width_mhz", m_width_mhz, 20, 160, "MHz", "20, 40, 80 or 160");
        settings.Integer("streams", m_streams, 1, 4, "1", "antennas, and spatial streams");
        settings.Integer("mcs", m_mcs, 0, 11, "1", "modulation and coding scheme of all data");
        settings.Integer("payload_byte", m_payload_byte, 1, 2304, "byte", "of a data frame");
        settings.Integer("ampdu_byte", m_ampdu_byte, 0, 6'500'631, "byte",
                         "largest A-MPDU; 0: none, each frame has its acknowledgement");
        settings.Flag("rts", m_rts, "RTS and CTS before all data");
    }

    void DeclareFields(Schema& schema) override {
        CheckWidth();
        schema.DescribeRadio("wifi");
        const std::size_t n = m_n_ue;
        m_received_bit = schema.Observation<std::int64_t>(
            {"received_bit", {Ue(n)}, "bit", 0, MAX_COUNT, "payload that has come, per station"});
        m_attempts = schema.Observation<std::int64_t>(
            {"attempts", {Ue(n)}, "1", 0, MAX_COUNT, "PPDUs with data that were sent"});
        m_unanswered = schema.Observation<std::int64_t>(
            {"unanswered", {Ue(n)}, "1", 0, MAX_COUNT, "frames to which no answer came"});
        m_path_loss_db = schema.Action<float>(
            {"path_loss_db", {Ue(n)}, "dB", 0, 300, "between each station and the receiver"});
        m_ppdus =
            &schema.AddTable("ppdu", "one row per PPDU that a station sends",
                             {{"ue", true, "1", "station"},
                              {"start_s", false, "s", "ns-3 time"},
                              {"duration_s", false, "s", "from preamble to end"},
                              {"mpdus", true, "1", "data frames in it; 0: RTS or something else"},
                              {"size_byte", true, "byte", "of the PSDU"}});
    }

    void Build() override {
        m_loss = ns3::CreateObject<ns3::MatrixPropagationLossModel>();
        m_loss->SetDefaultLoss(m_stations == "hidden" ? OUT_OF_REACH_DB : NEAR_DB);
        m_nodes.Create(m_n_ue + 1);  // the last one receives
        for (std::uint32_t i = 0; i <= m_n_ue; ++i) {
            const auto place = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
            place->SetPosition({i / 1000.0, 0, 0});  // ns-3 knows no loss at one spot
            m_nodes.Get(i)->AggregateObject(place);
        }
        InstallDevices();
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            SetPathLoss(ue, NEAR_DB);
            Watch(ue);
            for (std::uint32_t i = 0; i < WAITING; ++i) {
                Send(ue);
            }
        }
        m_devices.back()->SetReceiveCallback(
            ns3::Callback<bool, ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet>,
                          std::uint16_t, const ns3::Address&>(
                [this](ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet> packet, std::uint16_t,
                       const ns3::Address& from) {
                    for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
                        if (m_devices[ue]->GetAddress() == from) {
                            m_count[ue].received_bit += 8 * packet->GetSize();
                        }
                    }
                    return true;
                }));
    }

    void Observe() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            m_received_bit(ue) = m_count[ue].received_bit;
            m_attempts(ue) = m_count[ue].attempts;
            m_unanswered(ue) = m_count[ue].unanswered;
        }
    }

    void DefaultAction() override { std::fill_n(&m_path_loss_db(0), m_n_ue, NEAR_DB); }

    void Act() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            SetPathLoss(ue, m_path_loss_db(ue));
        }
    }

  private:
    struct Counters {
        std::int64_t received_bit = 0;
        std::int64_t attempts = 0;
        std::int64_t unanswered = 0;
    };

    void CheckWidth() const {
        const std::uint32_t most_mhz = m_band_ghz == "2.4" ? 40 : 160;
        if (m_width_mhz > most_mhz || m_width_mhz % 20 != 0 ||
            !std::has_single_bit(m_width_mhz / 20)) {
            throw SettingError("setting width_mhz = " + std::to_string(m_width_mhz) +
                               ": must be 20, 40, 80 or 160, at most " + std::to_string(most_mhz) +
                               " with band_ghz = " + message::Quote(m_band_ghz));
        }
    }

    void InstallDevices() {
        ns3::WifiHelper wifi;
        wifi.SetStandard(ns3::WIFI_STANDARD_80211ax);
        wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager", "DataMode",
                                     ns3::StringValue("HeMcs" + std::to_string(m_mcs)),
                                     "ControlMode", ns3::StringValue(OfdmRate(m_band_ghz, 24)),
                                     "RtsCtsThreshold", ns3::UintegerValue(m_rts ? 0 : NEVER_BYTE));
        ns3::WifiMacHelper mac;
        mac.SetType("ns3::AdhocWifiMac", "BE_MaxAmpduSize", ns3::UintegerValue(m_ampdu_byte));
        ns3::YansWifiPhyHelper yans;
        ns3::SpectrumWifiPhyHelper spectrum;
        const auto delay = ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>();
        if (m_phy == "yans") {
            const auto channel = ns3::CreateObject<ns3::YansWifiChannel>();
            channel->SetPropagationLossModel(m_loss);
            channel->SetPropagationDelayModel(delay);
            yans.SetChannel(channel);
        } else {
            const auto channel = ns3::CreateObject<ns3::MultiModelSpectrumChannel>();
            channel->AddPropagationLossModel(m_loss);
            channel->SetPropagationDelayModel(delay);
            spectrum.SetChannel(channel);
        }
        ns3::WifiPhyHelper& phy =
            m_phy == "yans" ? static_cast<ns3::WifiPhyHelper&>(yans) : spectrum;
        phy.Set("Antennas", ns3::UintegerValue(m_streams));
        phy.Set("MaxSupportedTxSpatialStreams", ns3::UintegerValue(m_streams));
        phy.Set("MaxSupportedRxSpatialStreams", ns3::UintegerValue(m_streams));
        const std::string band = m_band_ghz == "2.4" ? "BAND_2_4GHZ"
                                 : m_band_ghz == "5" ? "BAND_5GHZ"
                                                     : "BAND_6GHZ";
        phy.Set("ChannelSettings",
                ns3::StringValue("{0, " + std::to_string(m_width_mhz) + ", " + band + ", 0}"));
        const auto devices = wifi.Install(phy, mac, m_nodes);
        ns3::WifiHelper::AssignStreams(devices, DEVICE_STREAMS);
        for (std::uint32_t i = 0; i <= m_n_ue; ++i) {
            m_devices.push_back(ns3::DynamicCast<ns3::WifiNetDevice>(devices.Get(i)));
        }
        m_count.resize(m_n_ue);
    }

    /// Count what the station sends, and give it another frame for each that has left its queue.
    void Watch(std::uint32_t ue) {
        using Mpdu = ns3::Ptr<const ns3::WifiMpdu>;
        const auto mac = m_devices[ue]->GetMac();
        const auto next = [this, ue] { ns3::Simulator::ScheduleNow([this, ue] { Send(ue); }); };
        mac->TraceConnectWithoutContext("AckedMpdu",
                                        ns3::Callback<void, Mpdu>([next](Mpdu) { next(); }));
        mac->TraceConnectWithoutContext("DroppedMpdu",
                                        ns3::Callback<void, ns3::WifiMacDropReason, Mpdu>(
                                            [next](ns3::WifiMacDropReason, Mpdu) { next(); }));
        const auto unanswered = [this, ue] { ++m_count[ue].unanswered; };
        mac->TraceConnectWithoutContext(
            "MpduResponseTimeout",
            ns3::Callback<void, std::uint8_t, Mpdu, const ns3::WifiTxVector&>(
                [unanswered](std::uint8_t, Mpdu, const ns3::WifiTxVector&) { unanswered(); }));
        mac->TraceConnectWithoutContext(
            "PsduResponseTimeout", ns3::Callback<void, std::uint8_t, ns3::Ptr<const ns3::WifiPsdu>,
                                                 const ns3::WifiTxVector&>(
                                       [unanswered](std::uint8_t, ns3::Ptr<const ns3::WifiPsdu>,
                                                    const ns3::WifiTxVector&) { unanswered(); }));
        const auto phy = m_devices[ue]->GetPhy();
        phy->TraceConnectWithoutContext(
            "PhyTxPsduBegin",
            ns3::Callback<void, ns3::WifiConstPsduMap, ns3::WifiTxVector, double>(
                [this, ue, phy = ns3::PeekPointer(phy)](ns3::WifiConstPsduMap psdus,
                                                        ns3::WifiTxVector vector, double) {
                    const ns3::WifiPsdu& psdu = *psdus.begin()->second;
                    const bool is_data = psdu.GetHeader(0).IsQosData();
                    m_count[ue].attempts += is_data ? 1 : 0;
                    const ns3::Time duration =
                        ns3::WifiPhy::CalculateTxDuration(psdus, vector, phy->GetPhyBand());
                    m_ppdus->Append(static_cast<int>(ue), ns3::Simulator::Now().GetSeconds(),
                                    duration.GetSeconds(),
                                    static_cast<int>(is_data ? psdu.GetNMpdus() : 0),
                                    static_cast<int>(psdu.GetSize()));
                }));
    }

    void Send(std::uint32_t ue) {
        m_devices[ue]->Send(ns3::Create<ns3::Packet>(m_payload_byte),
                            m_devices.back()->GetAddress(), DATA);
    }

    void SetPathLoss(std::uint32_t ue, double loss_db) {
        m_loss->SetLoss(m_nodes.Get(ue)->GetObject<ns3::MobilityModel>(),
                        m_nodes.Get(m_n_ue)->GetObject<ns3::MobilityModel>(), loss_db);
    }

    std::uint32_t m_n_ue = 2;
    std::string m_stations = "together";
    std::string m_phy = "yans";
    std::string m_band_ghz = "5";
    std::uint32_t m_width_mhz = 20;
    std::uint32_t m_streams = 1;
    std::uint32_t m_mcs = 4;
    std::uint32_t m_payload_byte = 1500;
    std::uint32_t m_ampdu_byte = 0;
    bool m_rts = false;

    Field<std::int64_t> m_received_bit;
    Field<std::int64_t> m_attempts;
    Field<std::int64_t> m_unanswered;
    Field<float> m_path_loss_db;
    Table* m_ppdus = nullptr;

    ns3::Ptr<ns3::MatrixPropagationLossModel> m_loss;
    ns3::NodeContainer m_nodes;
    std::vector<ns3::Ptr<ns3::WifiNetDevice>> m_devices;  ///< [n_ue + 1], the receiver last
    std::vector<Counters> m_count;                        ///< [n_ue]
};

}  // namespace physical

int main(int argc, char** argv) {
    physical::WifiCell scenario;
    return physical::RunScenario(scenario, argc, argv);
}
