// SPDX-License-Identifier: GPL-2.0-only
// One LTE cell under a glass: no mobility, no other cell, no fading. Path loss, offered load and
// weights of every user are actions; every grant and every transport block is a record.
#include "constant-rate-source.h"
#include "scenario.h"
#include "scheduler-types.h"
#include "share-ff-mac-scheduler.h"

#include "ns3/boolean.h"
#include "ns3/component-carrier-enb.h"
#include "ns3/config.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/lte-enb-net-device.h"
#include "ns3/lte-enb-phy.h"
#include "ns3/lte-helper.h"
#include "ns3/lte-ue-net-device.h"
#include "ns3/lte-ue-phy.h"
#include "ns3/lte-ue-rrc.h"
#include "ns3/node-container.h"
#include "ns3/point-to-point-epc-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-channel.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <array>
#include <memory>
#include <vector>

namespace physical {

namespace {

constexpr std::uint16_t UPLINK_PORT = 5000;
constexpr std::uint16_t DOWNLINK_PORT = 5001;
constexpr std::int64_t DEVICE_STREAMS = 1000;
constexpr double MAX_COUNT = 1e15;
constexpr float DEFAULT_PATH_LOSS_DB = 90;

}  // namespace

class LteCell : public Scenario {
  public:
    LteCell() : Scenario("lte-cell", "one LTE cell whose links, loads and weights are actions") {}

    void DeclareSettings(Settings& settings) override {
        settings.Integer("n_ue", m_n_ue, 1, 300, "users", "number of users");
        settings.Choice("bandwidth_rb", m_bandwidth_rb, {"6", "15", "25", "50", "75", "100"},
                        "resource blocks of each direction");
        settings.Choice("scheduler", m_scheduler, SchedulerNames(), "MAC scheduler");
        settings.Choice("bandwidth_mode", m_mode, {"work-conserving", "quota"},
                        "with shares: whether the share of an idle user is given to the others");
    }

    void SetNs3Defaults() override {
        using ns3::Config::SetDefault;
        SetDefault("ns3::LteEnbRrc::EpsBearerToRlcMapping", ns3::StringValue("RlcUmAlways"));
        // No queue ever drops: what was sent and has not arrived is waiting or was lost on the air.
        SetDefault("ns3::LteRlcUm::MaxTxBufferSize", ns3::UintegerValue(1'000'000'000));
        SetDefault("ns3::LteEnbRrc::SrsPeriodicity", ns3::UintegerValue(m_n_ue < 80 ? 80 : 320));
    }

    void DeclareFields(Schema& schema) override {
        const std::size_t n = m_n_ue;
        schema.DescribeRadio("lte");
        m_connected =
            schema.Observation<std::int32_t>({"connected", {Ue(n)}, "1", 0, 1, "RRC state"});
        m_rb = {
            schema.Observation<std::int64_t>(
                {"uplink_rb", {Ue(n)}, "RB", 0, MAX_COUNT, "granted since the start (shares)"}),
            schema.Observation<std::int64_t>(
                {"downlink_rb", {Ue(n)}, "RB", 0, MAX_COUNT, "granted since the start (shares)"})};
        m_sent = {schema.Observation<std::int64_t>(
                      {"uplink_sent_bit", {Ue(n)}, "bit", 0, MAX_COUNT, "given to UDP"}),
                  schema.Observation<std::int64_t>(
                      {"downlink_sent_bit", {Ue(n)}, "bit", 0, MAX_COUNT, "given to UDP"})};
        m_received = {
            schema.Observation<std::int64_t>(
                {"uplink_received_bit", {Ue(n)}, "bit", 0, MAX_COUNT, "come from UDP"}),
            schema.Observation<std::int64_t>(
                {"downlink_received_bit", {Ue(n)}, "bit", 0, MAX_COUNT, "come from UDP"})};
        m_weight = {schema.Action<float>({"uplink_weight", {Ue(n)}, "1", 0, 1e6, "with shares"}),
                    schema.Action<float>({"downlink_weight", {Ue(n)}, "1", 0, 1e6, "with shares"})};
        m_load = {
            schema.Action<float>({"uplink_load_bps", {Ue(n)}, "bit/s", 0, 1e9, "UDP payload"}),
            schema.Action<float>({"downlink_load_bps", {Ue(n)}, "bit/s", 0, 1e9, "UDP payload"})};
        m_path_loss_db =
            schema.Action<float>({"path_loss_db", {Ue(n)}, "dB", 0, 300, "of both directions"});
        m_grants = &schema.AddTable(
            "grant", "one row per user and TTI in which the share scheduler gave it something",
            {{"time_ms", true, "ms", "ns-3 time of the decision"},
             {"ue", true, "1", "user"},
             {"uplink", true, "1", "direction"},
             {"n_rb", true, "RB", "how many"}});
        m_blocks = &schema.AddTable("block", "one row per transport block received, well or not",
                                    {{"time_ms", true, "ms", "ns-3 time of the reception"},
                                     {"ue", true, "1", "user"},
                                     {"uplink", true, "1", "direction"},
                                     {"mcs", true, "1", "modulation and coding scheme"},
                                     {"size_byte", true, "byte", "transport block size"},
                                     {"repetition", true, "1", "whether HARQ sent it again"},
                                     {"correct", true, "1", "whether it was decoded"}});
    }

    void Build() override {
        m_lte = ns3::CreateObject<ns3::LteHelper>();
        m_epc = ns3::CreateObject<ns3::PointToPointEpcHelper>();
        m_lte->SetEpcHelper(m_epc);
        m_lte->SetPathlossModelType(ns3::MatrixPropagationLossModel::GetTypeId());
        m_lte->SetEnbDeviceAttribute("DlBandwidth", ns3::StringValue(m_bandwidth_rb));
        m_lte->SetEnbDeviceAttribute("UlBandwidth", ns3::StringValue(m_bandwidth_rb));
        ChooseScheduler();

        ns3::NodeContainer bs_node(1);
        ns3::NodeContainer ue_nodes(m_n_ue);
        for (const auto& nodes : {bs_node, ue_nodes}) {
            for (std::uint32_t i = 0; i < nodes.GetN(); ++i) {
                nodes.Get(i)->AggregateObject(
                    ns3::CreateObject<ns3::ConstantPositionMobilityModel>());
            }
        }
        // ns-3 ignores the path loss between two that stand on the same spot.
        bs_node.Get(0)->GetObject<ns3::MobilityModel>()->SetPosition({1, 0, 0});
        const auto bs_devices = m_lte->InstallEnbDevice(bs_node);
        const auto ue_devices = m_lte->InstallUeDevice(ue_nodes);
        m_lte->AssignStreams(bs_devices, DEVICE_STREAMS);
        m_lte->AssignStreams(ue_devices, 2 * DEVICE_STREAMS);
        m_bs = ns3::DynamicCast<ns3::LteEnbNetDevice>(bs_devices.Get(0));
        for (const auto& channel :
             {m_lte->GetDownlinkSpectrumChannel(), m_lte->GetUplinkSpectrumChannel()}) {
            m_path_losses.push_back(ns3::DynamicCast<ns3::MatrixPropagationLossModel>(
                channel->GetPropagationLossModel()));
        }
        ConnectHost(ue_nodes, ue_devices);
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            SetPathLoss(ue, DEFAULT_PATH_LOSS_DB);
            // One after another, so that their random access does not collide.
            ns3::Simulator::Schedule(ns3::Seconds(m_clock.warmup_s / 2 * ue / m_n_ue),
                                     [this, ue] { m_lte->Attach(m_ue[ue], m_bs); });
        }
        ConnectTraces();
    }

    void Observe() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            m_connected(ue) =
                m_ue[ue]->GetRrc()->GetState() == ns3::LteUeRrc::CONNECTED_NORMALLY ? 1 : 0;
            for (const bool uplink : {false, true}) {
                Of(m_rb, uplink)(ue) = m_granted_rb[ue][uplink];
                Of(m_sent, uplink)(ue) = m_sources[ue][uplink]->SentBytes() * 8;
                Of(m_received, uplink)(ue) = m_sinks[ue][uplink]->ReceivedBytes() * 8;
            }
        }
    }

