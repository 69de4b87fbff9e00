// SPDX-License-Identifier: MIT
#ifndef PHYSICAL_DECLARATION_H
#define PHYSICAL_DECLARATION_H

#include "schema.h"
#include "settings.h"

#include <string>

namespace physical {

/// All that a simulator declares, as JSON: what it prints with `--describe`.
std::string Describe(const std::string& name,
                     const std::string& summary,
                     const std::string& ns3_version,
                     const Settings& settings,
                     const Schema& schema);

}  // namespace physical

#endif
