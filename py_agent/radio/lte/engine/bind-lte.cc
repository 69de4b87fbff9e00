// SPDX-License-Identifier: MIT
#include "bind-lte.h"

#include "arrays.h"
#include "channel-map.h"
#include "control-channel.h"
#include "engine.h"
#include "handover-failure.h"
#include "interference.h"
#include "lte-radio.h"
#include "part.h"
#include "rate-curve.h"
#include "state-arrays.h"
#include "uplink-power.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace nb::literals;

namespace twin {

namespace {

using Numbers = Input<double>;

ControlChannel ReadControlChannel(const nb::dict& values) {
    ControlChannel control;
    Part(values).Read("needed_db", control.needed_db, "slope_db", control.slope_db, "noise_dbm",
                      control.noise_dbm, "out_of_sync_db", control.out_of_sync_db, "out_of_sync_s",
                      control.out_of_sync_s, "kept_s", control.kept_s, "lost_s", control.lost_s,
                      "lost_sd_s", control.lost_sd_s);
    return control;
}

FailureLaw ReadFailureLaw(const nb::dict& values) {
    FailureLaw failure;
    Part(values).Read("floor", failure.floor, "margin_db", failure.margin_db, "slope_db",
                      failure.slope_db);
    return failure;
}

/// LteParameters of py_agent.radio.lte.parameters, as nested dicts.
LteParameters ReadLteParameters(const nb::dict& values) {
    LteParameters all;
    ChannelMap& channel = all.channel;
    Part(values, "channel")
        .Read("intercept_dbm", channel.intercept_dbm, "exponent", channel.exponent,
              "residual_sd_db", channel.residual_sd_db, "decorrelation_m", channel.decorrelation_m,
              "bs_height_m", channel.bs_height_m, "ue_height_m", channel.ue_height_m, "azimuth_deg",
              channel.azimuth_deg, "sector_gain_dbi", channel.sector_gain_dbi,
              "sector_downtilt_deg", channel.sector_downtilt_deg);
    UplinkSinr& uplink = all.uplink;
    Part(values, "uplink")
        .Read("reference_power_dbm", uplink.reference_power_dbm, "max_power_dbm",
              uplink.max_power_dbm, "p0_dbm", uplink.p0_dbm, "noise_dbm", uplink.noise_dbm,
              "bandwidth_rb", uplink.bandwidth_rb, "interference_rise_db",
              uplink.interference_rise_db, "offset_db", uplink.offset_db, "sd_db", uplink.sd_db,
              "correlation_s", uplink.correlation_s, "ceiling_db", uplink.ceiling_db);
    RateCurve& rate = all.rate;
    Part(values, "rate")
        .Read("sinr_db", rate.sinr_db, "bps_per_rb", rate.bps_per_rb, "correction_sd",
              rate.correction_sd, "correction_correlation_s", rate.correction_correlation_s,
              "largest_bps", rate.largest_bps);
    RateKnots& downlink = all.downlink;
    Part(values, "downlink").Read("sinr_db", downlink.sinr_db, "bps_per_rb", downlink.bps_per_rb);
    DataInterference& interference = all.interference;
    Part(values, "interference")
        .Read("margin_db", interference.margin_db, "slope_db", interference.slope_db,
              "needed_min_db", interference.needed_min_db, "needed_max_db",
              interference.needed_max_db);
    all.control = ReadControlChannel(nb::cast<nb::dict>(values["control"]));
    all.failure = ReadFailureLaw(nb::cast<nb::dict>(values["failure"]));
    return all;
}

/// law(i) of every entry, [n].
template <class Law>
Output Each(std::size_t n, Law law) {
    std::vector<double> found(n);
    for (std::size_t i = 0; i < n; ++i) {
        found[i] = law(i);
    }
    return Fresh(std::move(found), {n});
}

/// The laws of one set of constants.
class LteLaws {
  public:
    explicit LteLaws(const nb::dict& values)
        : m_parameters(ReadLteParameters(values)),
          m_power(m_parameters.uplink),
          m_curve(m_parameters.rate),
          m_loss(m_parameters.interference),
          m_control(m_parameters.control) {
        for (std::size_t bs = 0; bs < m_parameters.channel.exponent.size(); ++bs) {
            m_cells.emplace_back(m_parameters.channel, bs);
        }
    }

