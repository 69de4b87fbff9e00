// SPDX-License-Identifier: GPL-2.0-only
#include "observation/rnti-directory.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/lte-enb-net-device.h"
#include "ns3/lte-helper.h"
#include "ns3/node-container.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <boost/test/unit_test.hpp>

namespace physical {

BOOST_AUTO_TEST_SUITE(rnti_directory)

BOOST_AUTO_TEST_CASE(an_rnti_that_is_given_out_again_means_whom_it_is_given_to) {
    constexpr std::uint32_t SRS_PERIODICITY = 320;  // so many users, but one, at once
    const auto node = ns3::CreateObject<ns3::Node>();
    node->AggregateObject(ns3::CreateObject<ns3::ConstantPositionMobilityModel>());
    const auto lte = ns3::CreateObject<ns3::LteHelper>();
    const auto device = ns3::DynamicCast<ns3::LteEnbNetDevice>(lte->InstallEnbDevice(node).Get(0));
    const auto rrc = device->GetRrc();
    rrc->SetAttribute("SrsPeriodicity", ns3::UintegerValue(SRS_PERIODICITY));
    RntiDirectory directory({rrc}, [](std::uint64_t imsi) { return imsi - 1; });
    // Whoever does not go on with its random access is released after 15 ms.
    const auto join = [&] { return rrc->GetLteEnbCmacSapUser(0)->AllocateTemporaryCellRnti(); };
    const auto wait = [] {
        ns3::Simulator::Stop(ns3::MilliSeconds(20));
        ns3::Simulator::Run();
    };
    wait();

    const std::uint16_t first = join();
    rrc->GetUeManager(first)->SetImsi(1);
    BOOST_TEST(directory.UeOf(0, first) == 0);
    wait();
    BOOST_REQUIRE(!rrc->HasUeManager(first));
    BOOST_TEST(directory.UeOf(0, first) == 0);

    std::uint16_t given = 0;
    for (std::uint32_t user = 1; given != first; ++user) {
        if (user % (SRS_PERIODICITY / 2) == 0) {
            wait();
        }
        given = join();
    }
    BOOST_TEST(directory.UeOf(0, first) == -1);
    rrc->GetUeManager(first)->SetImsi(2);
    BOOST_TEST(directory.UeOf(0, first) == 1);
    ns3::Simulator::Destroy();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
