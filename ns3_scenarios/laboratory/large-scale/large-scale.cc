// SPDX-License-Identifier: GPL-2.0-only
// The channel of `cellular` in the layout of 3GPP's large-scale calibration: TR 38.901, 7.8.1.
#include "hexagonal-layout.h"
#include "panel-antenna.h"
#include "propagation-environment.h"
#include "scenario.h"
#include "spatial-channel.h"
#include "wall-loss-model.h"

#include "ns3/boolean.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/double.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/random-variable-stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace physical {

namespace {

constexpr std::uint32_t SITES = 19;
/// Each antenna looks at a neighbouring site: cells are hexagons with the site in a corner.
constexpr std::array<double, 3> SECTORS_DEG{0, 120, 240};
constexpr double OUTDOOR_HEIGHT_M = 1.5;
constexpr double INDOOR_USERS = 0.8;
constexpr double DEEPEST_INDOORS_M = 25;
constexpr std::int64_t MAPS_STREAM = 1;
constexpr std::int64_t USERS_STREAM = 2;
constexpr std::int64_t WALLS_STREAM = 3;
constexpr std::int64_t PATH_LOSS_STREAM = 4;

}  // namespace

/// TR 38.901 Table 7.2-1.
struct CalibrationLayout {
    double site_distance_m;
    double bs_height_m;
    double least_distance_m;
};

CalibrationLayout CalibrationLayoutOf(const std::string& environment) {
    return environment == "uma" ? CalibrationLayout{500, 25, 35} : CalibrationLayout{200, 10, 10};
}

/// Users are dropped around the site in the middle, so that all that matter to them are there.
class LargeScale : public Scenario {
  public:
    LargeScale() : Scenario("large-scale", "path gains in the layout of TR 38.901's calibration") {}

    void DeclareSettings(Settings& settings) override {
        settings.Integer("n_ue", m_n_ue, 1, 2000, "users", "users that are dropped");
        settings.Choice("environment", m_environment, {"uma", "umi"}, "of TR 38.901");
        settings.Real("frequency_ghz", m_frequency_ghz, 0.5, 100, "GHz", "carrier");
    }

    void DeclareFields(Schema& schema) override {
        m_path_gain_db =
            schema.Observation<double>({"path_gain_db",
                                        {Ue(m_n_ue), Axis(SITES * SECTORS_DEG.size(), "cell")},
                                        "dB",
                                        -1e4,
                                        1e3,
                                        "received over transmitted power, with the gains of the "
                                        "antennas: what 3GPP plots as coupling loss"});
    }

    void Build() override {
        const PropagationEnvironment& environment = FindPropagationEnvironment(m_environment);
        m_layout = CalibrationLayoutOf(m_environment);
        m_channel = ns3::CreateObject<SpatialChannel>(environment, true, 0.5, MAPS_STREAM);
        MakePathLoss(environment);
        for (const ns3::Vector& site :
             HexagonalLayout(SITES, m_layout.site_distance_m, m_layout.bs_height_m)) {
            m_sites.push_back(Standing(site));
            m_channel->AddBaseStation(m_sites.back());
        }
        m_uniform->SetStream(USERS_STREAM);
        m_normal->SetStream(WALLS_STREAM);
        for (std::uint32_t ue = 0; ue < m_n_ue; ++ue) {
            Drop(environment);
        }
    }

    void Observe() override {
        for (std::size_t ue = 0; ue < m_gains_db.size(); ++ue) {
            for (std::size_t cell = 0; cell < m_gains_db[ue].size(); ++cell) {
                m_path_gain_db(ue, cell) = m_gains_db[ue][cell];
            }
        }
    }

    void DefaultAction() override {}
    void Act() override {}

  private:
    static ns3::Ptr<ns3::MobilityModel> Standing(const ns3::Vector& place) {
        const auto mobility = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
        mobility->SetPosition(place);
        return mobility;
    }

    void MakePathLoss(const PropagationEnvironment& environment) {
        ns3::ObjectFactory factory(environment.path_loss.GetName());
        factory.Set("Frequency", ns3::DoubleValue(m_frequency_ghz * 1e9));
        factory.Set("ChannelConditionModel",
                    ns3::PointerValue(ns3::CreateObject<SpatialConditionModel>(m_channel)));
        m_path_loss = factory.Create<ns3::PropagationLossModel>();
        m_path_loss->SetAttributeFailSafe("ShadowingEnabled", ns3::BooleanValue(false));
        m_path_loss->AssignStreams(PATH_LOSS_STREAM);
    }

