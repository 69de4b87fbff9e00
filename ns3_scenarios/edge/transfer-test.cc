// SPDX-License-Identifier: GPL-2.0-only
#include "transfer-receiver.h"
#include "transfer-sender.h"

#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/pointer.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/udp-socket-factory.h"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <vector>

namespace physical {

namespace {

constexpr std::uint32_t FLOW = 3;
constexpr std::uint16_t PORT = 5000;

/// A sender, a link of 10 Mb/s and 5 ms that may lose packets, a receiver, in a simulation of their
/// own.
struct Link {
    Link() {
        nodes.Create(2);
        ns3::SimpleNetDeviceHelper helper;
        helper.SetNetDevicePointToPointMode(true);
        helper.SetDeviceAttribute("DataRate", ns3::StringValue("10Mbps"));
        helper.SetChannelAttribute("Delay", ns3::StringValue("5ms"));
        const auto devices = helper.Install(nodes);
        ns3::InternetStackHelper().Install(nodes);
        const auto addresses = ns3::Ipv4AddressHelper("10.0.0.0", "255.0.0.0").Assign(devices);
        receiver_address = addresses.GetAddress(1);
        for (std::uint32_t i = 0; i < nodes.GetN(); ++i) {
            nodes.Get(i)
                ->Initialize();  // else with the first event, and sockets could not send yet
        }
        loss->SetUnit(ns3::RateErrorModel::ERROR_UNIT_PACKET);
        loss->AssignStreams(1);
        SetLoss(0);
        devices.Get(1)->SetAttribute("ReceiveErrorModel", ns3::PointerValue(loss));
        receiver = std::make_unique<TransferReceiver>(
            nodes.Get(1), PORT, [this](std::int64_t id) { arrived.push_back(id); });
        sender = std::make_unique<TransferSender>(nodes.Get(0), FLOW,
                                                  ns3::InetSocketAddress(receiver_address, PORT));
    }
    ~Link() { ns3::Simulator::Destroy(); }

    void SetLoss(double part) { loss->SetRate(part); }

    void RunFor(double seconds) {
        ns3::Simulator::Stop(ns3::Seconds(seconds));
        ns3::Simulator::Run();
    }

