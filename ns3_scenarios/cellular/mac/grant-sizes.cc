// SPDX-License-Identifier: GPL-2.0-only
#include "grant-sizes.h"

#include <algorithm>
#include <cmath>

namespace physical {

namespace {

/// For how long it has been owed, in units that are the same for all users. By this, not by the
/// RBs, so that what nobody can use is lost by all users alike.
double Waiting(const GrantRequest& request, double owed_rb) {
    return request.weight > 0 ? owed_rb / request.weight : 0;
}

std::uint32_t DataUnits(const GrantRequest& request, std::uint32_t rb_per_unit, ShareMode mode) {
    if (!request.may_send_data) {
        return 0;
    }
    const std::uint32_t smallest_units = std::min(request.smallest_units, request.wanted_units);
    const auto owed_units =
        static_cast<std::uint32_t>(std::floor(std::max(request.owed_rb, 0.0) / rb_per_unit));
    if (mode == ShareMode::QUOTA && owed_units < smallest_units) {
        return 0;
    }
    return std::clamp(owed_units, smallest_units, request.wanted_units);
}

/// A quota may be overdrawn by one smallest grant, which later TTIs pay back: otherwise the
/// rounding would be lost whenever the quotas add up to the whole band.
bool MayTakeMore(const GrantRequest& request,
                 double still_owed_rb,
                 std::uint32_t rb_per_unit,
                 ShareMode mode) {
    const double overdraft_rb = request.smallest_units * rb_per_unit;
    return request.units > 0 && request.may_send_data && request.units < request.wanted_units &&
           (mode == ShareMode::WORK_CONSERVING || still_owed_rb + overdraft_rb > 0);
}

/// @return how far it is to the next larger allowed size
std::uint32_t StepUp(std::uint32_t units, RoundDown round_down) {
    std::uint32_t step = 1;
    while (round_down(units + step) != units + step) {
        ++step;
    }
    return step;
}

void GiveRest(std::vector<GrantRequest>& requests,
              std::uint32_t rest_units,
              std::uint32_t rb_per_unit,
              ShareMode mode,
              RoundDown round_down) {
    while (rest_units > 0) {
        GrantRequest* next = nullptr;
        double next_waiting = 0;
        std::uint32_t next_step = 0;
        for (GrantRequest& request : requests) {
            const double still_owed_rb = request.owed_rb - request.units * rb_per_unit;
            const std::uint32_t step = StepUp(request.units, round_down);
            if (step <= rest_units && MayTakeMore(request, still_owed_rb, rb_per_unit, mode) &&
                (!next || Waiting(request, still_owed_rb) > next_waiting)) {
                next = &request;
                next_waiting = Waiting(request, still_owed_rb);
                next_step = step;
            }
        }
        if (!next) {
            return;
        }
        next->units += next_step;
        rest_units -= next_step;
    }
}

}  // namespace

void SizeGrants(std::vector<GrantRequest>& requests,
                std::uint32_t free_units,
                std::uint32_t rb_per_unit,
                ShareMode mode,
                RoundDown round_down) {
    std::sort(requests.begin(), requests.end(), [](const GrantRequest& a, const GrantRequest& b) {
        const bool a_signals = a.signalling_units > 0;
        const bool b_signals = b.signalling_units > 0;
        if (a_signals != b_signals) {
            return a_signals;
        }
        const double a_waiting = Waiting(a, a.owed_rb);
        const double b_waiting = Waiting(b, b.owed_rb);
        return a_waiting != b_waiting ? a_waiting > b_waiting : a.rnti < b.rnti;
    });
    for (GrantRequest& request : requests) {
        const std::uint32_t units =
            std::max(DataUnits(request, rb_per_unit, mode), request.signalling_units);
        const bool fits = free_units >= std::min(request.smallest_units, units);
        request.units = fits ? round_down(std::min(units, free_units)) : 0;
        free_units -= request.units;
    }
    GiveRest(requests, free_units, rb_per_unit, mode, round_down);
}

}  // namespace physical
