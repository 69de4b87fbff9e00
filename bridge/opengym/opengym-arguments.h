// SPDX-License-Identifier: GPL-2.0-only
#ifndef OPENGYM_ARGUMENTS_H
#define OPENGYM_ARGUMENTS_H

#include <cstring>
#include <string>

/// Agents of ns3-gym start a program with `--openGymPort` and `--simSeed`, so every program takes
/// them; agents of this bridge start it with `--describe` and `--RngRun`.
namespace ns3::opengym {

inline bool& IsDescribing() {
    static bool is_describing = false;
    return is_describing;
}

/// Say the one by the other before main() reads the arguments, which the C library hands to
/// functions that run before it.
[[gnu::constructor]] inline void TranslateArguments(int argc, char** argv, char** /*environment*/) {
    static char port[] = "--openGymPort=5555";
    static std::string seed;
    static constexpr char RUN[] = "--RngRun=";
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--describe") == 0) {
            IsDescribing() = true;
            argv[i] = port;
        } else if (std::strncmp(argv[i], RUN, sizeof RUN - 1) == 0) {
            seed = std::string("--simSeed=") + (argv[i] + sizeof RUN - 1);
            argv[i] = seed.data();
        }
    }
}

}  // namespace ns3::opengym

#endif
