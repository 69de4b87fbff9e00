// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_DOWNLINK_HARQ_H
#define PHYSICAL_DOWNLINK_HARQ_H

#include "ns3/ff-mac-common.h"
#include "ns3/ff-mac-scheduler.h"

#include <array>
#include <cstdint>
#include <optional>

namespace physical {

/// The downlink HARQ processes of one user: asynchronous, one transport block each
/// (TS 36.321, 5.3.2).
class DownlinkHarq {
  public:
    /// @return a process that can take a new transport block, if there is one
    std::optional<std::uint8_t> FreeProcess() const;

    /// A new transport block goes out in process @p dci.m_harqProcess.
    void Start(const ns3::DlDciListElement_s& dci);

    /// @return whether the block must be sent again; false also for feedback that nothing awaits
    bool OnFeedback(const ns3::DlInfoListElement_s& feedback);

    /// @return the control information of the transmission to repeat, or nullptr if none is due
    const ns3::DlDciListElement_s* Awaiting(std::uint8_t process) const;

    /// The next redundancy version goes out, on the resource block groups of @p rbg_bitmap.
    const ns3::DlDciListElement_s& Repeat(std::uint8_t process, std::uint32_t rbg_bitmap);

    /// A TTI starts: give up on feedback that is overdue, as from a user who has left.
    void Tick();

  private:
    enum class State { FREE, SENT, TO_REPEAT };

    struct Process {
        State state = State::FREE;
        std::uint8_t age_ttis = 0;  ///< since the last transmission
        ns3::DlDciListElement_s dci;
    };

    std::array<Process, ns3::HARQ_PROC_NUM> m_processes;
    std::uint8_t m_next = 0;
};

}  // namespace physical

#endif