    void DefaultAction() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            for (const bool uplink : {false, true}) {
                Of(m_weight, uplink)(ue) = 1;
                Of(m_load, uplink)(ue) = 1e5;
            }
            m_path_loss_db(ue) = DEFAULT_PATH_LOSS_DB;
        }
    }

    void Act() override {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            SetPathLoss(ue, m_path_loss_db(ue));
            for (const bool uplink : {false, true}) {
                m_sources[ue][uplink]->SetRateBps(Of(m_load, uplink)(ue));
            }
            if (m_shares) {
                m_shares->SetWeight(m_ue[ue]->GetRrc()->GetRnti(), m_weight[0](ue),
                                    m_weight[1](ue));
            }
        }
    }

  private:
    /// Fields come in pairs: uplink, downlink.
    template <class T>
    static T& Of(std::array<T, 2>& pair, bool uplink) {
        return pair[uplink ? 0 : 1];
    }

    void ChooseScheduler() {
        m_lte->SetSchedulerType(SchedulerTypeOf(m_scheduler));
        if (m_scheduler == "shares") {
            m_lte->SetSchedulerAttribute(
                "Mode", ns3::StringValue(m_mode == "quota" ? "Quota" : "WorkConserving"));
        }
    }

    /// One host behind the packet gateway talks with every user, in both directions.
    void ConnectHost(const ns3::NodeContainer& ue_nodes,
                     const ns3::NetDeviceContainer& ue_devices) {
        auto host = ns3::CreateObject<ns3::Node>();
        ns3::InternetStackHelper stack;
        stack.Install(host);
        stack.Install(ue_nodes);
        ns3::PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", ns3::StringValue("100Gb/s"));
        link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("1000000p"));
        const auto devices = link.Install(m_epc->GetPgwNode(), host);
        const auto host_address =
            ns3::Ipv4AddressHelper("1.0.0.0", "255.0.0.0").Assign(devices).GetAddress(1);
        ns3::Ipv4StaticRoutingHelper routing;
        routing.GetStaticRouting(host->GetObject<ns3::Ipv4>())
            ->AddNetworkRouteTo("7.0.0.0", "255.0.0.0", 1);
        const auto ue_addresses = m_epc->AssignUeIpv4Address(ue_devices);
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            const auto node = ue_nodes.Get(ue);
            routing.GetStaticRouting(node->GetObject<ns3::Ipv4>())
                ->SetDefaultRoute(m_epc->GetUeDefaultGatewayAddress(), 1);
            m_ue.push_back(ns3::DynamicCast<ns3::LteUeNetDevice>(ue_devices.Get(ue)));
            const auto port = static_cast<std::uint16_t>(UPLINK_PORT + 2 * ue);
            const ns3::InetSocketAddress to_user(ue_addresses.GetAddress(ue), DOWNLINK_PORT);
            const ns3::InetSocketAddress to_host(host_address, port);
            // [false] is the downlink, [true] the uplink.
            m_sources.push_back({std::make_unique<ConstantRateSource>(host, to_user),
                                 std::make_unique<ConstantRateSource>(node, to_host)});
            m_sinks.push_back({std::make_unique<ByteSink>(node, DOWNLINK_PORT),
                               std::make_unique<ByteSink>(host, port)});
        }
        m_granted_rb.resize(m_n_ue);
    }

    void ConnectTraces() {
        const auto carrier = ns3::DynamicCast<ns3::ComponentCarrierEnb>(m_bs->GetCcMap().at(0));
        m_shares = ns3::DynamicCast<ShareFfMacScheduler>(carrier->GetFfMacScheduler());
        if (m_shares) {
            m_shares->TraceConnectWithoutContext("Allocation",
                                                 ns3::MakeCallback(&LteCell::OnGrant, this));
        }
        m_bs->GetPhy()->GetUplinkSpectrumPhy()->TraceConnectWithoutContext(
            "UlPhyReception", ns3::MakeCallback(&LteCell::OnBlock<true>, this));
        for (const auto& device : m_ue) {
            device->GetPhy()->GetDownlinkSpectrumPhy()->TraceConnectWithoutContext(
                "DlPhyReception", ns3::MakeCallback(&LteCell::OnBlock<false>, this));
        }
    }

    void OnGrant(std::uint16_t rnti, bool uplink, std::uint32_t n_rb) {
        if (const int ue = UserOf(rnti); ue >= 0) {
            m_granted_rb[static_cast<std::size_t>(ue)][uplink] += n_rb;
            m_grants->Append(ns3::Simulator::Now().GetMilliSeconds(), ue, uplink, n_rb);
        }
    }

    template <bool uplink>
    void OnBlock(ns3::PhyReceptionStatParameters block) {
        if (const int ue = UserOf(block.m_rnti); ue >= 0) {
            m_blocks->Append(ns3::Simulator::Now().GetMilliSeconds(), ue, uplink, int{block.m_mcs},
                             int{block.m_size}, int{block.m_ndi == 0}, int{block.m_correctness});
        }
    }

    int UserOf(std::uint16_t rnti) const {
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            if (m_ue[ue]->GetRrc()->GetRnti() == rnti) {
                return static_cast<int>(ue);
            }
        }
        return -1;
    }

    void SetPathLoss(std::uint32_t ue, double path_loss_db) {
        const auto bs = m_bs->GetNode()->GetObject<ns3::MobilityModel>();
        const auto user = m_ue[ue]->GetNode()->GetObject<ns3::MobilityModel>();
        for (const auto& model : m_path_losses) {
            model->SetLoss(bs, user, path_loss_db);
        }
    }

    std::uint32_t m_n_ue = 4;
    std::string m_bandwidth_rb = "25";
    std::string m_scheduler = "shares";
    std::string m_mode = "work-conserving";

    Field<std::int32_t> m_connected;
    std::array<Field<std::int64_t>, 2> m_rb;
    std::array<Field<std::int64_t>, 2> m_sent;
    std::array<Field<std::int64_t>, 2> m_received;
    std::array<Field<float>, 2> m_weight;
    std::array<Field<float>, 2> m_load;
    Field<float> m_path_loss_db;
    Table* m_grants = nullptr;
    Table* m_blocks = nullptr;

    ns3::Ptr<ns3::LteHelper> m_lte;
    ns3::Ptr<ns3::PointToPointEpcHelper> m_epc;
    ns3::Ptr<ns3::LteEnbNetDevice> m_bs;
    std::vector<ns3::Ptr<ns3::LteUeNetDevice>> m_ue;
    std::vector<ns3::Ptr<ns3::MatrixPropagationLossModel>> m_path_losses;
    ns3::Ptr<ShareFfMacScheduler> m_shares;  ///< null with ns-3's schedulers
    std::vector<std::array<std::unique_ptr<ConstantRateSource>, 2>> m_sources;
    std::vector<std::array<std::unique_ptr<ByteSink>, 2>> m_sinks;
    std::vector<std::array<std::int64_t, 2>> m_granted_rb;
};

}  // namespace physical

int main(int argc, char** argv) {
    physical::LteCell scenario;
    return physical::RunScenario(scenario, argc, argv);
}
