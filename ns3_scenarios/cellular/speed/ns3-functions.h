// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_NS3_FUNCTIONS_H
#define PHYSICAL_NS3_FUNCTIONS_H

#include <dlfcn.h>
#include <stdexcept>
#include <string>

namespace physical {

/**
 * Who answers for the functions of ns-3 that this program defines anew.
 *
 * They are not virtual, but the dynamic linker prefers a program's definition to the one in a
 * library. CHECK asks both and ends the simulation where they differ by a bit.
 */
enum class Answer { SEARCH, NS3, CHECK };

void SetAnswer(Answer answer);
Answer GetAnswer();

/// The definition of a function in ns-3's library, which the program's own hides.
template <typename Function>
Function Ns3Function(const char* mangled_name) {
    void* address = dlsym(RTLD_NEXT, mangled_name);
    if (!address) {
        throw std::logic_error(std::string("ns-3 has no function ") + mangled_name);
    }
    return reinterpret_cast<Function>(address);
}

/// Answer by a search or by ns-3, as chosen.
template <typename Search, typename AskNs3>
auto AnswerBy(Search search, AskNs3 ask_ns3) {
    if (GetAnswer() == Answer::NS3) {
        return ask_ns3();
    }
    auto found = search();
    if (GetAnswer() == Answer::CHECK && found != ask_ns3()) {
        throw std::logic_error("speed.error_model = check: the search disagrees with ns-3");
    }
    return found;
}

}  // namespace physical

#endif
