// SPDX-License-Identifier: MIT
#include "bind-laws.h"

#include "arrays.h"
#include "laws/channel-map.h"
#include "laws/control-channel.h"
#include "laws/handover.h"
#include "laws/interference.h"
#include "laws/processor-sharing.h"
#include "laws/rate-curve.h"
#include "laws/uplink-power.h"
#include "read-parameters.h"

#include <nanobind/stl/optional.h>

#include <optional>

namespace nb = nanobind;
using namespace nb::literals;

namespace twin {

namespace {

using Numbers = Input<double>;

/// The laws of one set of constants.
class LteLaws {
  public:
    explicit LteLaws(const nb::dict& values)
        : m_parameters(ReadLteParameters(values)),
          m_power(m_parameters.uplink),
          m_curve(m_parameters.rate),
          m_loss(m_parameters.interference),
          m_control(m_parameters.control),
          m_failure(m_parameters.failure) {
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

    Output Decoded(const Numbers& control_db) const {
        return Each(control_db.size(),
                    [&](std::size_t i) { return m_control.Decoded(control_db.data()[i]); });
    }

    Output FailureProbability(const Numbers& excess_db) const {
        return Each(excess_db.size(),
                    [&](std::size_t i) { return m_failure.Probability(excess_db.data()[i]); });
    }

  private:
    template <class Law>
    static Output Each(std::size_t n, Law law) {
        std::vector<double> found(n);
        for (std::size_t i = 0; i < n; ++i) {
            found[i] = law(i);
        }
        return Fresh(std::move(found), {n});
    }

    LteParameters m_parameters;
    std::vector<CellMap<double>> m_cells;
    UplinkPower<double> m_power;
    RateInterpolation<double> m_curve;
    InterferenceLoss<double> m_loss;
    ControlDecoding<double> m_control;
    HandoverFailure<double> m_failure;
};

Output ShareOutOf(const Numbers& need_s,
                  const Numbers& weight,
                  const Numbers& present_s,
                  const Input<std::int32_t>& resource,
                  std::size_t n_resources,
                  double slot_s,
                  const std::optional<Numbers>& quota) {
    const std::size_t n = need_s.size();
    RequireSize(weight, n, "weight");
    RequireSize(present_s, n, "present_s");
    RequireSize(resource, n, "resource");
    if (quota) {
        RequireSize(*quota, n_resources, "quota");
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (resource.data()[i] < 0 || static_cast<std::size_t>(resource.data()[i]) >= n_resources) {
            throw std::invalid_argument("resource: from 0 to n_resources - 1");
        }
    }
    std::vector<double> active(n), rest_s(n_resources), sums(n_resources), offered_s(n);
    ShareOut(n, need_s.data(), weight.data(), present_s.data(), resource.data(), n_resources,
             slot_s, quota ? quota->data() : nullptr, active.data(), rest_s.data(), sums.data(),
             offered_s.data());
    return Fresh(std::move(offered_s), {n});
}

/// Weights scaled so that they add up to 1 over the users of each base station, [n, n_ue].
Output SharesWithinCells(const nb::ndarray<const double, nb::ndim<2>, nb::c_contig>& weights,
                         const nb::ndarray<const std::int32_t, nb::ndim<2>, nb::c_contig>& cells) {
    RequireSize(cells, weights.size(), "serving_bs");
    const std::size_t n = weights.shape(0), n_ue = weights.shape(1);
    std::vector<float> shares(n * n_ue);
    std::vector<double> total;  // of each cell; first of those without one
    for (std::size_t row = 0; row < n; ++row) {
        const double* weight = weights.data() + row * n_ue;
        const std::int32_t* cell = cells.data() + row * n_ue;
        std::fill(total.begin(), total.end(), 0);
        for (std::size_t ue = 0; ue < n_ue; ++ue) {
            const auto at = static_cast<std::size_t>(std::max(cell[ue], -1) + 1);
            if (at >= total.size()) {
                total.resize(at + 1, 0);
            }
            total[at] += weight[ue];
        }
        for (std::size_t ue = 0; ue < n_ue; ++ue) {
            const double sum = total[static_cast<std::size_t>(std::max(cell[ue], -1) + 1)];
            shares[row * n_ue + ue] = sum > 0 ? static_cast<float>(weight[ue] / sum) : 0.f;
        }
    }
    return Fresh(std::move(shares), {n, n_ue});
}

}  // namespace

void BindLaws(nb::module_& module) {
    nb::class_<LteLaws>(module, "LteLaws")
        .def(nb::init<const nb::dict&>(), "parameters"_a)
        .def("map_rsrp_dbm", &LteLaws::MapRsrpDbm, "position_m"_a, "bs_position_m"_a)
        .def("antenna_gain_db", &LteLaws::AntennaGainDb, "position_m"_a, "bs_position_m"_a)
        .def("log_distance", &LteLaws::LogDistance, "position_m"_a, "bs_position_m"_a)
        .def("sounded_db", &LteLaws::SoundedDb, "rsrp_dbm"_a, "bs"_a)
        .def("bps_per_rb", &LteLaws::BpsPerRb, "sinr_db"_a)
        .def("density_over_rsrp_db", &LteLaws::DensityOverRsrpDb, "own_rsrp_dbm"_a, "width_rb"_a)
        .def("survives", &LteLaws::Survives, "wanted_dbm"_a, "heard_dbm"_a, "busy"_a,
             "sounded_db"_a)
        .def("control_sinr_db", &LteLaws::ControlSinrDb, "rsrp_dbm"_a, "bs"_a)
        .def("decoded", &LteLaws::Decoded, "control_db"_a)
        .def("failure_probability", &LteLaws::FailureProbability, "source_over_target_db"_a);
    module.def("share_out", &ShareOutOf, "need_s"_a, "weight"_a, "present_s"_a, "resource"_a,
               "n_resources"_a, "slot_s"_a, "quota"_a.none() = nb::none());
    module.def("log2", [](float x) { return Log2(x); }, "x"_a);
    module.def("exp2", [](float x) { return Exp2(x); }, "x"_a);
    module.def("shares_within_cells", &SharesWithinCells, "weights"_a, "serving_bs"_a);
}

}  // namespace twin
