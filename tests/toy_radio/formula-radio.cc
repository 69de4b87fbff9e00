// SPDX-License-Identifier: GPL-2.0-only
// The least access network that edge computing runs on: rates by a formula, handovers by a clock.
// Whatever works with it does not depend on LTE.
#include "access-network.h"
#include "edge-scenario.h"
#include "observation/association-fields.h"
#include "paced-device.h"
#include "shared-band.h"

#include "ns3/boolean.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4.h"
#include "ns3/mac48-address.h"
#include "ns3/net-device-container.h"
#include "ns3/nstime.h"
#include "ns3/simple-channel.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace physical {

namespace {

const std::vector<std::string> REASONS{"none", "busy", "absent"};
constexpr int BUSY = 1;
constexpr int ABSENT = 2;

double NowS() {
    return ns3::Simulator::Now().GetSeconds();
}

}  // namespace

/// Users reach any base station, at Shannon's rate, and change it within a fixed time.
class FormulaRadio : public AccessNetwork {
  public:
    static ns3::TypeId GetTypeId() {
        static ns3::TypeId tid = ns3::TypeId("physical::FormulaRadio")
                                     .SetParent<AccessNetwork>()
                                     .AddConstructor<FormulaRadio>();
        return tid;
    }

    void DeclareSettings(Settings& settings) override {
        settings.Real("radio.band_hz", m_band_hz, 1e3, 1e9, "Hz", "of each direction of a station");
        settings.Real("radio.power_dbm", m_power_dbm, -30, 60, "dBm", "of whoever sends");
        settings.Real("radio.interruption_s", m_interruption_s, 0, 10, "s",
                      "time without a link at a handover");
    }

    void DeclareFields(Schema& schema, std::uint32_t n_ue, std::uint32_t n_bs) override {
        schema.DescribeRadio("formula");
        m_snr_db = schema.Observation<float>({"snr_db",
                                              {Ue(n_ue), Bs(n_bs)},
                                              "dB",
                                              -200,
                                              200,
                                              "over the whole band, in both directions"});
        m_fields.emplace(schema, n_ue, n_bs, REASONS);
    }

    void Build(const AccessPlan& plan) override {
        m_plan = plan;
        m_users.resize(plan.n_ue);
        const auto rate_bps = [this](std::uint32_t ue, int bs) { return RateBps(ue, bs); };
        m_uplink.emplace(plan.n_ue, plan.stations.size(), rate_bps);
        m_downlink.emplace(plan.n_ue, plan.stations.size(), rate_bps);
        m_edge = ns3::CreateObject<ns3::Node>();
        ns3::InternetStackHelper().Install(m_edge);
        ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
        for (std::uint32_t ue = 0; ue < plan.n_ue; ++ue) {
            BuildUser(ue, addresses);
            ns3::Simulator::Schedule(ns3::Seconds(plan.attach_span_s * ue / plan.n_ue),
                                     [this, ue] { Arrive(ue, StrongestBs(ue)); });
        }
    }

    ns3::Ptr<ns3::Node> UserNode(std::uint32_t ue) const override { return m_users[ue].node; }
    ns3::Ptr<ns3::Node> EdgeNode() const override { return m_edge; }
    ns3::Ipv4Address EdgeAddress() const override {
        return m_edge->GetObject<ns3::Ipv4>()->GetAddress(1, 0).GetLocal();
    }

    int LastServingBs(std::uint32_t ue) const override { return m_users[ue].last_bs; }

