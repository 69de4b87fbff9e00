// SPDX-License-Identifier: GPL-2.0-only
#ifndef PHYSICAL_LOG_H
#define PHYSICAL_LOG_H

#include <string>

namespace physical {

/**
 * Let components of ns-3 log, to stderr.
 *
 * The text is that of ns-3's NS_LOG: `LteUeRrc=level_info:LteEnbRrc=warn|error`, or with commas
 * instead of colons. A component without levels logs all, `*` is every component. Where no prefix
 * is asked for, a line has all of them: time, node, function and level.
 *
 * @throws SettingError an unknown component, level or prefix
 */
void EnableLog(const std::string& text);

}  // namespace physical

#endif
