// SPDX-License-Identifier: MIT
#ifndef FUZZER_H
#define FUZZER_H

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// Random inputs for a function, bred towards code that none has reached (as by AFL and libFuzzer).
///
/// The function must be compiled with -fsanitize-coverage=trace-pc; what it must not do ends the
/// program: sanitizers, std::abort(), or an alarm after ten seconds.
class Fuzzer {
  public:
    /// @return whether the input was a good one
    using Function = std::function<bool(const std::string&)>;

    /// @param seeds what good inputs look like
    Fuzzer(Function function, const std::vector<std::string>& seeds);

    /// The same inputs in the same order each time, until the time is up.
    void Run(double seconds);

    std::size_t Inputs() const { return m_inputs; }
    std::size_t Good() const { return m_n_good; }
    /// How many reached something new.
    std::size_t Kept() const { return m_good.size() + m_bad.size(); }

  private:
    void Try(const std::string& input);
    std::string Breed();
    void Mutate(std::string& input);
    /// A number below @p n, or 0.
    std::size_t Below(std::size_t n);
    std::string_view Part(std::string_view of);

    /// An input that was kept; half of the time a good one.
    const std::string& Parent();

    Function m_function;
    std::vector<std::string> m_good;  ///< inputs that were kept
    std::vector<std::string> m_bad;
    std::vector<std::uint8_t> m_reached;  ///< per place in the code: bits of how often
    std::mt19937_64 m_random{1};
    std::size_t m_inputs = 0;
    std::size_t m_n_good = 0;
};

#endif
