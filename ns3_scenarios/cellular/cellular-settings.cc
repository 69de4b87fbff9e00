// SPDX-License-Identifier: GPL-2.0-only
#include "cellular-settings.h"

#include "carrier.h"
#include "mac/scheduler-types.h"
#include "message.h"
#include "packet-capture.h"

namespace physical {

void CellularSettings::Declare(Settings& settings) {
    channel.Declare(settings);

    settings.Choice("radio.scheduler", scheduler, SchedulerNames(),
                    "MAC scheduler: the agent's shares (bandwidth_share), or one of ns-3's, which"
                    " take none: proportional fair, round robin and others");
    settings.Choice("radio.bandwidth_mode", bandwidth_mode, {"work-conserving", "quota"},
                    "with shares: whether the share of an idle user is given to the others");
    settings.Real("radio.downlink_mhz", downlink_mhz, 700, 3000, "MHz",
                  "downlink carrier; it chooses the operating band of TS 36.101 and with it the"
                  " uplink carrier. Path loss follows both");
    settings.Integer("radio.bandwidth_rb", bandwidth_rb, 6, 100, "RB",
                     "resource blocks of each direction: 6, 15, 25, 50, 75 or 100");
    settings.Real("radio.bs_power_dbm", bs_power_dbm, -30, 60, "dBm",
                  "transmit power of a base station");
    settings.Real("radio.ue_power_dbm", ue_power_dbm, -30, 40, "dBm",
                  "maximum transmit power of a user");
    settings.Real("radio.bs_noise_figure_db", bs_noise_figure_db, 0, 50, "dB",
                  "noise figure of a base station's receiver");
    settings.Real("radio.ue_noise_figure_db", ue_noise_figure_db, 0, 50, "dB",
                  "noise figure of a user's receiver");
    settings.Flag("radio.ideal_rrc", ideal_rrc,
                  "RRC messages arrive without errors and without using the radio");

    settings.Flag("state.radio", state.radio, "observe RSRP, RSRQ and SINR");
    settings.Flag("state.mac", state.mac,
                  "observe CQI, MCS, resource blocks, block errors and the load of the cells");
    settings.Flag("state.bearers", state.bearers,
                  "observe queues, packet delay and throughput of the radio bearers");

    settings.Choice("speed.error_model", error_model, {"search", "ns3", "check"},
                    "who finds the channel quality and the errors of the control channel: a search"
                    " that remembers, ns-3, or both to compare; the same bits");

    settings.Text("output.pcap", pcap,
                  "folder that gets packet captures of the S1-U links (s1u-bs0.pcap, …) and of the"
                  " edge's link (edge.pcap), and has none yet; empty: nothing is captured");
}

void CellularSettings::Check() const {
    FindCarrier(downlink_mhz, bandwidth_rb);
    channel.Check();
    PacketCapture::CheckFolder(pcap);
    if (!ideal_rrc && !CarriesRealRrc(scheduler)) {
        throw SettingError("setting radio.scheduler = " + message::Quote(scheduler) +
                           ": needs radio.ideal_rrc = true; ns-3's scheduler never sends the"
                           " messages that set a connection up");
    }
}

}  // namespace physical
