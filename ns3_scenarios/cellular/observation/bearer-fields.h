// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_BEARER_FIELDS_H
#define PHYSICAL_BEARER_FIELDS_H

#include "bearer-monitor.h"
#include "schema.h"

#include <memory>
#include <string>

namespace physical {

/// Queues of the data bearers, and delay and throughput of their packets.
class BearerFields {
  public:
    BearerFields(Schema& schema, std::size_t n_ue);

    /// Start to listen to the network. @return the listener for the schedulers' taps
    SchedulerListener& Watch(const LteNetwork& network);
    void Fill(const LteNetwork& network);

  private:
    /// The fields of one direction.
    struct Direction {
        Field<double> queue_bit;
        Field<float> pdcp_delay_s;
        Field<float> pdcp_throughput_bps;
    };

    static Direction Declare(Schema& schema,
                             const std::string& suffix,
                             const std::string& queue_help,
                             std::size_t n_ue);
    static void FillUser(const Direction& direction,
                         std::size_t ue,
                         std::uint32_t queue_bytes,
                         const PdcpArrivals& arrivals,
                         double elapsed_s);

    Direction m_downlink;
    Direction m_uplink;
    std::unique_ptr<BearerMonitor> m_monitor;
    double m_last_fill_s = 0;
};

}  // namespace physical

#endif
