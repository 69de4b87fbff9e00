// SPDX-License-Identifier: GPL-2.0-only
#include "mac-fields.h"

#include "ns3/simulator.h"

#include <cmath>
#include <string>

namespace physical {

namespace {

/// TTIs that have begun before a moment: one with every whole millisecond.
std::int64_t BegunTtis(const ns3::Time& now) {
    constexpr std::int64_t TTI_NS = 1'000'000;
    return (now.GetNanoSeconds() + TTI_NS - 1) / TTI_NS;
}

}  // namespace

MacFields::MacFields(Schema& schema, std::size_t n_ue, std::size_t n_bs, std::uint32_t bandwidth_rb)
    : m_downlink(Declare(schema,
                         "dl",
                         "last wideband CQI that the user reported (TS 36.213, 7.2.3)",
                         n_ue,
                         n_bs,
                         bandwidth_rb)),
      m_uplink(Declare(schema,
                       "ul",
                       "CQI (TS 36.213, Table 7.2.3-1) that the SINR of the last sounding signal"
                       " supports",
                       n_ue,
                       n_bs,
                       bandwidth_rb)) {
    schema.Observation<float>({.name = "cell_rb_available",
                               .shape = {Bs(n_bs)},
                               .unit = "RB",
                               .low = 0,
                               .high = static_cast<double>(bandwidth_rb),
                               .help = "resource blocks of each cell, in each direction",
                               .constant = std::vector<double>(n_bs, bandwidth_rb)});
    m_cell_users = schema.Observation<std::int32_t>({"cell_users",
                                                     {Bs(n_bs)},
                                                     "users",
                                                     0,
                                                     static_cast<double>(n_ue),
                                                     "connected to each cell"});
}

MacFields::Direction MacFields::Declare(Schema& schema,
                                        const std::string& suffix,
                                        const std::string& cqi_help,
                                        std::size_t n_ue,
                                        std::size_t n_bs,
                                        std::uint32_t bandwidth_rb) {
    const auto band_rb = static_cast<double>(bandwidth_rb);
    return {
        .cqi = schema.Observation<std::int32_t>({.name = "cqi_" + suffix,
                                                 .shape = {Ue(n_ue)},
                                                 .unit = "1",
                                                 .low = -1,
                                                 .high = 15,
                                                 .help = cqi_help + "; -1: none yet",
                                                 .missing = -1}),
        .mcs = schema.Observation<std::int32_t>(
            {.name = "mcs_" + suffix,
             .shape = {Ue(n_ue)},
             .unit = "1",
             .low = -1,
             .high = 28,
             .help =
                 "modulation and coding scheme of the last grant (TS 36.213, 7.1.7, 8.6); -1: none",
             .missing = -1}),
        .rb_used = schema.Observation<float>(
            {"rb_used_" + suffix,
             {Ue(n_ue)},
             "RB",
             0,
             band_rb,
             "resource blocks granted per TTI, HARQ repetitions included, mean over the last slot"
             " (TS 36.314, 4.1.1)"}),
        .tbler = schema.Observation<float>(
            {"tbler_" + suffix,
             {Ue(n_ue)},
             "1",
             0,
             1,
             "share of the transport blocks of the last slot received in error, HARQ repetitions"
             " included; 0 if there were none"}),
        .cell_rb_used = schema.Observation<float>(
            {"cell_rb_used_" + suffix,
             {Bs(n_bs)},
             "RB",
             0,
             band_rb,
             "resource blocks granted per TTI by each cell, mean over the last slot (TS 36.314,"
             " 4.1.1)"}),
    };
}

SchedulerListener& MacFields::Watch(const LteNetwork& network, RntiDirectory& directory) {
    m_monitor = std::make_unique<MacMonitor>(network, directory);
    return *m_monitor;
}

void MacFields::Fill(const LteNetwork& network, const ConnectionWatch& connections) {
    const std::int64_t begun_ttis = BegunTtis(ns3::Simulator::Now());
    const double ttis = std::fmax(static_cast<double>(begun_ttis - m_last_begun_ttis), 1);
    m_last_begun_ttis = begun_ttis;
    for (std::size_t bs = 0; bs < network.Bs().size(); ++bs) {
        const MacMonitor::Cell& cell = m_monitor->Cells()[bs];
        m_downlink.cell_rb_used(bs) =
            static_cast<float>(static_cast<double>(cell.downlink.rb_ttis) / ttis);
        m_uplink.cell_rb_used(bs) =
            static_cast<float>(static_cast<double>(cell.uplink.rb_ttis) / ttis);
        m_cell_users(bs) = 0;
    }
    for (std::size_t ue = 0; ue < network.Ue().size(); ++ue) {
        const MacMonitor::User& user = m_monitor->Users()[ue];
        FillUser(m_downlink, ue, user.downlink, ttis);
        FillUser(m_uplink, ue, user.uplink, ttis);
        m_downlink.cqi(ue) = user.downlink_cqi;
        m_uplink.cqi(ue) =
            user.uplink_sinr_db ? m_link_adaptation.UplinkCqi(*user.uplink_sinr_db) : -1;
        if (const int bs = network.ServingBs(ue); bs >= 0 && connections.IsPresent(ue)) {
            ++m_cell_users(static_cast<std::size_t>(bs));
        }
    }
    m_monitor->StartSlot();
}

void MacFields::FillUser(const Direction& direction,
                         std::size_t ue,
                         const MacUse& use,
                         double ttis) {
    direction.mcs(ue) = use.last_mcs;
    direction.rb_used(ue) = static_cast<float>(static_cast<double>(use.rb_ttis) / ttis);
    direction.tbler(ue) =
        use.blocks == 0 ? 0.0F
                        : static_cast<float>(use.blocks_in_error) / static_cast<float>(use.blocks);
}

}  // namespace physical
