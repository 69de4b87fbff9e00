// SPDX-License-Identifier: GPL-2.0-only
#include "wifi-settings.h"

#include "channel/wifi-environment.h"
#include "message.h"

#include "ns3/vht-phy.h"

#include <array>
#include <map>

namespace physical {

namespace {

/// What a standard knows of bands, widths and modulations.
struct Standard {
    std::vector<std::string> bands_ghz;
    std::uint32_t max_width_mhz;
    std::uint32_t max_mcs;
};

const std::map<std::string, Standard>& Standards() {
    static const std::map<std::string, Standard> standards{
        {"n", {{"2.4", "5"}, 40, 7}},          // IEEE 802.11-2020, clause 19
        {"ac", {{"5"}, 160, 9}},               // clause 21
        {"ax", {{"2.4", "5", "6"}, 160, 11}},  // IEEE 802.11ax-2021, clause 27
        {"be", {{"2.4", "5", "6"}, 160, 13}},  // IEEE 802.11be, clause 36
    };
    return standards;
}

}  // namespace

double WifiSettings::FrequencyHz() const {
    return std::map<std::string, double>{{"2.4", 2.437e9}, {"5", 5.5e9}, {"6", 6.5e9}}.at(band_ghz);
}

void WifiSettings::Declare(Settings& settings) {
    settings.Choice("channel.environment", environment, WifiEnvironmentNames(),
                    "path loss, line of sight and shadowing of 3GPP TR 38.901, or of the TGax"
                    " simulation scenarios (IEEE 802.11-14/0980r16) without walls");
    settings.Flag("channel.shadowing", shadowing, "log-normal shadowing, correlated in space");
    settings.Real("channel.site_correlation", site_correlation, 0, 1, "1",
                  "correlation of the shadowing of two sites");

    settings.Choice("radio.standard", standard, {"n", "ac", "ax", "be"},
                    "amendment of IEEE 802.11");
    settings.Choice("radio.band_ghz", band_ghz, {"2.4", "5", "6"}, "frequency band, in GHz");
    settings.Integer("radio.width_mhz", width_mhz, 20, 160, "MHz",
                     "width of each access point's channel: 20, 40, 80 or 160");
    settings.Integer("radio.channels", channels, 0, 64, "1",
                     "channels that access points have in turn: with 3 the first and the fourth"
                     " share one; 0: each has its own");
    settings.Choice("radio.phy", phy, {"yans", "spectrum"},
                    "ns-3's model of the PHY: one value per channel, or the spectrum with"
                    " interference between overlapping channels; the latter costs two to three"
                    " times the CPU time");
    settings.Integer("radio.streams", streams, 1, 4, "1", "antennas, and at most as many streams");
    settings.Real("radio.ap_power_dbm", ap_power_dbm, -30, 36, "dBm",
                  "transmit power of an access point");
    settings.Real("radio.station_power_dbm", station_power_dbm, -30, 36, "dBm",
                  "transmit power of a station");
    settings.Real("radio.noise_figure_db", noise_figure_db, 0, 50, "dB",
                  "noise figure of every receiver");
    settings.Choice("radio.rate_control", rate_control, {"ideal", "minstrel-ht", "constant"},
                    "who chooses the modulation: the SNR of the last frame, known without error,"
                    " and after a lost one that of the channel's model; Minstrel-HT by statistics "
                    "of its attempts; nobody");
    settings.Integer("radio.constant_mcs", constant_mcs, 0, 13, "1",
                     "modulation and coding scheme, with radio.rate_control = constant");
    settings.Integer("radio.missed_beacons", missed_beacons, 2, 1000, "1",
                     "beacons in a row without which a station takes its access point for lost");

    settings.Choice(
        "radio.shares", shares, {"service-periods", "trigger-frames", "edca", "none"},
        "how the agent's shares (bandwidth_share) divide the uplink of an access point:"
        " by service periods, in which one station at a time may contend (target wake"
        " time, IEEE 802.11ax-2021, 26.8; its signalling is not simulated); by trigger frames,"
        " with which the access point asks stations for their data (26.5.2; ax and be, with"
        " radio.phy = spectrum); not exactly, by contention windows (EDCA, IEEE 802.11-2020, "
        "10.23.2); or not at all:"
        " stations contend as they like");
    settings.Choice("radio.bandwidth_mode", bandwidth_mode, {"work-conserving", "quota"},
                    "with shares: whether the share of an idle user is given to the others");

    settings.Flag("radio.downlink_shares", downlink_shares,
                  "whether these shares divide what the access point sends, too; only with service"
                  " periods");

    settings.Flag("state.frames", observe_frames,
                  "observe what becomes of data frames, the queues of the MAC, and TXOPs");

    settings.Real("distribution.rate_mbps", distribution_rate_mbps, 1, 1e5, "Mbit/s",
                  "wire from each access point to the switch at the edge");
    settings.Real("distribution.delay_us", distribution_delay_us, 0, 1e6, "us",
                  "delay of that wire");
}

void WifiSettings::Check() const {
    const Standard& known = Standards().at(standard);
    const std::string of = " with radio.standard = " + message::Quote(standard);
    if (std::find(known.bands_ghz.begin(), known.bands_ghz.end(), band_ghz) ==
        known.bands_ghz.end()) {
        throw SettingError("setting radio.band_ghz = " + message::Quote(band_ghz) + ": not" + of);
    }
    const std::array<std::uint32_t, 4> widths{20, 40, 80, 160};
    if (std::find(widths.begin(), widths.end(), width_mhz) == widths.end()) {
        throw SettingError("setting radio.width_mhz = " + std::to_string(width_mhz) +
                           ": must be 20, 40, 80 or 160");
    }
    const std::uint32_t max_width_mhz = band_ghz == "2.4" ? 20 : known.max_width_mhz;
    if (width_mhz > max_width_mhz) {
        throw SettingError("setting radio.width_mhz = " + std::to_string(width_mhz) +
                           ": must be at most " + std::to_string(max_width_mhz) + " in the " +
                           band_ghz + " GHz band" + of);
    }
    if (rate_control == "constant" && constant_mcs > known.max_mcs) {
        throw SettingError("setting radio.constant_mcs = " + std::to_string(constant_mcs) +
                           ": must be at most " + std::to_string(known.max_mcs) + of);
    }
    if (rate_control == "constant" && standard == "ac" &&
        !ns3::VhtPhy::GetVhtMcs(static_cast<std::uint8_t>(constant_mcs))
             .IsAllowed(width_mhz, static_cast<std::uint8_t>(streams))) {
        throw SettingError("setting radio.constant_mcs = " + std::to_string(constant_mcs) + ": " +
                           std::to_string(streams) + " streams of " + std::to_string(width_mhz) +
                           " MHz have no such modulation" + of + " (IEEE 802.11-2020, 21.5)");
    }
    if (shares == "trigger-frames" && standard != "ax" && standard != "be") {
        throw SettingError(
            "setting radio.shares = \"trigger-frames\": ax and be have them, not"
            " radio.standard = " +
            message::Quote(standard));
    }
    if (shares == "trigger-frames" && phy != "spectrum") {
        throw SettingError("setting radio.phy = " + message::Quote(phy) +
                           ": it knows no resource units, which radio.shares = \"trigger-frames\""
                           " divides; must be \"spectrum\"");
    }
    if (shares == "trigger-frames" && rate_control == "minstrel-ht") {
        throw SettingError(
            "setting radio.rate_control = \"minstrel-ht\": it learns from a station's own attempts,"
            " and with radio.shares = \"trigger-frames\" the access point says how to send");
    }
    if (shares == "edca" && bandwidth_mode == "quota") {
        throw SettingError(
            "setting radio.bandwidth_mode = \"quota\": contention windows, radio.shares = \"edca\","
            " leave nothing idle while somebody has data");
    }
    if (downlink_shares && shares != "service-periods") {
        const std::string why =
            shares == "edca" ? ": an access point has one contention window for all its stations"
            : shares == "trigger-frames" ? ": they divide the uplink alone"
                                         : ": there are no shares";
        throw SettingError("setting radio.downlink_shares = true: not with radio.shares = " +
                           message::Quote(shares) + why);
    }
    if (rate_control == "minstrel-ht" && standard == "be") {
        throw SettingError(
            "setting radio.rate_control = \"minstrel-ht\": ns-3's knows the rates of n, ac and ax,"
            " not those of radio.standard = \"be\"");
    }
}

void WifiSettings::CheckColors(std::uint32_t n_bs) const {
    constexpr std::uint32_t COLORS = 63;  // six bits, and 0 is none (IEEE 802.11ax-2021, 9.4.2.249)
    if (shares == "trigger-frames" && n_bs > COLORS) {
        throw SettingError("setting n_bs = " + std::to_string(n_bs) +
                           ": with radio.shares = \"trigger-frames\" at most " +
                           std::to_string(COLORS) +
                           ": each access point has a BSS colour of its own");
    }
}

}  // namespace physical
