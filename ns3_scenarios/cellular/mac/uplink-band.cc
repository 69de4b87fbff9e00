// SPDX-License-Identifier: GPL-2.0-only
#include "uplink-band.h"

#include <algorithm>

namespace physical {

namespace {

bool IsAllowedSize(std::uint32_t n_rb) {
    for (const std::uint32_t prime : {2U, 3U, 5U}) {
        while (n_rb > 0 && n_rb % prime == 0) {
            n_rb /= prime;
        }
    }
    return n_rb <= 1;
}

}  // namespace

std::uint32_t UplinkBand::RoundDown(std::uint32_t n_rb) {
    while (!IsAllowedSize(n_rb)) {
        --n_rb;
    }
    return n_rb;
}

std::uint32_t UplinkBand::RoundUp(std::uint32_t n_rb) {
    while (!IsAllowedSize(n_rb)) {
        ++n_rb;
    }
    return n_rb;
}

std::uint32_t UplinkBand::FreeRb() const {
    return static_cast<std::uint32_t>(std::count(m_busy.begin(), m_busy.end(), false));
}

bool UplinkBand::IsFree(std::uint32_t first_rb, std::uint32_t n_rb) const {
    if (first_rb + n_rb > m_busy.size()) {
        return false;
    }
    const auto first = m_busy.begin() + first_rb;
    return std::find(first, first + n_rb, true) == first + n_rb;
}

void UplinkBand::Take(std::uint32_t first_rb, std::uint32_t n_rb) {
    std::fill_n(m_busy.begin() + first_rb, n_rb, true);
}

std::optional<std::uint32_t> UplinkBand::TakeExactly(std::uint32_t n_rb) {
    const auto piece = TakeUpTo(n_rb, n_rb);
    return piece ? std::optional(piece->first_rb) : std::nullopt;
}

std::optional<UplinkBand::Piece> UplinkBand::TakeUpTo(std::uint32_t n_rb,
                                                      std::uint32_t smallest_rb) {
    std::optional<Piece> best;
    for (const Piece& gap : Gaps()) {
        const bool best_holds = best && best->n_rb >= n_rb;
        const bool better = !best || (best_holds ? gap.n_rb >= n_rb && gap.n_rb < best->n_rb
                                                 : gap.n_rb > best->n_rb);
        if (better) {
            best = gap;
        }
    }
    if (!best) {
        return std::nullopt;
    }
    best->n_rb = RoundDown(std::min(best->n_rb, n_rb));
    if (best->n_rb < std::min(n_rb, smallest_rb)) {
        return std::nullopt;
    }
    Take(best->first_rb, best->n_rb);
    return best;
}

std::uint32_t UplinkBand::Extend(const Piece& piece, std::uint32_t most_rb) {
    const std::uint32_t end_rb = piece.first_rb + piece.n_rb;
    std::uint32_t free_rb = 0;
    while (free_rb < most_rb && IsFree(end_rb + free_rb, 1)) {
        ++free_rb;
    }
    const std::uint32_t added_rb = RoundDown(piece.n_rb + free_rb) - piece.n_rb;
    Take(end_rb, added_rb);
    return added_rb;
}

std::vector<UplinkBand::Piece> UplinkBand::Gaps() const {
    std::vector<Piece> gaps;
    for (std::uint32_t rb = 0; rb < m_busy.size(); ++rb) {
        if (m_busy[rb]) {
            continue;
        }
        if (gaps.empty() || gaps.back().first_rb + gaps.back().n_rb != rb) {
            gaps.push_back({rb, 0});
        }
        ++gaps.back().n_rb;
    }
    return gaps;
}

}  // namespace physical
