// SPDX-License-Identifier: MIT
#include "fuzzer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <span>
#include <utility>

#include <unistd.h>

namespace {

constexpr std::size_t PLACES = 1 << 16;
constexpr std::size_t LONGEST_BYTES = 1 << 17;
constexpr unsigned SLOWEST_S = 10;

// Of the input that is tried.
std::array<std::uint8_t, PLACES> visits;
std::array<std::uint16_t, PLACES> visited;
std::size_t n_visited = 0;

// What readers of text care about.
using std::string_view_literals::operator""sv;
constexpr std::array TOKENS{
    "<"sv,
    ">"sv,
    "/"sv,
    "\""sv,
    "'"sv,
    "="sv,
    "\n"sv,
    "\r\n"sv,
    ";"sv,
    ","sv,
    "\t"sv,
    ":"sv,
    "#"sv,
    "$"sv,
    "-"sv,
    "."sv,
    "0"sv,
    "1"sv,
    "-1"sv,
    "e9"sv,
    "1e400"sv,
    "nan"sv,
    "inf"sv,
    "<!--"sv,
    "-->"sv,
    "</"sv,
    "/>"sv,
    "\0"sv,
    "\xFF"sv,
    "\xC3"sv,
    "\xE2\x82\xAC"sv,
    "\xEF\xBB\xBF"sv,
    "\x1F\x8B\x08"sv,
    "99999999999999999999"sv,
    "0.000000001"sv,
    "00:00:60"sv,
    "origin=auto"sv,
    "origin=1,2"sv,
};

}  // namespace

/// The compiler calls it wherever the code branches.
extern "C" void __sanitizer_cov_trace_pc() {
    const auto place = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    const auto index = static_cast<std::uint16_t>((place * 0x9E3779B97F4A7C15U) >> 48);
    if (visits[index] == 0) {
        visited[n_visited++] = index;
    }
    visits[index] = static_cast<std::uint8_t>(std::min(visits[index] + 1, 255));
}

Fuzzer::Fuzzer(Function function, const std::vector<std::string>& seeds)
    : m_function(std::move(function)), m_reached(PLACES) {
    for (const std::string& seed : seeds) {
        Try(seed);
    }
}

void Fuzzer::Run(double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
        Try(Breed());
    }
}

void Fuzzer::Try(const std::string& input) {
    n_visited = 0;
    alarm(SLOWEST_S);
    const bool good = m_function(input);
    alarm(0);
    ++m_inputs;
    m_n_good += good ? 1 : 0;
    bool is_new = false;
    for (const std::uint16_t place : std::span(visited).first(n_visited)) {
        // Once, twice, four times or more, eight, …: each is something else.
        const std::uint8_t often = std::bit_floor(std::exchange(visits[place], 0));
        is_new = is_new || (often & ~m_reached[place]) != 0;
        m_reached[place] |= often;
    }
    if (is_new) {
        (good ? m_good : m_bad).push_back(input);
    }
}

const std::string& Fuzzer::Parent() {
    const bool good = m_bad.empty() || (!m_good.empty() && Below(2) == 0);
    const auto& inputs = good ? m_good : m_bad;
    return inputs[Below(inputs.size())];
}

std::string Fuzzer::Breed() {
    std::string input = Parent();
    for (std::size_t n = 1 + Below(4); n > 0; --n) {
        Mutate(input);
    }
    input.resize(std::min(input.size(), LONGEST_BYTES));
    return input;
}

void Fuzzer::Mutate(std::string& input) {
    const std::size_t at = Below(input.size() + 1);
    switch (Below(8)) {
        case 0:
            input.insert(at, TOKENS[Below(TOKENS.size())]);
            break;
        case 1: {
            const std::string_view token = TOKENS[Below(TOKENS.size())];
            input.replace(at, token.size(), token);
            break;
        }
        case 2:
            input.insert(at, 1, static_cast<char>(Below(256)));
            break;
        case 3:
            if (at < input.size()) {
                input[at] = static_cast<char>(input[at] ^ (1 << Below(8)));
            }
            break;
        case 4:
            input.erase(at, 1 + Below(16));
            break;
        case 5:
            input.resize(at);
            break;
        case 6:
            input.insert(at, std::string(Part(input)));
            break;
        default:
            input.insert(at, Part(Parent()));
    }
}

std::size_t Fuzzer::Below(std::size_t n) {
    return n == 0 ? 0 : m_random() % n;
}

std::string_view Fuzzer::Part(std::string_view of) {
    return of.substr(Below(of.size()), 1 + Below(64));
}
