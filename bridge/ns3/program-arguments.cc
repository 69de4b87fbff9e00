// SPDX-License-Identifier: GPL-2.0-only
#include "program-arguments.h"

#include "log.h"

namespace physical {

ProgramArguments ReadProgramArguments(Settings& settings, int argc, char** argv) {
    ProgramArguments read;
    read.for_ns3.push_back(argv[0]);
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const std::size_t equals = argument.find('=');
        if (argument == "--describe") {
            read.describe = true;
        } else if (argument == "--help") {
            read.help = true;
        } else if (argument.starts_with("--log=")) {
            EnableLog(argument.substr(equals + 1));
        } else if (argument.starts_with("--") && equals != std::string::npos &&
                   settings.Knows(argument.substr(2, equals - 2))) {
            settings.Set(argument.substr(2, equals - 2), argument.substr(equals + 1));
        } else {
            read.for_ns3.push_back(argv[i]);
        }
    }
    return read;
}

std::string ProgramHelp(const std::string& name,
                        const std::string& summary,
                        const Settings& settings) {
    return name + ": " + summary +
           "\n\n  --describe  print the declarations as JSON\n"
           "  --log  what ns-3 logs to stderr, as in NS_LOG:"
           " LteUeRrc=level_info,LteEnbRrc=warn\n" +
           settings.HelpText() +
           "\nns-3's own: --RngRun=N, --ns3::Class::Attribute=value,"
           " --PrintAttributes=ns3::Class\n";
}

}  // namespace physical
