// SPDX-License-Identifier: GPL-2.0-only
#include "bearer-fields.h"

#include "ns3/simulator.h"

namespace physical {

BearerFields::BearerFields(Schema& schema, std::size_t n_ue)
    : m_downlink(Declare(schema,
                         "dl",
                         "RLC queue at the base station: last report to the scheduler less what"
                         " it granted since (FemtoForum LTE MAC scheduler interface, 4.2.1)",
                         n_ue)),
      m_uplink(Declare(schema,
                       "ul",
                       "queue at the user as its base station knows it: last buffer status report"
                       " (TS 36.321, 6.1.3.1) less the grants that it cannot know of",
                       n_ue)) {}

BearerFields::Direction BearerFields::Declare(Schema& schema,
                                              const std::string& suffix,
                                              const std::string& queue_help,
                                              std::size_t n_ue) {
    return {
        .queue_bit = schema.Observation<double>(
            {"queue_" + suffix + "_bit", {Ue(n_ue)}, "bit", 0, 1e12, queue_help}),
        .pdcp_delay_s = schema.Observation<float>(
            {.name = "pdcp_delay_" + suffix + "_s",
             .shape = {Ue(n_ue)},
             .unit = "s",
             .low = 0,
             .high = 1e9,
             .help = "mean time from PDCP to PDCP of the packets that "
                     "arrived in the last slot (TS 36.314, 4.1.4); 0 if there were none",
             .missing = 0}),
        .pdcp_throughput_bps = schema.Observation<float>(
            {"pdcp_throughput_" + suffix + "_bps",
             {Ue(n_ue)},
             "bit/s",
             0,
             1e10,
             "IP packets that arrived at the PDCP in the last slot (TS 36.314, 4.1.6)"}),
    };
}

SchedulerListener& BearerFields::Watch(const LteNetwork& network) {
    m_monitor = std::make_unique<BearerMonitor>(network);
    return *m_monitor;
}

void BearerFields::Fill(const LteNetwork& network) {
    const double now_s = ns3::Simulator::Now().GetSeconds();
    for (std::size_t ue = 0; ue < m_monitor->Users().size(); ++ue) {
        const BearerMonitor::User& user = m_monitor->Users()[ue];
        const bool present = user.bs >= 0 && user.bs == network.ServingBs(ue);
        FillUser(m_downlink, ue, present ? user.downlink_queue_bytes : 0, user.downlink,
                 now_s - m_last_fill_s);
        FillUser(m_uplink, ue, present ? user.uplink_queue.TotalBytes() : 0, user.uplink,
                 now_s - m_last_fill_s);
    }
    m_last_fill_s = now_s;
    m_monitor->StartSlot();
}

void BearerFields::FillUser(const Direction& direction,
                            std::size_t ue,
                            std::uint32_t queue_bytes,
                            const PdcpArrivals& arrivals,
                            double elapsed_s) {
    const auto packets = static_cast<double>(arrivals.packets);
    const double bits = 8 * static_cast<double>(arrivals.bytes);
    direction.queue_bit(ue) = 8.0 * queue_bytes;
    direction.pdcp_delay_s(ue) =
        static_cast<float>(arrivals.packets == 0 ? 0 : arrivals.delay_s / packets);
    direction.pdcp_throughput_bps(ue) =
        static_cast<float>(arrivals.packets == 0 ? 0 : bits / elapsed_s);
}

}  // namespace physical
