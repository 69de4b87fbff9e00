// SPDX-License-Identifier: GPL-2.0-only
#include "bucket-scheduler.h"

#include "ns3/map-scheduler.h"
#include "ns3/object.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <vector>

namespace physical {

namespace {

using Event = ns3::Scheduler::Event;

Event MakeEvent(std::uint64_t time, std::uint32_t uid) {
    return {nullptr, {time, uid, 0}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bucket_scheduler)

BOOST_AUTO_TEST_CASE(events_of_one_time_leave_in_the_order_in_which_they_came) {
    auto list = ns3::CreateObject<BucketScheduler>();
    list->Insert(MakeEvent(5, 1));
    list->Insert(MakeEvent(3, 2));
    list->Insert(MakeEvent(5, 3));
    BOOST_TEST(list->PeekNext().key.m_uid == 2U);
    std::vector<std::uint32_t> order;
    while (!list->IsEmpty()) {
        order.push_back(list->RemoveNext().key.m_uid);
    }
    BOOST_TEST(order == (std::vector<std::uint32_t>{2, 1, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_does_what_ns3s_own_list_does) {
    auto list = ns3::CreateObject<BucketScheduler>();
    auto reference = ns3::CreateObject<ns3::MapScheduler>();
    std::mt19937 random(1);
    std::vector<Event> inside;
    std::uint64_t now = 0;
    for (std::uint32_t uid = 0; uid < 20'000; ++uid) {
        const auto kind = random() % 8;
        if (kind == 0 && !inside.empty()) {
            const std::size_t which = random() % inside.size();
            list->Remove(inside[which]);
            reference->Remove(inside[which]);
            inside.erase(inside.begin() + static_cast<std::ptrdiff_t>(which));
        } else if (kind <= 2 && !inside.empty()) {
            BOOST_TEST((list->PeekNext() == reference->PeekNext()));
            const Event next = reference->RemoveNext();
            BOOST_TEST((list->RemoveNext() == next));
            now = next.key.m_ts;
            inside.erase(std::find(inside.begin(), inside.end(), next));
        } else {
            inside.push_back(MakeEvent(now + random() % 10, uid));
            list->Insert(inside.back());
            reference->Insert(inside.back());
        }
        BOOST_TEST(list->IsEmpty() == reference->IsEmpty());
    }
    BOOST_TEST(inside.size() > 100U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
