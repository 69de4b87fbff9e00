// SPDX-License-Identifier: GPL-2.0-only
#include "steered-congestion.h"

#include "ns3/data-rate.h"
#include "ns3/drop-tail-queue.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-bbr.h"
#include "ns3/tcp-cubic.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/uinteger.h"

#include <boost/test/unit_test.hpp>

namespace physical {

namespace {

using ns3::TcpSocketState;

constexpr std::uint32_t SEGMENT = 1000;  // bytes

ns3::Ptr<TcpSocketState> MakeState(std::uint32_t window_packets) {
    auto tcb = ns3::CreateObject<TcpSocketState>();
    tcb->m_segmentSize = SEGMENT;
    tcb->m_cWnd = window_packets * SEGMENT;
    tcb->m_ssThresh = 1'000'000;
    tcb->m_initialSsThresh = 1'000'000;
    tcb->m_maxPacingRate = ns3::DataRate("4Gb/s");
    tcb->m_srtt = ns3::MilliSeconds(100);
    tcb->m_minRtt = ns3::MilliSeconds(100);
    return tcb;
}

/// When each acknowledgement reaches the sender of one flow over a lossy link of 10 Mbit/s and 20
/// ms, and what it acknowledges.
std::vector<std::pair<double, std::uint32_t>> Acknowledgements(
    ns3::Ptr<ns3::TcpCongestionOps> congestion) {
    ns3::NodeContainer nodes(2);
    ns3::SimpleNetDeviceHelper link;
    link.SetDeviceAttribute("DataRate", ns3::DataRateValue(ns3::DataRate("10Mb/s")));
    link.SetChannelAttribute("Delay", ns3::TimeValue(ns3::MilliSeconds(20)));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue("50p"));
    link.SetNetDevicePointToPointMode(true);
    const auto devices = link.Install(nodes);
    auto losses = ns3::CreateObject<ns3::RateErrorModel>();
    losses->SetUnit(ns3::RateErrorModel::ERROR_UNIT_PACKET);
    losses->SetRate(0.002);
    losses->AssignStreams(7);
    devices.Get(1)->SetAttribute("ReceiveErrorModel", ns3::PointerValue(losses));
    ns3::InternetStackHelper().Install(nodes);
    const auto addresses = ns3::Ipv4AddressHelper("10.0.0.0", "255.0.0.0").Assign(devices);

    const auto tcp = [&](std::uint32_t i) { return nodes.Get(i)->GetObject<ns3::TcpL4Protocol>(); };
    auto sink = tcp(1)->CreateSocket();
    sink->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), 5000));
    sink->Listen();
    sink->SetAcceptCallback(
        ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
        ns3::Callback<void, ns3::Ptr<ns3::Socket>, const ns3::Address&>(
            [](ns3::Ptr<ns3::Socket> accepted, const ns3::Address&) {
                accepted->SetRecvCallback(ns3::Callback<void, ns3::Ptr<ns3::Socket>>(
                    [](ns3::Ptr<ns3::Socket> socket) { socket->Recv(); }));
            }));
    auto sender = ns3::DynamicCast<ns3::TcpSocketBase>(tcp(0)->CreateSocket());
    sender->SetCongestionControlAlgorithm(congestion);
    std::vector<std::pair<double, std::uint32_t>> seen;
    sender->TraceConnectWithoutContext(
        "HighestRxAck", ns3::Callback<void, ns3::SequenceNumber32, ns3::SequenceNumber32>(
                            [&seen](ns3::SequenceNumber32, ns3::SequenceNumber32 now) {
                                seen.emplace_back(ns3::Simulator::Now().GetSeconds(),
                                                  now.GetValue());
                            }));
    const auto fill = [](ns3::Ptr<ns3::Socket> socket, std::uint32_t) {
        while (socket->GetTxAvailable() >= 1448) {
            socket->Send(ns3::Create<ns3::Packet>(1448));
        }
    };
    sender->SetSendCallback(ns3::Callback<void, ns3::Ptr<ns3::Socket>, std::uint32_t>(fill));
    ns3::Simulator::Schedule(ns3::Seconds(0.1), [&] {  // when nodes are initialised
        sender->Bind();
        sender->Connect(ns3::InetSocketAddress(addresses.GetAddress(1), 5000));
    });
    ns3::Simulator::Stop(ns3::Seconds(10));
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
    return seen;
}

}  // namespace

struct SteeredFlow {
    SteeredFlow() {
        steered->Init(tcb);
        steered->CongestionStateSet(tcb, TcpSocketState::CA_OPEN);
    }
    ns3::Ptr<TcpSocketState> tcb = MakeState(10);
    ns3::Ptr<SteeredCongestion> steered = ns3::CreateObject<SteeredCongestion>();
};

