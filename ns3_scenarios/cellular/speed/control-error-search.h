// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_CONTROL_ERROR_SEARCH_H
#define PHYSICAL_CONTROL_ERROR_SEARCH_H

#include "ns3/spectrum-value.h"

#include <vector>

namespace physical {

/**
 * The error rates that ns-3 gives the downlink control channel, found with less work.
 *
 * ns-3 looks for the effective SINR in a table of some 800 steps and for its error rate in another,
 * for every user and millisecond. The result is a falling staircase over the mean mutual
 * information: between two points that ns-3 gave one rate, every point has that rate.
 */
class ControlErrorSearch {
  public:
    double Find(const ns3::SpectrumValue& sinr);

    /// The same by ns-3 itself.
    static double AskNs3(const ns3::SpectrumValue& sinr);

  private:
    struct Stair {
        double error_rate;
        double lowest_information;
        double highest_information;

        bool Holds(double information) const {
            return lowest_information <= information && information <= highest_information;
        }
    };

    void Learn(double information, double error_rate);

    std::vector<Stair> m_stairs;  ///< in the order in which they were first met
    std::vector<int> m_all_blocks;
};

}  // namespace physical

#endif