    /// law(cell, x, y) of every place and cell, [n, n_bs].
    template <class Law>
    Output OfPlaces(const Numbers& position_m, const Numbers& bs_position_m, Law law) const {
        const std::size_t n = position_m.size() / 2, n_bs = m_cells.size();
        RequireSize(bs_position_m, 2 * n_bs, "bs_position_m");
        std::vector<double> found(n * n_bs);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t bs = 0; bs < n_bs; ++bs) {
                found[i * n_bs + bs] =
                    law(m_cells[bs], position_m.data()[2 * i] - bs_position_m.data()[2 * bs],
                        position_m.data()[2 * i + 1] - bs_position_m.data()[2 * bs + 1]);
            }
        }
        return Fresh(std::move(found), {n, n_bs});
    }

    Output MapRsrpDbm(const Numbers& position_m, const Numbers& bs_position_m) const {
        return OfPlaces(
            position_m, bs_position_m,
            [](const CellMap<double>& map, double x, double y) { return map.RsrpDbm(x, y); });
    }

    Output AntennaGainDb(const Numbers& position_m, const Numbers& bs_position_m) const {
        return OfPlaces(
            position_m, bs_position_m,
            [](const CellMap<double>& map, double x, double y) { return map.GainDb(x, y); });
    }

    Output LogDistance(const Numbers& position_m, const Numbers& bs_position_m) const {
        return OfPlaces(
            position_m, bs_position_m,
            [](const CellMap<double>& map, double x, double y) { return map.LogDistance(x, y); });
    }

    Output SoundedDb(const Numbers& rsrp_dbm, const Input<std::int32_t>& bs) const {
        RequireSize(bs, rsrp_dbm.size(), "bs");
        return Each(rsrp_dbm.size(), [&](std::size_t i) {
            const auto cell = static_cast<std::size_t>(std::max(bs.data()[i], 0));
            return m_power.SoundedDb(rsrp_dbm.data()[i],
                                     m_parameters.uplink.interference_rise_db.at(cell), 0.0);
        });
    }

    Output BpsPerRb(const Numbers& sinr_db) const {
        return Each(sinr_db.size(),
                    [&](std::size_t i) { return m_curve.BpsPerRb(sinr_db.data()[i]); });
    }

    Output DensityOverRsrpDb(const Numbers& own_rsrp_dbm, const Numbers& width_rb) const {
        RequireSize(width_rb, own_rsrp_dbm.size(), "width_rb");
        return Each(own_rsrp_dbm.size(), [&](std::size_t i) {
            return m_power.DensityOverRsrpDb(own_rsrp_dbm.data()[i], width_rb.data()[i]);
        });
    }

    Output Survives(const Numbers& wanted_dbm,
                    const Numbers& heard_dbm,
                    const Numbers& busy,
                    const Numbers& sounded_db) const {
        const std::size_t n = wanted_dbm.size();
        RequireSize(heard_dbm, n, "heard_dbm");
        RequireSize(busy, n, "busy");
        RequireSize(sounded_db, n, "sounded_db");
        return Each(n, [&](std::size_t i) {
            return m_loss.Survives(wanted_dbm.data()[i] - m_loss.EdgeDb(sounded_db.data()[i]),
                                   heard_dbm.data()[i], m_power.NoisePerRbMw(), busy.data()[i]);
        });
    }

    Output ControlSinrDb(const Numbers& rsrp_dbm, const Input<std::int32_t>& bs) const {
        const std::size_t n_bs = m_cells.size();
        RequireSize(rsrp_dbm, bs.size() * n_bs, "rsrp_dbm");
        return Each(bs.size(), [&](std::size_t i) {
            const double* heard_dbm = rsrp_dbm.data() + i * n_bs;
            const auto own = static_cast<std::size_t>(std::max(bs.data()[i], 0));
            double others_mw = 0;
            for (std::size_t cell = 0; cell < n_bs; ++cell) {
                others_mw += cell == own ? 0 : FromDb(heard_dbm[cell]);
            }
            return m_control.SinrDb(heard_dbm[own], others_mw);
        });
    }

