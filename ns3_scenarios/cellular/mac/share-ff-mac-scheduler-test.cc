// SPDX-License-Identifier: GPL-2.0-only
#include "share-ff-mac-scheduler.h"

#include <boost/test/unit_test.hpp>

namespace physical {

BOOST_AUTO_TEST_SUITE(share_ff_mac_scheduler)

BOOST_AUTO_TEST_CASE(its_former_name_goes_on_working) {
    const ns3::TypeId tid = ShareFfMacScheduler::GetTypeId();
    BOOST_TEST((ns3::TypeId::LookupByName("twin::ShareFfMacScheduler") == tid));
    BOOST_TEST(tid.GetName() == "physical::ShareFfMacScheduler");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace physical
