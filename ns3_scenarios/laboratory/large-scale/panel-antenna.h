// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PANEL_ANTENNA_H
#define PHYSICAL_PANEL_ANTENNA_H

namespace physical {

/**
 * A column of ten antenna elements, half a wavelength apart, that one transmitter feeds: the base
 * stations of 3GPP TR 38.901 Table 7.8-1 (M = 10, N = 1, P = 1, K = M).
 *
 * The element's pattern is that of Table 7.3-1; the phases tilt the beam to zenith 102°.
 *
 * @param zenith_deg of the direction, 0 upwards
 * @param azimuth_deg from the main direction
 * @return gain in dBi
 */
double PanelGainDb(double zenith_deg, double azimuth_deg);

}  // namespace physical

#endif
