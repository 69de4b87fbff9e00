// SPDX-License-Identifier: GPL-2.0-only
#include "channel/fast-fading.h"

#include "ns3/simulator.h"
#include "ns3/spectrum-signal-parameters.h"
#include "ns3/spectrum-value.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

namespace physical {

namespace {

constexpr std::size_t WAVES_PER_ECHO = 16;
constexpr double LIGHT_MPS = 299'792'458;
constexpr std::int64_t SUBFRAME_NS = 1'000'000;
/// Places nearer than this are the same: far below a wavelength, far above rounding errors.
constexpr double PLACE_RESOLUTION_M = 1e-6;
constexpr double FULL_TURN = 4294967296.0;

/// Unit vectors by phase. 2048 of them are exact to −56 dB, which no receiver notices.
class UnitCircle {
  public:
    UnitCircle() {
        for (std::size_t i = 0; i < SIZE; ++i) {
            const double angle = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / SIZE;
            m_vectors[i] = {static_cast<float>(std::cos(angle)),
                            static_cast<float>(std::sin(angle))};
        }
    }
    const std::complex<float>& operator()(std::uint32_t phase) const {
        return m_vectors[phase >> (32 - BITS)];
    }

  private:
    static constexpr unsigned BITS = 11;
    static constexpr std::size_t SIZE = 1U << BITS;
    std::array<std::complex<float>, SIZE> m_vectors;
};

const UnitCircle UNIT_CIRCLE;

std::uint32_t ToPhase(double turns) {
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(turns * FULL_TURN));
}

}  // namespace

ns3::TypeId FastFading::GetTypeId() {
    static ns3::TypeId tid =
        ns3::TypeId("physical::FastFading").SetParent<ns3::SpectrumPropagationLossModel>();
    return tid;
}

FastFading::FastFading(const DelayProfile& profile,
                       ns3::Ptr<const ns3::SpectrumModel> spectrum,
                       double rician_k_db,
                       ns3::Ptr<SpatialChannel> channel,
                       std::int64_t stream)
    : m_rician_k(std::pow(10, rician_k_db / 10)),
      m_channel(channel),
      m_random(ns3::CreateObject<ns3::UniformRandomVariable>()) {
    m_random->SetStream(stream);
    const std::size_t n_rb = spectrum->GetNumBands();
    const double lowest_hz = spectrum->Begin()->fc;
    const double highest_hz = (spectrum->End() - 1)->fc;
    m_wavelength_m = LIGHT_MPS / ((lowest_hz + highest_hz) / 2);

    double total_power = 0;
    for (const DelayTap& tap : profile.taps) {
        total_power += std::pow(10, tap.power_db / 10);
    }
    for (const DelayTap& tap : profile.taps) {
        const double power = std::pow(10, tap.power_db / 10) / total_power;
        const double amplitude = std::sqrt(power / WAVES_PER_ECHO);
        Echo echo;
        for (auto band = spectrum->Begin(); band != spectrum->End(); ++band) {
            const double turns = -(band->fc - lowest_hz) * tap.delay_ns * 1e-9;
            echo.real.push_back(
                static_cast<float>(amplitude * std::cos(2 * std::numbers::pi * turns)));
            echo.imag.push_back(
                static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * turns)));
        }
        m_echoes.push_back(echo);
        // One wave from each sixteenth of the circle: nearer to the integral over all directions
        // than directions drawn at will.
        for (std::size_t wave = 0; wave < WAVES_PER_ECHO; ++wave) {
            const double turn =
                (static_cast<double>(wave) + m_random->GetValue(0, 1)) / WAVES_PER_ECHO;
            m_waves.push_back({std::cos(2 * std::numbers::pi * turn) / m_wavelength_m,
                               std::sin(2 * std::numbers::pi * turn) / m_wavelength_m});
        }
    }
    m_sum_real.resize(n_rb);
    m_sum_imag.resize(n_rb);
}

void FastFading::AddBaseStation(ns3::Ptr<const ns3::MobilityModel> mobility) {
    m_bs.emplace(ns3::PeekPointer(mobility), m_bs.size());
}

void FastFading::AddUser(ns3::Ptr<const ns3::MobilityModel> mobility) {
    m_user.emplace(ns3::PeekPointer(mobility), m_users.size());
    m_users.emplace_back().phases.resize(m_waves.size());
    for (std::size_t bs = 0; bs < m_bs.size(); ++bs) {
        Link& link = m_links.emplace_back();
        link.gain.resize(m_sum_real.size());
        for (std::size_t wave = 0; wave < m_waves.size(); ++wave) {
            link.phases.push_back(ToPhase(m_random->GetValue(0, 1)));
        }
    }
}

