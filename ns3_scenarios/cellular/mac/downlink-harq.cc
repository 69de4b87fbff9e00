// SPDX-License-Identifier: GPL-2.0-only
#include "downlink-harq.h"

#include <algorithm>

namespace physical {

namespace {

/// Redundancy versions 0 to 3: one transmission and three repetitions.
constexpr std::uint8_t LAST_REDUNDANCY_VERSION = 3;

}  // namespace

std::optional<std::uint8_t> DownlinkHarq::FreeProcess() const {
    for (std::uint8_t i = 0; i < ns3::HARQ_PROC_NUM; ++i) {
        const auto process = static_cast<std::uint8_t>((m_next + i) % ns3::HARQ_PROC_NUM);
        if (m_processes[process].state == State::FREE) {
            return process;
        }
    }
    return std::nullopt;
}

void DownlinkHarq::Start(const ns3::DlDciListElement_s& dci) {
    m_processes[dci.m_harqProcess] = {State::SENT, 0, dci};
    m_next = static_cast<std::uint8_t>((dci.m_harqProcess + 1) % ns3::HARQ_PROC_NUM);
}

bool DownlinkHarq::OnFeedback(const ns3::DlInfoListElement_s& feedback) {
    if (feedback.m_harqProcessId >= m_processes.size()) {
        return false;
    }
    Process& process = m_processes[feedback.m_harqProcessId];
    if (process.state != State::SENT) {
        return false;
    }
    const auto& status = feedback.m_harqStatus;
    const bool failed =
        std::find(status.begin(), status.end(), ns3::DlInfoListElement_s::NACK) != status.end();
    const bool repeat = failed && process.dci.m_rv.front() < LAST_REDUNDANCY_VERSION;
    process.state = repeat ? State::TO_REPEAT : State::FREE;
    return repeat;
}

const ns3::DlDciListElement_s* DownlinkHarq::Awaiting(std::uint8_t process) const {
    return m_processes[process].state == State::TO_REPEAT ? &m_processes[process].dci : nullptr;
}

const ns3::DlDciListElement_s& DownlinkHarq::Repeat(std::uint8_t process,
                                                    std::uint32_t rbg_bitmap) {
    Process& repeated = m_processes[process];
    repeated.state = State::SENT;
    repeated.age_ttis = 0;
    repeated.dci.m_rbBitmap = rbg_bitmap;
    repeated.dci.m_ndi.front() = 0;
    ++repeated.dci.m_rv.front();
    return repeated.dci;
}

void DownlinkHarq::Tick() {
    for (Process& process : m_processes) {
        if (process.state == State::SENT && ++process.age_ttis > ns3::HARQ_DL_TIMEOUT) {
            process.state = State::FREE;
        }
    }
}

}  // namespace physical