    ns3::NodeContainer nodes;
    ns3::Ipv4Address receiver_address;
    ns3::Ptr<ns3::RateErrorModel> loss = ns3::CreateObject<ns3::RateErrorModel>();
    std::unique_ptr<TransferReceiver> receiver;
    std::unique_ptr<TransferSender> sender;
    std::vector<std::int64_t> arrived;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(transfer)

BOOST_AUTO_TEST_CASE(fragments_are_full_but_the_last) {
    constexpr std::uint32_t FULL_BIT = Fragmentation::BYTES * 8;
    BOOST_TEST(Fragmentation::Count(1) == 1U);
    BOOST_TEST(Fragmentation::Count(FULL_BIT) == 1U);
    BOOST_TEST(Fragmentation::Count(FULL_BIT + 1) == 2U);
    BOOST_TEST(Fragmentation::Bit(FULL_BIT + 1, 0) == FULL_BIT);
    BOOST_TEST(Fragmentation::Bit(FULL_BIT + 1, 1) == 1U);
}

BOOST_AUTO_TEST_CASE(transfers_arrive_in_their_order_every_bit_once) {
    Link link;
    link.sender->Submit(1, 1'000'001);
    link.sender->Submit(2, 7);
    link.RunFor(1);
    BOOST_TEST(link.arrived == (std::vector<std::int64_t>{1, 2}), boost::test_tools::per_element());
    BOOST_TEST(link.receiver->DeliveredBit(FLOW) == 1'000'008);
    BOOST_TEST(link.receiver->DeliveredBit(FLOW, 2) == 7);
    BOOST_TEST(link.sender->BacklogBit() == 0);
    BOOST_TEST(link.sender->LostBit() == 0);
    BOOST_TEST(link.sender->ProbedBit() == 0);
}

BOOST_AUTO_TEST_CASE(the_last_to_arrive_are_remembered_whatever_their_number) {
    Link link;
    constexpr std::int64_t OVERTAKING = 300;
    for (std::int64_t id = 1; id <= OVERTAKING; ++id) {
        link.sender->Submit(id, 8);
    }
    link.sender->Submit(0, 7);
    link.RunFor(5);
    BOOST_TEST(link.arrived.back() == 0);
    BOOST_TEST(link.receiver->DeliveredBit(FLOW, 0) == 7);
    BOOST_TEST(link.receiver->DeliveredBit(FLOW, OVERTAKING) == 8);
    BOOST_TEST(link.receiver->DeliveredBit(FLOW, 1) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_lost_is_sent_again) {
    Link link;
    link.SetLoss(0.1);
    for (std::int64_t id = 0; id < 20; ++id) {
        link.sender->Submit(id, 500'000);
    }
    link.RunFor(60);
    BOOST_TEST(link.arrived.size() == 20U);
    BOOST_TEST(link.receiver->DeliveredBit(FLOW) == 10'000'000);
    BOOST_TEST(link.sender->BacklogBit() == 0);
    // A tenth of ten megabits, some of it twice.
    BOOST_TEST(link.sender->LostBit() > 0.8e6);
    BOOST_TEST(link.sender->LostBit() < 1.5e6);
}

BOOST_AUTO_TEST_CASE(backlog_less_what_is_unconfirmed_is_what_has_not_arrived) {
    Link link;
    link.SetLoss(0.2);
    constexpr double SIZE_BIT = 3e6;
    link.sender->Submit(1, static_cast<std::uint32_t>(SIZE_BIT));
    bool seen_unconfirmed = false;
    for (int step = 0; step < 300; ++step) {
        link.RunFor(0.0031);
        const double unconfirmed_bit = link.sender->UnconfirmedBit(*link.receiver);
        seen_unconfirmed = seen_unconfirmed || unconfirmed_bit > 0;
        BOOST_TEST(SIZE_BIT - link.sender->BacklogBit() + unconfirmed_bit ==
                   static_cast<double>(link.receiver->DeliveredBit(FLOW)));
    }
    BOOST_TEST(seen_unconfirmed);
}

BOOST_AUTO_TEST_CASE(a_restored_link_goes_on_at_once) {
    Link link;
    link.sender->Submit(1, 100'000);
    link.SetLoss(1);
    link.RunFor(30);
    BOOST_TEST(link.receiver->DeliveredBit(FLOW) == 0);
    link.SetLoss(0);
    link.sender->OnLinkRestored();
    link.RunFor(0.1);
    BOOST_TEST(link.arrived.size() == 1U);
    BOOST_TEST(link.sender->ProbedBit() > 0);
}

BOOST_AUTO_TEST_CASE(a_window_of_repetitions_that_are_no_longer_needed_stops_nothing) {
    Link link;
    constexpr std::uint16_t LATE_PORT = PORT + 1;
    const auto receiver =
        ns3::Socket::CreateSocket(link.nodes.Get(1), ns3::UdpSocketFactory::GetTypeId());
    receiver->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), LATE_PORT));
    TransferSender sender(link.nodes.Get(0), FLOW,
                          ns3::InetSocketAddress(link.receiver_address, LATE_PORT));
    constexpr std::uint32_t FRAGMENTS = 2 * TransferSender::WINDOW;
    sender.Submit(1, FRAGMENTS * Fragmentation::BYTES * 8);
    link.RunFor(60);
    // All this time nothing was acknowledged; now all that was sent once is, its repetitions are
    // not.
    ns3::Address from;
    while (receiver->GetRxAvailable() > 0) {
        receiver->RecvFrom(from);
    }
    AckHeader ack;
    ack.largest = TransferSender::WINDOW;
    ack.received = ~std::uint64_t{0};
    const auto packet = ns3::Create<ns3::Packet>();
    packet->AddHeader(ack);
    receiver->SendTo(packet, 0, from);
    link.RunFor(10);
    std::set<std::uint32_t> arrived;
    while (receiver->GetRxAvailable() > 0) {
        FragmentHeader header;
        receiver->RecvFrom(from)->RemoveHeader(header);
        arrived.insert(header.fragment);
    }
    BOOST_TEST(arrived.contains(TransferSender::WINDOW));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
