// SPDX-License-Identifier: GPL-2.0-only
#include "uplink-harq.h"

#include "ns3/lte-common.h"

namespace physical {

namespace {

constexpr std::uint8_t MOST_REPETITIONS = 3;

}  // namespace

void UplinkHarq::Start(const ns3::UlDciListElement_s& dci, std::int64_t now_tti) {
    m_sent[Slot(now_tti)] = {now_tti, 0, dci};
}

const ns3::UlDciListElement_s* UplinkHarq::FindFailed(std::int64_t now_tti) const {
    const std::int64_t sent_tti = now_tti - HARQ_PERIOD;
    if (sent_tti < 0) {
        return nullptr;
    }
    const Sent& sent = m_sent[Slot(sent_tti)];
    return sent.tti == sent_tti && sent.repetitions < MOST_REPETITIONS ? &sent.dci : nullptr;
}

ns3::UlDciListElement_s UplinkHarq::Repeat(std::uint8_t rb_start, std::int64_t now_tti) {
    const Sent& failed = m_sent[Slot(now_tti - HARQ_PERIOD)];
    Sent& repeated = m_sent[Slot(now_tti)];
    repeated = {now_tti, static_cast<std::uint8_t>(failed.repetitions + 1), failed.dci};
    repeated.dci.m_ndi = 0;
    repeated.dci.m_rbStart = rb_start;
    return repeated.dci;
}

}  // namespace physical
