// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_PROGRAM_ARGUMENTS_H
#define PHYSICAL_PROGRAM_ARGUMENTS_H

#include "settings.h"

#include <string>
#include <vector>

namespace physical {

/// What the command line of a program with declared settings asks for.
struct ProgramArguments {
    bool describe = false;
    bool help = false;
    std::vector<char*> for_ns3;  ///< the program's name, and what is ns-3's own
};

/// Read a command line: `--describe`, `--help`, `--log=`, settings; what is left is for ns-3.
/// @throws SettingError if a setting is wrong
ProgramArguments ReadProgramArguments(Settings& settings, int argc, char** argv);

/// What `--help` prints.
std::string ProgramHelp(const std::string& name,
                        const std::string& summary,
                        const Settings& settings);

}  // namespace physical

#endif
