// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_FAST_FADING_H
#define PHYSICAL_FAST_FADING_H

#include "channel/delay-profile.h"
#include "spatial-channel.h"

#include "ns3/mobility-model.h"
#include "ns3/random-variable-stream.h"
#include "ns3/spectrum-model.h"
#include "ns3/spectrum-propagation-loss-model.h"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace physical {

/**
 * Fast fading of all links of one direction, after Clarke: each echo of the delay profile is a sum
 * of plane waves that arrive from all around,
 *
 *     h_l(x) = √(P_l / W) Σ_w exp(j (2π/λ k_w · x + φ_w)),   H(f, x) = Σ_l h_l(x) exp(−j 2π f τ_l),
 *
 * and a resource block at f receives |H(f, x)|², 1 in the mean. A user that moves through this
 * pattern meets the Doppler spectrum of Jakes; one that stands still, a frozen channel. In line of
 * sight a wave straight from the base station is added, with the environment's Rician K factor.
 *
 * Like the rest of the channel it is a function of the place alone, not of the events before: two
 * policies under one seed meet the same fading. It is constant within a subframe.
 */
class FastFading : public ns3::SpectrumPropagationLossModel {
  public:
    static ns3::TypeId GetTypeId();

    /// @param spectrum the resource blocks of the direction
    FastFading(const DelayProfile& profile,
               ns3::Ptr<const ns3::SpectrumModel> spectrum,
               double rician_k_db,
               ns3::Ptr<SpatialChannel> channel,
               std::int64_t stream);

    /// All base stations have to be known before the first user.
    void AddBaseStation(ns3::Ptr<const ns3::MobilityModel> mobility);
    void AddUser(ns3::Ptr<const ns3::MobilityModel> mobility);

  private:
    using Phase = std::uint32_t;  ///< 2^32 is a full turn

    struct Wave {
        double x_per_m;  ///< turns per metre
        double y_per_m;
    };
    /// The phases of all waves where the user was at the start of the subframe.
    struct User {
        std::int64_t x = INT64_MIN;  ///< in steps of PLACE_RESOLUTION_M
        std::int64_t y = INT64_MIN;
        std::vector<Phase> phases;  // [n_waves]
    };
    struct Link {
        std::vector<Phase> phases;  ///< what distinguishes it from other links, [n_waves]
        std::int64_t x = INT64_MIN;
        std::int64_t y = INT64_MIN;
        bool line_of_sight = false;
        std::vector<float> gain;  // [n_rb]
    };
    /// What one echo does to each resource block: exp(−j 2π f τ), times its amplitude.
    struct Echo {
        std::vector<float> real;  // [n_rb]
        std::vector<float> imag;
    };

    ns3::Ptr<ns3::SpectrumValue> DoCalcRxPowerSpectralDensity(
        ns3::Ptr<const ns3::SpectrumSignalParameters> params,
        ns3::Ptr<const ns3::MobilityModel> a,
        ns3::Ptr<const ns3::MobilityModel> b) const override;
    std::int64_t DoAssignStreams(std::int64_t stream) override;

    const std::vector<float>& Gain(const ns3::MobilityModel& bs,
                                   const ns3::MobilityModel& user) const;
    void MoveUser(User& user, const ns3::MobilityModel& mobility) const;
    void ComputeGain(Link& link, const User& user, const ns3::Vector& bs) const;

    double m_wavelength_m;
    double m_rician_k;
    ns3::Ptr<SpatialChannel> m_channel;
    ns3::Ptr<ns3::UniformRandomVariable> m_random;
    std::vector<Wave> m_waves;  // those of an echo after those of the one before
    std::vector<Echo> m_echoes;
    std::unordered_map<const ns3::MobilityModel*, std::size_t> m_bs;
    std::unordered_map<const ns3::MobilityModel*, std::size_t> m_user;
    mutable std::vector<User> m_users;
    mutable std::vector<Link> m_links;      // [n_ue, n_bs]
    mutable std::vector<float> m_sum_real;  // [n_rb], while a gain is computed
    mutable std::vector<float> m_sum_imag;
};

}  // namespace physical

#endif
