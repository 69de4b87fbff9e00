// SPDX-License-Identifier: MIT
#include "schema.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstring>

namespace physical {

namespace {

FieldSpec Power(std::size_t n_ue, std::size_t n_bs) {
    return {.name = "rsrp_dbm",
            .shape = {Ue(n_ue), Bs(n_bs)},
            .unit = "dBm",
            .low = -140,
            .high = 0,
            .help = "received power",
            .missing = -140};
}

/// A schema and memory for its blocks, filled with rubbish.
struct Attached {
    explicit Attached(Schema& schema)
        : observations(schema.ObservationBytes(), std::byte{0x55}),
          actions(schema.ActionBytes(), std::byte{0x55}) {
        schema.Attach(observations.data(), actions.data());
    }

    std::vector<std::byte> observations;
    std::vector<std::byte> actions;
};

bool Contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schema)

BOOST_AUTO_TEST_CASE(axes_missing_values_and_the_radio_are_in_the_declaration) {
    Schema schema("test");
    schema.DescribeRadio("lte");
    schema.Observation<float>(Power(3, 2));
    schema.Observation<double>({"time_s", {1}, "s", 0, 1e9, "time"});
    const std::string json = schema.ToJson();
    BOOST_TEST(Contains(json, R"("radio":"lte")"));
    BOOST_TEST(Contains(json, R"("shape":[3,2],"dims":["ue","bs"])"));
    BOOST_TEST(Contains(json, R"("shape":[1],"dims":[""])"));
    BOOST_TEST(Contains(json, R"("high":0,"missing":-140,"constant":null)"));
    BOOST_TEST(Contains(json, R"("high":1000000000.0,"missing":null,"constant":null)"));
}

BOOST_AUTO_TEST_CASE(an_axis_has_one_length_throughout) {
    Schema schema("test");
    schema.Observation<float>(Power(3, 2));
    BOOST_CHECK_THROW(schema.Action<float>({"share", {Ue(4)}, "1", 0, 1, ""}), std::logic_error);
    schema.Action<float>({"weight", {4}, "1", 0, 1, "a bare number is another axis"});
}

BOOST_AUTO_TEST_CASE(a_declaration_that_contradicts_itself_is_refused) {
    const FieldSpec sound{"x", {2}, "m", -1, 1, ""};
    const auto refused = [&](auto change) {
        FieldSpec spec = sound;
        change(spec);
        BOOST_CHECK_THROW(Schema("test").Observation<float>(spec), std::logic_error);
    };
    refused([](FieldSpec& spec) { spec.low = 2; });
    refused([](FieldSpec& spec) { spec.high = INFINITY; });
    refused([](FieldSpec& spec) { spec.missing = -2; });
    refused([](FieldSpec& spec) { spec.constant = {0}; });
    refused([](FieldSpec& spec) { spec.constant = {0, 1.5}; });
    Schema twice("test");
    twice.Observation<float>(sound);
    BOOST_CHECK_THROW(twice.Observation<float>(sound), std::logic_error);
}

BOOST_AUTO_TEST_CASE(every_field_has_a_place_of_its_own) {
    Schema schema("test");
    const auto power = schema.Observation<float>(Power(3, 2));
    const auto flag = schema.Observation<std::uint8_t>({"flag", {Ue(3)}, "1", 0, 1, ""});
    const Attached memory(schema);
    BOOST_TEST(schema.ObservationBytes() == 128U);  // each begins at a multiple of 64
    for (std::size_t ue = 0; ue < 3; ++ue) {
        flag(ue) = 1;
        for (std::size_t bs = 0; bs < 2; ++bs) {
            power(ue, bs) = static_cast<float>(10 * ue + bs);
        }
    }
    float third;
    std::memcpy(&third, memory.observations.data() + 2 * sizeof third, sizeof third);
    BOOST_TEST(third == 10);  // C order
    BOOST_TEST(power(2, 1) == 21);
    BOOST_TEST(power.All().size() == 6U);
}

BOOST_AUTO_TEST_CASE(constant_fields_are_filled_once_for_all) {
    Schema schema("test");
    const auto place = schema.Observation<float>({.name = "bs_position_m",
                                                  .shape = {Bs(2), Xy()},
                                                  .unit = "m",
                                                  .low = -500,
                                                  .high = 500,
                                                  .help = "",
                                                  .constant = {0, 0.1, -250, 433}});
    const Attached memory(schema);
    BOOST_TEST(place(0, 1) == 0.1F);
    BOOST_TEST(place(1, 0) == -250);
    BOOST_TEST(Contains(schema.ToJson(), R"("constant":[0,0.1,-250,433])"));
}

BOOST_AUTO_TEST_CASE(observations_saturate_at_their_bounds_and_are_never_nan) {
    Schema schema("test");
    const auto power = schema.Observation<float>(Power(1, 3));
    const Attached memory(schema);
    power(0, 0) = -200;
    power(0, 1) = INFINITY;
    power(0, 2) = -70;
    schema.SaturateObservations();
    BOOST_TEST(power(0, 0) == -140);
    BOOST_TEST(power(0, 1) == 0);
    BOOST_TEST(power(0, 2) == -70);
    power(0, 1) = NAN;
    BOOST_CHECK_EXCEPTION(schema.SaturateObservations(), std::runtime_error,
                          [](const std::runtime_error& error) {
                              return Contains(error.what(), "rsrp_dbm[0, 1] is NaN");
                          });
}

BOOST_AUTO_TEST_CASE(a_wrong_action_is_named_by_field_index_value_and_limit) {
    Schema schema("test");
    const auto share = schema.Action<float>({"share", {Ue(3)}, "1", 0, 1, ""});
    const Attached memory(schema);
    for (std::size_t ue = 0; ue < 3; ++ue) {
        share(ue) = 0.5;
    }
    BOOST_TEST(!schema.FindInvalidAction());
    share(1) = 1.5;
    BOOST_TEST(schema.FindInvalidAction().value() == "share[1] = 1.5 is outside [0, 1]");
    share(1) = NAN;
    BOOST_TEST(Contains(schema.FindInvalidAction().value(), "share[1] = nan"));
}

BOOST_AUTO_TEST_CASE(a_float_takes_the_bound_that_it_can_hold) {
    Schema schema("test");
    const auto share = schema.Action<float>({"share", {Ue(1)}, "1", 0, 0.1, ""});
    const Attached memory(schema);
    share(0) = 0.1F;
    BOOST_TEST(!schema.FindInvalidAction());
    share(0) = 0.1001F;
    BOOST_TEST(schema.FindInvalidAction().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_frame_keeps_the_values_of_its_first_slot) {
    Schema schema("test");
    const auto slow = schema.Action<std::int32_t>({.name = "slow",
                                                   .shape = {2},
                                                   .unit = "1",
                                                   .low = 0,
                                                   .high = 100,
                                                   .help = "",
                                                   .timescale = Timescale::FRAME});
    const auto fast = schema.Action<std::int32_t>(
        {.name = "fast", .shape = {2}, .unit = "1", .low = 0, .high = 100, .help = ""});
    const Attached memory(schema);
    for (int slot = 0; slot < 6; ++slot) {
        for (const std::size_t i : {0, 1}) {
            slow(i) = fast(i) = 10 * slot + static_cast<int>(i);
        }
        schema.KeepFrameActions(slot % 3 == 0);
        BOOST_TEST(slow(1) == 10 * (slot - slot % 3) + 1);
        BOOST_TEST(fast(1) == 10 * slot + 1);
    }
}

}  // namespace physical