    void Observe() override {
        for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
            const User& user = m_users[ue];
            const bool pending = user.command.state == HandoverState::PENDING;
            m_fields->Fill(ue, pending ? -1 : user.last_bs, user.command.state,
                           user.last_interruption_s);
            for (std::size_t bs = 0; bs < m_plan.stations.size(); ++bs) {
                m_snr_db(ue, bs) = static_cast<float>(SnrDb(ue, static_cast<int>(bs)));
            }
        }
    }

    void Associate(std::uint32_t ue, int bs) override {
        User& user = m_users[ue];
        const HandoverCommand command{.state = HandoverState::PENDING,
                                      .from_bs = user.last_bs,
                                      .to_bs = bs,
                                      .commanded_s = NowS(),
                                      .started_s = NowS()};
        if (user.command.state == HandoverState::PENDING) {
            if (user.command.to_bs != bs) {
                Refuse(ue, command, BUSY);
            }
        } else if (bs != user.last_bs) {
            user.command = command;
            m_uplink->Move(ue, -1);
            m_downlink->Move(ue, -1);
            ns3::Simulator::Schedule(ns3::Seconds(m_interruption_s), [this, ue, bs] {
                Complete(ue);
                Arrive(ue, bs);
            });
        }
    }

    void RefuseAbsent(std::uint32_t ue, int bs) override {
        Refuse(ue, {.to_bs = bs, .commanded_s = NowS()}, ABSENT);
    }

    void SetPresent(std::uint32_t ue, bool present) override {
        User& user = m_users[ue];
        if (present && user.last_bs >= 0 && user.command.state != HandoverState::PENDING) {
            Arrive(ue, StrongestBs(ue));
        }
    }

    void SetShare(std::uint32_t ue, double share) override {
        m_uplink->SetWeight(ue, share);
        m_downlink->SetWeight(ue, share);
    }

    void AssignStreams() override {}  // nothing is random

    void Finish() override {
        for (std::uint32_t ue = 0; ue < m_users.size(); ++ue) {
            if (m_users[ue].command.state == HandoverState::PENDING) {
                m_fields->Record(ue, m_users[ue].command);
            }
        }
    }

  private:
    struct User {
        ns3::Ptr<ns3::Node> node;
        ns3::Ptr<ns3::MobilityModel> movement;
        int last_bs = -1;
        HandoverCommand command;
        double last_interruption_s = 0;
    };

    void BuildUser(std::uint32_t ue, ns3::Ipv4AddressHelper& addresses) {
        User& user = m_users[ue];
        user.node = ns3::CreateObject<ns3::Node>();
        user.movement = m_plan.make_movement(ue);
        user.node->AggregateObject(user.movement);
        user.movement->Initialize();
        ns3::InternetStackHelper().Install(user.node);
        const auto channel = ns3::CreateObject<ns3::SimpleChannel>();
        ns3::NetDeviceContainer devices(BuildDevice(user.node, channel, *m_uplink, ue));
        devices.Add(BuildDevice(m_edge, channel, *m_downlink, ue));
        const auto assigned = addresses.Assign(devices);
        addresses.NewNetwork();
        ns3::Ipv4StaticRoutingHelper()
            .GetStaticRouting(user.node->GetObject<ns3::Ipv4>())
            ->SetDefaultRoute(assigned.GetAddress(1), 1);
    }

    ns3::Ptr<ns3::NetDevice> BuildDevice(ns3::Ptr<ns3::Node> node,
                                         ns3::Ptr<ns3::SimpleChannel> channel,
                                         SharedBand& band,
                                         std::uint32_t ue) {
        const auto device = ns3::CreateObject<PacedDevice>(
            [&band, ue](std::uint32_t bytes, std::function<void()> send) {
                band.Submit(ue, bytes, std::move(send));
            });
        device->SetAttribute("PointToPointMode", ns3::BooleanValue(true));
        device->SetAddress(ns3::Mac48Address::Allocate());
        device->SetChannel(channel);
        node->AddDevice(device);
        return device;
    }

    /// TR 36.942, 4.5.2: path loss of a macro cell at 2 GHz; thermal noise, noise figure 5 dB.
    double SnrDb(std::uint32_t ue, int bs) const {
        const double distance_m =
            ns3::CalculateDistance(m_users[ue].movement->GetPosition(),
                                   m_plan.stations[static_cast<std::size_t>(bs)].position);
        const double loss_db = 128.1 + 37.6 * std::log10(std::max(distance_m, 10.0) / 1000);
        const double noise_dbm = -174 + 10 * std::log10(m_band_hz) + 5;
        return m_power_dbm - loss_db - noise_dbm;
    }

    double RateBps(std::uint32_t ue, int bs) const {
        return m_band_hz * std::log2(1 + std::pow(10, SnrDb(ue, bs) / 10));
    }

    int StrongestBs(std::uint32_t ue) const {
        int strongest = 0;
        for (int bs = 1; bs < static_cast<int>(m_plan.stations.size()); ++bs) {
            strongest = SnrDb(ue, bs) > SnrDb(ue, strongest) ? bs : strongest;
        }
        return strongest;
    }

    void Arrive(std::uint32_t ue, int bs) {
        m_users[ue].last_bs = bs;
        m_uplink->Move(ue, bs);
        m_downlink->Move(ue, bs);
        m_arrived(ue, static_cast<std::uint32_t>(bs));
    }

    void Complete(std::uint32_t ue) {
        User& user = m_users[ue];
        user.command.state = HandoverState::DONE;
        user.command.ended_s = NowS();
        user.command.interruption_s = NowS() - user.command.started_s;
        user.last_interruption_s = user.command.interruption_s;
        m_fields->Record(ue, user.command);
    }

    void Refuse(std::uint32_t ue, HandoverCommand command, int reason) {
        command.state = HandoverState::REFUSED;
        command.started_s = NAN;
        command.ended_s = NowS();
        command.reason = reason;
        m_fields->Record(ue, command);
    }

    double m_band_hz = 5e6;
    double m_power_dbm = 23;
    double m_interruption_s = 0.03;
    AccessPlan m_plan;
    std::vector<User> m_users;
    ns3::Ptr<ns3::Node> m_edge;
    std::optional<SharedBand> m_uplink;
    std::optional<SharedBand> m_downlink;
    Field<float> m_snr_db;
    std::optional<AssociationFields> m_fields;
};

NS_OBJECT_ENSURE_REGISTERED(FormulaRadio);

}  // namespace physical

int main(int argc, char** argv) {
    physical::EdgeScenario scenario("formula", "edge computing over a radio that is a formula",
                                    ns3::CreateObject<physical::FormulaRadio>());
    return physical::RunScenario(scenario, argc, argv);
}
