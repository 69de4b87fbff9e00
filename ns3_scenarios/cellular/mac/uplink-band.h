// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_UPLINK_BAND_H
#define PHYSICAL_UPLINK_BAND_H

#include <cstdint>
#include <optional>
#include <vector>

namespace physical {

/// The resource blocks of one uplink TTI. SC-FDMA needs each user's in one piece
/// (TS 36.213, 8.1.1), and of a size that its DFT can do: 2^a 3^b 5^c (TS 36.211, 5.3.3).
class UplinkBand {
  public:
    /// @param busy resource blocks that may not be used
    explicit UplinkBand(std::vector<bool> busy = {}) : m_busy(std::move(busy)) {}

    /// @return the largest allowed size up to @p n_rb, the smallest from @p n_rb on
    static std::uint32_t RoundDown(std::uint32_t n_rb);
    static std::uint32_t RoundUp(std::uint32_t n_rb);

    std::size_t Size() const { return m_busy.size(); }
    std::uint32_t FreeRb() const;
    bool IsFree(std::uint32_t first_rb, std::uint32_t n_rb) const;
    void Take(std::uint32_t first_rb, std::uint32_t n_rb);

    /// A piece of the band.
    struct Piece {
        std::uint32_t first_rb;
        std::uint32_t n_rb;
    };

    /// Take @p n_rb resource blocks from the smallest gap that holds them.
    std::optional<std::uint32_t> TakeExactly(std::uint32_t n_rb);
    /// If no gap is as large, take what fits into the largest, provided it has @p smallest_rb.
    std::optional<Piece> TakeUpTo(std::uint32_t n_rb, std::uint32_t smallest_rb);
    /// Make a taken piece longer at its upper end, up to the largest allowed size.
    /// @return by how many resource blocks
    std::uint32_t Extend(const Piece& piece, std::uint32_t most_rb);

  private:
    std::vector<Piece> Gaps() const;

    std::vector<bool> m_busy;
};

}  // namespace physical

#endif
