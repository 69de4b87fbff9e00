// SPDX-License-Identifier: MIT
#pragma once

#include "channel-map.h"
#include "control-channel.h"
#include "handover-failure.h"
#include "interference.h"
#include "laws/handover.h"
#include "lte-parameters.h"
#include "radio.h"
#include "rate-curve.h"
#include "uplink-power.h"

#include <vector>

namespace twin {

constexpr std::size_t CHUNK = 64;  // users that a loop takes at a time, with room on the stack

/// LTE: received power by ChannelMap, sounding by UplinkSinr, rates by RateCurve and
/// DataInterference, connections by ControlChannel and FailureLaw.
class LteRadio : public Radio {
  public:
    LteRadio(LteParameters parameters,
             std::vector<float> bs_x_m,
             std::vector<float> bs_y_m,
             double slot_s);

    std::size_t BlockSize() const override { return 16; }
    double LargestBps() const override { return m_parameters.rate.largest_bps; }
    void Resize(std::size_t batch, std::size_t n_ue) override;
    void Start(State& state, std::size_t rollout) override;
    void Serve(State& state, Rows rows) override;
    void Advance(State& state, Rows rows, double by_s) override;
    void Watch(State& state, Rows rows, double by_s, std::vector<Outage>& failed) override;
    void PredictFailures(const State& state, std::vector<Handover>& handovers) override;
    void Reassociate(State& state, std::size_t user, Change change, bool moved) override;
    void Rates(State& state, Rows rows, Senders& senders, Way way) override;
    void Sent(State& state, Rows rows, const Senders& senders, Way way) override;
    void CopyFrom(std::size_t rollout, const Radio& other, std::size_t row) override;

    /// Received power at the users' places.
    void Measure(State& state, Rows rows);

    std::size_t CellsInAll() const { return m_cells.size(); }

    std::vector<float> residual_db;         // RSRP over what the map says, [n_bs][batch · n_ue]
    std::vector<float> sinr_correction_db;  // uplink SINR over what UplinkSinr says
    std::vector<float> rate_correction;     // logarithm of the rate over what RateCurve says
    std::vector<float> sinr_ul_db;          // of the sounding signal at the serving cell
    std::vector<float> full_rate_bps;       // with the serving cell's whole band, undisturbed
    std::vector<float> control_db;          // SINR of the serving cell's control channel
    std::vector<float> out_of_sync_s;       // for how long that has been too low

  private:
    void UplinkRates(State& state, Senders& senders);
    void DownlinkRates(const State& state, Senders& senders) const;
    void SentDown(const State& state, Rows rows, const Senders& senders);
    void DisturbBy(std::size_t c,
                   Senders& senders,
                   std::size_t begin,
                   std::size_t n,
                   const float* wanted_dbm,
                   const float* edge_db) const;
    void ServeUsers(State& state, std::size_t begin, std::size_t end);
    void Wander(
        std::size_t begin, std::size_t n, double by_s, const float* walked_m, const float* noise);

    LteParameters m_parameters;
    std::vector<CellMap<float>> m_cells;
    UplinkPower<float> m_power;
    RateInterpolation<float> m_curve;
    RateInterpolation<float> m_downlink;
    InterferenceLoss<float> m_loss;
    ControlDecoding<float> m_control;
    HandoverFailure<float> m_failure;
    std::vector<float> m_bs_x_m;
    std::vector<float> m_bs_y_m;
    std::vector<std::size_t> m_site;  // first cell on the same mast: all share its residual
    float m_rb_per_s;                 // of mean resource blocks per time of the band in a slot
    std::size_t m_n_ue = 0;
    std::size_t m_users = 0;
    // What base station m heard of the data of cell c in the last slot, in dBm per resource block,
    // [batch][m][c], and the busy part of each band, [batch][c].
    std::vector<float> m_heard_dbm;
    std::vector<float> m_busy;
    std::vector<float> m_busy_down;  // part of each downlink band that was busy, [batch][c]
};

}  // namespace twin
