// SPDX-License-Identifier: GPL-2.0-only
#include "grant-sizes.h"

#include <algorithm>
#include <cmath>

namespace twin {

namespace {

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

void GiveRest(std::vector<GrantRequest>& requests,
              std::uint32_t rest_units,
              std::uint32_t rb_per_unit,
              ShareMode mode) {
    for (; rest_units > 0; --rest_units) {
        GrantRequest* next = nullptr;
        double next_owed_rb = 0;
        for (GrantRequest& request : requests) {
            const double still_owed_rb = request.owed_rb - request.units * rb_per_unit;
            if (MayTakeMore(request, still_owed_rb, rb_per_unit, mode) &&
                (!next || still_owed_rb > next_owed_rb)) {
                next = &request;
                next_owed_rb = still_owed_rb;
            }
        }
        if (!next) {
            return;
        }
        ++next->units;
    }
}

}  // namespace

void SizeGrants(std::vector<GrantRequest>& requests,
                std::uint32_t free_units,
                std::uint32_t rb_per_unit,
                ShareMode mode) {
    std::sort(requests.begin(), requests.end(), [](const GrantRequest& a, const GrantRequest& b) {
        const bool a_signals = a.signalling_units > 0;
        const bool b_signals = b.signalling_units > 0;
        if (a_signals != b_signals) {
            return a_signals;
        }
        return a.owed_rb != b.owed_rb ? a.owed_rb > b.owed_rb : a.rnti < b.rnti;
    });
    for (GrantRequest& request : requests) {
        const std::uint32_t units =
            std::max(DataUnits(request, rb_per_unit, mode), request.signalling_units);
        const bool fits = free_units >= std::min(request.smallest_units, units);
        request.units = fits ? std::min(units, free_units) : 0;
        free_units -= request.units;
    }
    GiveRest(requests, free_units, rb_per_unit, mode);
}

}  // namespace twin
