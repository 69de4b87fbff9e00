// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LINKS_H
#define PHYSICAL_LINKS_H

#include "askers.h"
#include "decided-rate-manager.h"
#include "environment.h"
#include "rate-control-settings.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <vector>

namespace physical {

/// The links whose rates are decided: what is seen of each, when it asks, what is decided.
class Links {
  public:
    /// Declares the fields.
    Links(Environment& environment, const RateControlSettings& settings);
    Links(const Links&) = delete;
    Links& operator=(const Links&) = delete;

    /// A frame is to be sent: ask, if it is time to.
    RateDecision Decide(std::size_t link);

    /// @param mcs -1: of no MCS
    void OnSent(std::size_t link, std::uint32_t mpdus, int mcs, double airtime_us);
    void OnAcknowledged(std::size_t link);
    void OnAnswered(std::size_t link, double snr_db);
    void OnWaiting(std::size_t link, int more);

    std::int32_t Waiting(std::size_t link) const { return m_links[link].waiting; }

    /// The end of the simulated time: the last observation is of now.
    void Finish();

  private:
    /// What is seen of a link since it has asked last, and what is in force.
    struct Link {
        static constexpr double NO_SNR_DB = -100;

        std::int32_t sent = 0;
        std::int32_t acknowledged = 0;
        std::int32_t mcs = -1;
        double airtime_us = 0;
        double snr_db = NO_SNR_DB;
        std::int32_t waiting = 0;
        std::uint32_t frames = 0;
        ns3::Time asked;
        bool has_asked = false;
        RateDecision decision = {};
    };

    bool IsDue(const Link& link) const;
    void Ask(std::size_t link);
    void Observe(std::size_t link);

    Environment& m_environment;
    RateControlSettings m_settings;
    Askers m_askers;
    Field<std::int32_t> m_mcs;
    Field<std::int32_t> m_sent_mpdus;
    Field<std::int32_t> m_acknowledged_mpdus;
    Field<float> m_throughput_mbps;
    Field<float> m_airtime_us;
    Field<float> m_ack_snr_db;
    Field<std::int32_t> m_queue_mpdus;
    Field<std::int32_t> m_controller;
    Field<std::int32_t> m_next_mcs;
    std::vector<Link> m_links;
};

}  // namespace physical

#endif
