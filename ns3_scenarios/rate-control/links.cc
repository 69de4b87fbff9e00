// SPDX-License-Identifier: GPL-2.0-only
#include "links.h"

#include "ns3/he-phy.h"
#include "ns3/simulator.h"

#include <string>

namespace physical {

namespace {

constexpr std::uint8_t MCS_OF_HE = 12;  // IEEE 802.11ax-2021, 27.5
constexpr double MOST_MPDUS = 1e6;

std::vector<double> RatesMbps(const RateControlSettings& settings) {
    std::vector<double> rates;
    for (std::uint8_t mcs = 0; mcs < MCS_OF_HE; ++mcs) {
        const auto guard_interval = ns3::NanoSeconds(settings.guard_interval_ns);
        rates.push_back(1e-6 * ns3::HePhy::GetHeMcs(mcs).GetDataRate(
                                   settings.width_mhz, guard_interval,
                                   static_cast<std::uint8_t>(settings.streams)));
    }
    return rates;
}

}  // namespace

Links::Links(Environment& environment, const RateControlSettings& settings)
    : m_environment(environment),
      m_settings(settings),
      m_askers(environment, "link", settings.n_stations, {"frame"}),
      m_links(settings.n_stations) {
    const std::vector<Axis> each{Axis(settings.n_stations, "link")};
    m_mcs = environment.Observation<std::int32_t>({.name = "mcs",
                                                   .shape = each,
                                                   .unit = "1",
                                                   .low = -1,
                                                   .high = MCS_OF_HE - 1,
                                                   .help = "of the last frame with data",
                                                   .missing = -1});
    m_sent_mpdus = environment.Observation<std::int32_t>(
        {"sent_mpdus", each, "MPDUs", 0, MOST_MPDUS,
         "data frames sent since the link asked last: the length of an A-MPDU (IEEE 802.11-2020, "
         "9.7), or 0 of a request for a block acknowledgement"});
    m_acknowledged_mpdus = environment.Observation<std::int32_t>(
        {"acknowledged_mpdus", each, "MPDUs", 0, MOST_MPDUS,
         "data frames acknowledged since then; the others have failed or are unknown (IEEE "
         "802.11-2020, 10.25.6)"});
    m_throughput_mbps = environment.Observation<float>(
        {"throughput_mbps", each, "Mbit/s", 0, 1e5, "their payload over the time since then"});
    m_airtime_us = environment.Observation<float>(
        {"airtime_us", each, "us", 0, 1e9,
         "of frames since the link asked last, from preamble to end (TXTIME of IEEE 802.11ax-2021, "
         "27.4.3)"});
    m_ack_snr_db = environment.Observation<float>(
        {.name = "ack_snr_db",
         .shape = each,
         .unit = "dB",
         .low = Link::NO_SNR_DB,
         .high = 200,
         .help = "SNR of the last acknowledgement since then, at the sender of data",
         .missing = Link::NO_SNR_DB});
    m_queue_mpdus = environment.Observation<std::int32_t>(
        {"queue_mpdus", each, "MPDUs", 0, MOST_MPDUS, "not yet acknowledged or given up"});
    environment.Observation<float>({.name = "mcs_rate_mbps",
                                    .shape = {Axis(MCS_OF_HE, "mcs")},
                                    .unit = "Mbit/s",
                                    .low = 0,
                                    .high = 1e4,
                                    .help = "data rate of each MCS with the width, guard interval "
                                            "and streams set (IEEE 802.11ax-2021, 27.5)",
                                    .constant = RatesMbps(settings)});
    const std::vector<std::string> labels = ControllerLabels();
    m_controller = environment.Action<std::int32_t>(
        {.name = "controller",
         .shape = each,
         .unit = "1",
         .low = 0,
         .high = double(labels.size() - 1),
         .help = "who chooses the rates of a link that asks: the agent by next_mcs, or a rate "
                 "control of ns-3",
         .labels = labels,
         .categorical = true});
    m_next_mcs = environment.Action<std::int32_t>(
        {"next_mcs", each, "1", 0, MCS_OF_HE - 1,
         "of a link that asks, if the agent chooses, until it asks again"});
    environment.DescribeReward(
        "Mbit",
        "payload acknowledged since the step before; its sum over time is "
        "the throughput that SampleRate and Minstrel maximise (Bicket 2005)");
}

RateDecision Links::Decide(std::size_t link) {
    ++m_links[link].frames;
    if (IsDue(m_links[link])) {
        Ask(link);
    }
    return m_links[link].decision;
}

void Links::OnSent(std::size_t link, std::uint32_t mpdus, int mcs, double airtime_us) {
    m_links[link].sent += static_cast<std::int32_t>(mpdus);
    m_links[link].airtime_us += airtime_us;
    if (mpdus > 0) {
        m_links[link].mcs = mcs;
    }
}

void Links::OnAcknowledged(std::size_t link) {
    ++m_links[link].acknowledged;
    m_environment.AddReward(8e-6 * m_settings.payload_byte);
}

void Links::OnAnswered(std::size_t link, double snr_db) {
    m_links[link].snr_db = snr_db;
}

void Links::OnWaiting(std::size_t link, int more) {
    m_links[link].waiting += more;
}

void Links::Finish() {
    for (std::size_t link = 0; link < m_links.size(); ++link) {
        Observe(link);
    }
}

void Links::Observe(std::size_t i) {
    const Link& link = m_links[i];
    const double passed_s = (ns3::Simulator::Now() - link.asked).GetSeconds();
    m_mcs(i) = link.mcs;
    m_sent_mpdus(i) = link.sent;
    m_acknowledged_mpdus(i) = link.acknowledged;
    m_throughput_mbps(i) = static_cast<float>(
        passed_s > 0 ? 8e-6 * m_settings.payload_byte * link.acknowledged / passed_s : 0);
    m_airtime_us(i) = static_cast<float>(link.airtime_us);
    m_ack_snr_db(i) = static_cast<float>(link.snr_db);
    m_queue_mpdus(i) = link.waiting;
    m_controller(i) = static_cast<std::int32_t>(link.decision.controller);
    m_next_mcs(i) = link.decision.mcs;
}

bool Links::IsDue(const Link& link) const {
    return !link.has_asked ||
           (link.frames >= m_settings.ask_frames &&
            ns3::Simulator::Now() - link.asked >=
                ns3::MicroSeconds(static_cast<std::uint64_t>(1e3 * m_settings.ask_ms)));
}

void Links::Ask(std::size_t i) {
    Observe(i);
    const bool goes_on = m_askers.AskNow(i, "frame");
    Link& link = m_links[i];
    if (goes_on) {
        link.decision = {static_cast<Controller>(m_controller(i)),
                         static_cast<std::uint8_t>(m_next_mcs(i))};
    }
    link.frames = 0;
    link.asked = ns3::Simulator::Now();
    link.has_asked = true;
    link.sent = link.acknowledged = 0;
    link.airtime_us = 0;
    link.snr_db = Link::NO_SNR_DB;
}

}  // namespace physical
