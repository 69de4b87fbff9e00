// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_MAC_FIELDS_H
#define PHYSICAL_MAC_FIELDS_H

#include "connection-watch.h"
#include "mac-monitor.h"
#include "mac/link-adaptation.h"
#include "schema.h"

#include <memory>
#include <string>

namespace physical {

/// Link adaptation, resource blocks and block errors of every user, and the load of every cell.
class MacFields {
  public:
    MacFields(Schema& schema, std::size_t n_ue, std::size_t n_bs, std::uint32_t bandwidth_rb);

    /// Start to listen to the network. @return the listener for the schedulers' taps
    SchedulerListener& Watch(const LteNetwork& network, RntiDirectory& directory);
    void Fill(const LteNetwork& network, const ConnectionWatch& connections);

  private:
    /// The fields of one direction.
    struct Direction {
        Field<std::int32_t> cqi;
        Field<std::int32_t> mcs;
        Field<float> rb_used;
        Field<float> tbler;
        Field<float> cell_rb_used;
    };

    static Direction Declare(Schema& schema,
                             const std::string& suffix,
                             const std::string& cqi_help,
                             std::size_t n_ue,
                             std::size_t n_bs,
                             std::uint32_t bandwidth_rb);
    static void FillUser(const Direction& direction,
                         std::size_t ue,
                         const MacUse& use,
                         double ttis);

    Direction m_downlink;
    Direction m_uplink;
    Field<std::int32_t> m_cell_users;
    LinkAdaptation m_link_adaptation;
    std::unique_ptr<MacMonitor> m_monitor;
    std::int64_t m_last_begun_ttis = 0;
};

}  // namespace physical

#endif