BOOST_FIXTURE_TEST_SUITE(steered_congestion, SteeredFlow)

BOOST_AUTO_TEST_CASE(the_agent_s_window_holds_through_acknowledgements_and_losses) {
    steered->Decide(Controller::AGENT, 20);
    steered->IncreaseWindow(tcb, 5);
    BOOST_TEST(tcb->m_cWnd.Get() == 20 * SEGMENT);
    BOOST_TEST(steered->HasCongControl());
    BOOST_TEST(steered->GetSsThresh(tcb, 20 * SEGMENT) == 20 * SEGMENT);
    BOOST_TEST(tcb->m_pacing);
    BOOST_TEST(tcb->m_pacingRate.Get().GetBitRate() == 2'000'000U);  // 1.25 · 160 kbit / 0.1 s
}

BOOST_AUTO_TEST_CASE(newreno_goes_on_from_the_agent_s_window) {
    steered->Decide(Controller::NEWRENO, 500);
    BOOST_TEST(tcb->m_cWnd.Get() == 10 * SEGMENT);  // what the agent would do does not count
    BOOST_TEST(!steered->HasCongControl());
    BOOST_TEST(!tcb->m_pacing);
    steered->IncreaseWindow(tcb, 1);
    BOOST_TEST(tcb->m_cWnd.Get() == 10 * SEGMENT + 100);  // congestion avoidance (RFC 5681, 3.1)
    BOOST_TEST(steered->GetSsThresh(tcb, 10 * SEGMENT) == 5 * SEGMENT);
}

BOOST_AUTO_TEST_CASE(
    a_flow_under_ns3_s_own_control_is_the_same_acknowledgement_by_acknowledgement) {
    const auto steered_by = [](Controller controller) {
        auto congestion = ns3::CreateObject<SteeredCongestion>();
        congestion->SetStream(4);  // BBR's own default
        congestion->Init(MakeState(1));
        congestion->Decide(controller, 1);
        return Acknowledgements(congestion);
    };
    const auto newreno = steered_by(Controller::NEWRENO);
    const auto cubic = steered_by(Controller::CUBIC);
    const auto bbr = steered_by(Controller::BBR);
    BOOST_TEST(newreno.size() > 1000U);
    BOOST_TEST((newreno != cubic && cubic != bbr && bbr != newreno));
    BOOST_TEST((newreno == Acknowledgements(ns3::CreateObject<ns3::TcpNewReno>())));
    BOOST_TEST((cubic == Acknowledgements(ns3::CreateObject<ns3::TcpCubic>())));
    BOOST_TEST((bbr == Acknowledgements(ns3::CreateObject<ns3::TcpBbr>())));
}

BOOST_AUTO_TEST_CASE(bbr_paces_and_the_next_one_does_not) {
    steered->Decide(Controller::BBR, 1);
    BOOST_TEST(steered->HasCongControl());
    BOOST_TEST(tcb->m_pacing);
    BOOST_TEST((tcb->m_pacingRate.Get() < tcb->m_maxPacingRate));
    steered->Decide(Controller::NEWRENO, 1);
    BOOST_TEST(!tcb->m_pacing);
    BOOST_TEST((tcb->m_pacingRate.Get() == tcb->m_maxPacingRate));
}

BOOST_AUTO_TEST_CASE(while_losses_are_repaired_nobody_else_takes_over) {
    tcb->m_congState = TcpSocketState::CA_RECOVERY;
    steered->Decide(Controller::CUBIC, 1);
    BOOST_TEST((steered->Current() == Controller::AGENT));
    tcb->m_congState = TcpSocketState::CA_OPEN;
    steered->CongestionStateSet(tcb, TcpSocketState::CA_OPEN);
    BOOST_TEST((steered->Current() == Controller::CUBIC));
}

BOOST_AUTO_TEST_CASE(acknowledged_bytes_are_told_once) {
    std::uint32_t told = 0;
    steered->OnAcknowledged([&told](std::uint32_t bytes) { told += bytes; });
    tcb->m_lastAckedSackedBytes = 2 * SEGMENT;
    for (const Controller controller : {Controller::AGENT, Controller::NEWRENO}) {
        told = 0;
        steered->Decide(controller, 10);
        steered->PktsAcked(tcb, 2, ns3::MilliSeconds(100));
        if (steered->HasCongControl()) {
            steered->CongControl(tcb, {}, {});
        }
        BOOST_TEST(told == 2 * SEGMENT);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
