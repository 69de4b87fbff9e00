// SPDX-License-Identifier: GPL-2.0-only
#include "ns3-functions.h"

namespace physical {

namespace {

Answer g_answer = Answer::SEARCH;

}  // namespace

void SetAnswer(Answer answer) {
    g_answer = answer;
}

Answer GetAnswer() {
    return g_answer;
}

}  // namespace physical
