// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_UPLINK_HARQ_H
#define PHYSICAL_UPLINK_HARQ_H

#include "ns3/ff-mac-common.h"
#include "ns3/ff-mac-scheduler.h"

#include <array>
#include <cstdint>

namespace physical {

/// The uplink HARQ processes of one user: synchronous, a repetition comes a fixed time after the
/// transmission or never (TS 36.321, 5.4.2).
class UplinkHarq {
  public:
    /// A new transport block was granted.
    void Start(const ns3::UlDciListElement_s& dci, std::int64_t now_tti);

    /// @return the grant whose failure becomes known now, if it may be repeated, else nullptr
    const ns3::UlDciListElement_s* FindFailed(std::int64_t now_tti) const;

    /// The block that FindFailed() told of is granted once more, from resource block @p rb_start
    /// on.
    ns3::UlDciListElement_s Repeat(std::uint8_t rb_start, std::int64_t now_tti);

  private:
    struct Sent {
        std::int64_t tti = -1;
        std::uint8_t repetitions = 0;
        ns3::UlDciListElement_s dci;
    };

    static std::size_t Slot(std::int64_t tti) {
        return static_cast<std::size_t>(tti) % ns3::HARQ_PROC_NUM;
    }

    std::array<Sent, ns3::HARQ_PROC_NUM> m_sent;
};

}  // namespace physical

#endif