ns3::Ptr<ns3::SpectrumValue> FastFading::DoCalcRxPowerSpectralDensity(
    ns3::Ptr<const ns3::SpectrumSignalParameters> params,
    ns3::Ptr<const ns3::MobilityModel> a,
    ns3::Ptr<const ns3::MobilityModel> b) const {
    const bool from_bs = m_bs.contains(ns3::PeekPointer(a));
    const std::vector<float>& gain = from_bs ? Gain(*a, *b) : Gain(*b, *a);
    ns3::Ptr<ns3::SpectrumValue> received = params->psd->Copy();
    auto block = gain.begin();
    for (auto value = received->ValuesBegin(); value != received->ValuesEnd(); ++value) {
        *value *= *block++;
    }
    return received;
}

std::int64_t FastFading::DoAssignStreams(std::int64_t /*stream*/) {
    return 0;  // all is drawn when base stations and users are added
}

const std::vector<float>& FastFading::Gain(const ns3::MobilityModel& bs,
                                           const ns3::MobilityModel& user) const {
    const std::size_t user_index = m_user.at(&user);
    User& place = m_users[user_index];
    Link& link = m_links[user_index * m_bs.size() + m_bs.at(&bs)];
    MoveUser(place, user);
    const bool line_of_sight = m_channel->Between(bs, user).line_of_sight;
    if (link.x != place.x || link.y != place.y || link.line_of_sight != line_of_sight) {
        link.line_of_sight = line_of_sight;
        ComputeGain(link, place, bs.GetPosition());
    }
    return link.gain;
}

void FastFading::MoveUser(User& user, const ns3::MobilityModel& mobility) const {
    const double since_start_s =
        static_cast<double>(ns3::Simulator::Now().GetNanoSeconds() % SUBFRAME_NS) * 1e-9;
    const ns3::Vector position = mobility.GetPosition();
    const ns3::Vector velocity = mobility.GetVelocity();
    const std::int64_t x =
        std::llround((position.x - velocity.x * since_start_s) / PLACE_RESOLUTION_M);
    const std::int64_t y =
        std::llround((position.y - velocity.y * since_start_s) / PLACE_RESOLUTION_M);
    if (x == user.x && y == user.y) {
        return;
    }
    user.x = x;
    user.y = y;
    const double x_m = static_cast<double>(x) * PLACE_RESOLUTION_M;
    const double y_m = static_cast<double>(y) * PLACE_RESOLUTION_M;
    for (std::size_t wave = 0; wave < m_waves.size(); ++wave) {
        user.phases[wave] = ToPhase(m_waves[wave].x_per_m * x_m + m_waves[wave].y_per_m * y_m);
    }
}

void FastFading::ComputeGain(Link& link, const User& user, const ns3::Vector& bs) const {
    link.x = user.x;
    link.y = user.y;
    std::complex<float> direct = 0;
    float scattered = 1;
    if (link.line_of_sight) {
        const double distance_m =
            std::hypot(static_cast<double>(user.x) * PLACE_RESOLUTION_M - bs.x,
                       static_cast<double>(user.y) * PLACE_RESOLUTION_M - bs.y);
        direct = UNIT_CIRCLE(ToPhase(-distance_m / m_wavelength_m)) *
                 static_cast<float>(std::sqrt(m_rician_k / (m_rician_k + 1)));
        scattered = static_cast<float>(std::sqrt(1 / (m_rician_k + 1)));
    }
    const std::size_t n_rb = link.gain.size();
    std::fill(m_sum_real.begin(), m_sum_real.end(), direct.real());
    std::fill(m_sum_imag.begin(), m_sum_imag.end(), direct.imag());
    std::size_t wave = 0;
    for (const Echo& echo : m_echoes) {
        std::complex<float> sum = 0;
        for (std::size_t i = 0; i < WAVES_PER_ECHO; ++i, ++wave) {
            sum += UNIT_CIRCLE(user.phases[wave] + link.phases[wave]);
        }
        const float real = sum.real() * scattered;
        const float imag = sum.imag() * scattered;
        for (std::size_t rb = 0; rb < n_rb; ++rb) {
            m_sum_real[rb] += real * echo.real[rb] - imag * echo.imag[rb];
            m_sum_imag[rb] += real * echo.imag[rb] + imag * echo.real[rb];
        }
    }
    for (std::size_t rb = 0; rb < n_rb; ++rb) {
        link.gain[rb] = m_sum_real[rb] * m_sum_real[rb] + m_sum_imag[rb] * m_sum_imag[rb];
    }
}

}  // namespace physical