    ns3::Vector PlaceInTheMiddle() {
        const double width_m = m_layout.site_distance_m;
        while (true) {
            const double x = m_uniform->GetValue(-width_m / 2, width_m / 2);
            const double y = m_uniform->GetValue(-width_m, width_m) / std::numbers::sqrt3;
            const double edge_m =
                std::max(std::abs(x), std::abs(x) / 2 + std::abs(y) * std::numbers::sqrt3 / 2);
            if (edge_m <= width_m / 2 && std::hypot(x, y) >= m_layout.least_distance_m) {
                return {x, y, OUTDOOR_HEIGHT_M};
            }
        }
    }

    /// Table 7.2-1: users indoors are on any floor of buildings with four to eight.
    double FloorHeight() {
        const auto floors = m_uniform->GetInteger(4, 8);
        return 3.0 * (m_uniform->GetInteger(1, floors) - 1) + OUTDOOR_HEIGHT_M;
    }

    void Drop(const PropagationEnvironment& environment) {
        ns3::Vector place = PlaceInTheMiddle();
        const bool indoors = m_uniform->GetValue(0, 1) < INDOOR_USERS;
        double indoor_db = 0;
        if (indoors) {
            place.z = FloorHeight();
            const double depth_m = std::min(m_uniform->GetValue(0, DEEPEST_INDOORS_M),
                                            m_uniform->GetValue(0, DEEPEST_INDOORS_M));
            // Half of the buildings of each kind, Table 7.8-1.
            const WallLoss wall =
                OuterWallLoss(m_uniform->GetValue(0, 1) < 0.5, m_frequency_ghz * 1e9);
            indoor_db = wall.through_db + wall.deviation_db * m_normal->GetValue() +
                        INDOOR_LOSS_DB_PER_M * depth_m;
        }
        const auto user = Standing(place);
        std::vector<double> gains_db;
        for (const auto& site : m_sites) {
            const SpatialChannel::Link& link = m_channel->Between(*site, *user);
            const double deviation_db =
                link.line_of_sight ? environment.shadowing_los_db : environment.shadowing_nlos_db;
            const double shadowing_db =
                indoors ? link.shadowing_db * environment.shadowing_indoor_db / deviation_db
                        : link.shadowing_db;
            const double gain_db =
                m_path_loss->CalcRxPower(0, site, user) - shadowing_db - indoor_db;
            const ns3::Vector to_user = place - site->GetPosition();
            const double azimuth_deg = Degrees(std::atan2(to_user.y, to_user.x));
            const double zenith_deg =
                90 - Degrees(std::atan2(to_user.z, std::hypot(to_user.x, to_user.y)));
            for (const double sector_deg : SECTORS_DEG) {
                gains_db.push_back(
                    gain_db +
                    PanelGainDb(zenith_deg, std::remainder(azimuth_deg - sector_deg, 360)));
            }
        }
        m_gains_db.push_back(std::move(gains_db));
    }

    static double Degrees(double radians) { return radians * 180 / std::numbers::pi; }

    std::uint32_t m_n_ue = 570;
    std::string m_environment = "uma";
    double m_frequency_ghz = 6;
    Field<double> m_path_gain_db;
    CalibrationLayout m_layout{};
    ns3::Ptr<SpatialChannel> m_channel;
    ns3::Ptr<ns3::PropagationLossModel> m_path_loss;
    std::vector<ns3::Ptr<ns3::MobilityModel>> m_sites;
    std::vector<std::vector<double>> m_gains_db;  ///< [n_ue, cell]
    ns3::Ptr<ns3::UniformRandomVariable> m_uniform =
        ns3::CreateObject<ns3::UniformRandomVariable>();
    ns3::Ptr<ns3::NormalRandomVariable> m_normal = ns3::CreateObject<ns3::NormalRandomVariable>();
};

}  // namespace physical

int main(int argc, char** argv) {
    physical::LargeScale scenario;
    return physical::RunScenario(scenario, argc, argv);
}
