// SPDX-License-Identifier: GPL-2.0-only
#include "exit-status.h"

#include "settings.h"

#include <exception>
#include <iostream>
#include <new>

namespace physical {

int ExitStatusOf(const std::function<void()>& work) {
    try {
        work();
        return 0;
    } catch (const SettingError& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 2;
    } catch (const std::bad_alloc&) {
        std::cerr << "error: no memory left, or no more than the agent allows this branch"
                  << std::endl;
        return 4;
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << std::endl;
        return 3;
    }
}

}  // namespace physical
