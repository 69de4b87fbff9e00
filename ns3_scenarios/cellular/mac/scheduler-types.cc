// SPDX-License-Identifier: GPL-2.0-only
#include "scheduler-types.h"

#include "share-ff-mac-scheduler.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace physical {

namespace {

// ns-3's names for them, without its common ending. Frequency (fd) or time domain (td): maximum
// throughput (mt), blind equal throughput (bet), token bank fair queue (tbfq); throughput to
// average (tta), priority set (pss), channel and QoS aware (cqa).
const std::map<std::string, std::string> NS3_SCHEDULERS{
    {"pf", "Pf"},       {"rr", "Rr"},       {"fdmt", "FdMt"},     {"tdmt", "TdMt"},
    {"fdbet", "FdBet"}, {"tdbet", "TdBet"}, {"fdtbfq", "FdTbfq"}, {"tdtbfq", "TdTbfq"},
    {"tta", "Tta"},     {"pss", "Pss"},     {"cqa", "Cqa"},
};

}  // namespace

std::vector<std::string> SchedulerNames() {
    std::vector<std::string> names{"shares"};
    std::transform(NS3_SCHEDULERS.begin(), NS3_SCHEDULERS.end(), std::back_inserter(names),
                   [](const auto& entry) { return entry.first; });
    return names;
}

std::string SchedulerTypeOf(const std::string& name) {
    return name == "shares" ? ShareFfMacScheduler::GetTypeId().GetName()
                            : "ns3::" + NS3_SCHEDULERS.at(name) + "FfMacScheduler";
}

bool CarriesRealRrc(const std::string& name) {
    return name != "fdtbfq" && name != "cqa";
}

}  // namespace physical