  private:
    LteParameters m_parameters;
    std::vector<CellMap<double>> m_cells;
    UplinkPower<double> m_power;
    RateInterpolation<double> m_curve;
    InterferenceLoss<double> m_loss;
    ControlDecoding<double> m_control;
};

/// What LTE's links are, as arrays that change with them.
Arrays LteArraysOf(nb::handle self, nb::handle engine) {
    LteRadio& radio = *nb::inst_ptr<LteRadio>(self);
    const State& state = nb::inst_ptr<Engine>(engine)->state;
    return {
        {"residual_db", OfLinks(radio.residual_db, state, self)},
        {"sinr_correction_db", OfUsers(radio.sinr_correction_db, state, self)},
        {"rate_correction", OfUsers(radio.rate_correction, state, self)},
        {"sinr_ul_db", OfUsers(radio.sinr_ul_db, state, self)},
        {"full_rate_bps", OfUsers(radio.full_rate_bps, state, self)},
        {"control_db", OfUsers(radio.control_db, state, self)},
        {"out_of_sync_s", OfUsers(radio.out_of_sync_s, state, self)},
    };
}

}  // namespace

void BindLte(nb::module_& module) {
    nb::class_<LteLaws>(module, "Laws")
        .def(nb::init<const nb::dict&>(), "parameters"_a)
        .def("map_rsrp_dbm", &LteLaws::MapRsrpDbm, "position_m"_a, "bs_position_m"_a)
        .def("antenna_gain_db", &LteLaws::AntennaGainDb, "position_m"_a, "bs_position_m"_a)
        .def("log_distance", &LteLaws::LogDistance, "position_m"_a, "bs_position_m"_a)
        .def("sounded_db", &LteLaws::SoundedDb, "rsrp_dbm"_a, "bs"_a)
        .def("bps_per_rb", &LteLaws::BpsPerRb, "sinr_db"_a)
        .def("density_over_rsrp_db", &LteLaws::DensityOverRsrpDb, "own_rsrp_dbm"_a, "width_rb"_a)
        .def("survives", &LteLaws::Survives, "wanted_dbm"_a, "heard_dbm"_a, "busy"_a,
             "sounded_db"_a)
        .def("control_sinr_db", &LteLaws::ControlSinrDb, "rsrp_dbm"_a, "bs"_a);
    module.def(
        "decoded",
        [](const nb::dict& control, const Numbers& sinr_db) {
            const ControlDecoding<double> law(ReadControlChannel(control));
            return Each(sinr_db.size(),
                        [&](std::size_t i) { return law.Decoded(sinr_db.data()[i]); });
        },
        "control"_a, "sinr_db"_a);
    module.def(
        "failure_probability",
        [](const nb::dict& failure, const Numbers& excess_db) {
            const HandoverFailure<double> law(ReadFailureLaw(failure));
            return Each(excess_db.size(),
                        [&](std::size_t i) { return law.Probability(excess_db.data()[i]); });
        },
        "failure"_a, "excess_db"_a);
    nb::class_<LteRadio, Radio>(module, "LteRadio")
        .def(
            "__init__",
            [](LteRadio* self, const nb::dict& parameters, const std::vector<float>& bs_x_m,
               const std::vector<float>& bs_y_m, double slot_s) {
                new (self) LteRadio(ReadLteParameters(parameters), bs_x_m, bs_y_m, slot_s);
            },
            "parameters"_a, "bs_x_m"_a, "bs_y_m"_a, "slot_s"_a)
        .def("arrays", &LteArraysOf, "engine"_a)
        .def("measure",
             [](LteRadio& radio, Engine& engine) {
                 radio.Measure(engine.state, {0, engine.state.batch});
             })
        .def("serve", [](LteRadio& radio, Engine& engine) {
            radio.Serve(engine.state, {0, engine.state.batch});
        });
}

}  // namespace twin
