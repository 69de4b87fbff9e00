// SPDX-License-Identifier: GPL-2.0-only
#include "rate-control-settings.h"

#include "message.h"

#include <bit>
#include <string>

namespace physical {

void RateControlSettings::Declare(Settings& settings) {
    settings.Real("duration_s", duration_s, 0.001, 1e6, "s", "simulated time with traffic");
    settings.Real("warmup_s", warmup_s, 0.5, 1e3, "s",
                  "simulated time before it, in which stations associate");
    settings.Integer("n_stations", n_stations, 1, 100, "stations",
                     "stations of the access point; each has one link");
    settings.Choice("radio.band_ghz", band_ghz, {"2.4", "5", "6"}, "frequency band, in GHz");
    settings.Integer("radio.width_mhz", width_mhz, 20, 160, "MHz",
                     "channel width: 20, 40, 80 or 160");
    settings.Integer("radio.guard_interval_ns", guard_interval_ns, 800, 3200, "ns",
                     "800, 1600 or 3200 (IEEE 802.11ax-2021, Table 27-12)");
    settings.Integer("radio.streams", streams, 1, 4, "1",
                     "antennas of each device, and spatial streams of each frame");
    settings.Real("radio.power_dbm", power_dbm, -10, 30, "dBm", "of every device");
    settings.Real("radio.path_loss_exponent", path_loss_exponent, 1.6, 6, "1",
                  "of the log-distance law, from the free space of the first metre on");
    settings.Integer("radio.ampdu_byte", ampdu_byte, 0, 6'500'631, "byte",
                     "largest A-MPDU; 0: frames are not aggregated");
    settings.Choice("fading.model", fading, {"none", "jakes", "nakagami"},
                    "none; jakes: Rayleigh, correlated in time (Clarke 1968, Jakes 1974); "
                    "nakagami: drawn for every frame");
    settings.Real("fading.speed_mps", fading_speed_mps, 0.01, 100, "m/s",
                  "jakes: speed v of what moves, for the Doppler frequency v f / c");
    settings.Real("fading.nakagami_m", nakagami_m, 0.5, 100, "1",
                  "nakagami: m; 1 is Rayleigh, more is milder");
    settings.Real("distance_m", distance_m, 0, 1e3, "m",
                  "of all stations from the access point; 0: as mobility.model moves them");
    settings.Real("area_m", area_m, 2, 1e3, "m",
                  "side of the square around the access point in which stations move");
    mobility.Declare(settings);
    settings.Choice("traffic.direction", direction, {"downlink", "uplink"},
                    "who sends: the access point, or the stations");
    settings.Choice("traffic.model", traffic, {"saturated", "cbr"},
                    "saturated: always data to send; cbr: traffic.rate_mbps per link");
    settings.Real("traffic.rate_mbps", rate_mbps, 0.01, 1e4, "Mbit/s", "cbr: of payload, per link");
    settings.Integer("traffic.payload_byte", payload_byte, 1, 2304, "byte", "of a data frame");
    settings.Real("interferer.distance_m", interferer_distance_m, 0, 1e3, "m",
                  "of a device of another network on the channel, in x; 0: there is none. Beyond "
                  "the carrier sense of the sender it is hidden");
    settings.Real("interferer.load", interferer_load, 0.001, 0.9, "1",
                  "share of time in which it wants to send");
    settings.Integer("ask.frames", ask_frames, 1, 1000, "frames",
                     "frames of a link from one question to the next");
    settings.Real("ask.ms", ask_ms, 0, 1e4, "ms", "least time of a link between two questions");
}

void RateControlSettings::Check() const {
    const std::uint32_t widest_mhz = band_ghz == "2.4" ? 40 : 160;
    if (!std::has_single_bit(width_mhz / 20) || width_mhz % 20 != 0 || width_mhz > widest_mhz) {
        throw SettingError("setting radio.width_mhz = " + std::to_string(width_mhz) +
                           ": must be 20, 40" + (widest_mhz > 40 ? ", 80 or 160" : " at most") +
                           " with radio.band_ghz = " + band_ghz);
    }
    if (guard_interval_ns != 800 && guard_interval_ns != 1600 && guard_interval_ns != 3200) {
        throw SettingError("setting radio.guard_interval_ns = " +
                           std::to_string(guard_interval_ns) + ": must be 800, 1600 or 3200");
    }
    const RateControlSettings usual;
    if (distance_m > 0 && mobility != usual.mobility) {
        throw SettingError("settings mobility.…: have no effect with distance_m = " +
                           message::Number(distance_m) + ": set that to 0, or leave them out");
    }
    if (distance_m > 0 && area_m != usual.area_m) {
        throw SettingError("setting area_m = " + message::Number(area_m) +
                           ": has no effect with distance_m = " + message::Number(distance_m) +
                           ": set that to 0, or leave this out");
    }
    mobility.Check(MovementArea());
    if (interferer_distance_m != 0 && interferer_distance_m == distance_m) {
        throw SettingError(
            "setting interferer.distance_m = " + message::Number(interferer_distance_m) +
            ": must not be distance_m, where a station is");
    }
}

double RateControlSettings::CarrierHz() const {
    // Middle of the bands; the path loss of the first metre differs by less than 1 dB within one.
    return band_ghz == "2.4" ? 2.44e9 : band_ghz == "5" ? 5.5e9 : 6.5e9;
}

Area RateControlSettings::MovementArea() const {
    return {-area_m / 2, area_m / 2, -area_m / 2, area_m / 2};
}

double RateControlSettings::DopplerHz() const {
    return fading_speed_mps * CarrierHz() / LIGHT_MPS;
}

}  // namespace physical
