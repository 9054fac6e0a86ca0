// SPDX-License-Identifier: Apache-2.0
// The budget governor. Three of the latest eight frames over budget, or a moving average over it, pause styling. Pauses
// double from 1 s to 8 s while trials keep failing. A trial has to stay below nine tenths of the budget: hysteresis
// against flapping. One frame of twice the budget ends it: a hopeless trial should cost a single hitch.
#include "governor.h"

#include <string.h>

#define SECOND_NS UINT64_C(1000000000)

enum {
    WINDOW = 8,      // frames, the bits of governor.over
    WINDOW_OVER = 3, // of them over budget are too many
    AVERAGE = 8,     // weight of the old average against the new sample, plus one
};

static const uint64_t pause_first_ns = SECOND_NS;
static const uint64_t pause_longest_ns = 8 * SECOND_NS;
static const uint64_t forgive_ns = 8 * SECOND_NS; // so long without a pause: the next one is short again
static const double trial_share = 0.9;

static void begin_measuring(struct governor *governor, uint64_t now_ns)
{
    governor->ema_ms = 0;
    governor->samples = 0;
    governor->over = 0;
    governor->good_since_ns = now_ns;
}

void governor_init(struct governor *governor)
{
    memset(governor, 0, sizeof *governor);
    governor->pause_ns = pause_first_ns;
}

bool governor_allows(struct governor *governor, uint64_t now_ns, double budget_ms)
{
    if (!governor->paused)
        return true;
    if (budget_ms > 0 && now_ns < governor->resume_ns)
        return false;
    governor->paused = false;
    governor->trial = true;
    begin_measuring(governor, now_ns);
    return true;
}

static unsigned count_bits(uint8_t bits)
{
    unsigned count = 0;

    for (; bits != 0; bits &= (uint8_t)(bits - 1))
        count++;
    return count;
}

static bool is_failing(const struct governor *governor, double layer_ms, double limit_ms, double budget_ms)
{
    if (governor->trial && layer_ms > 2 * budget_ms)
        return true;
    if (count_bits(governor->over) >= WINDOW_OVER)
        return true;
    return governor->samples >= WINDOW && governor->ema_ms > limit_ms;
}

enum governor_change governor_report(struct governor *governor, uint64_t now_ns, double layer_ms, double budget_ms)
{
    double limit_ms = governor->trial ? budget_ms * trial_share : budget_ms;
    double sample_ms;

    if (governor->paused)
        return GOVERNOR_SAME; // a frame that began before the pause
    if (budget_ms <= 0) {
        governor->trial = false;
        begin_measuring(governor, now_ns);
        return GOVERNOR_SAME;
    }
    if (governor->samples == 0)
        governor->good_since_ns = now_ns;
    // One hitch alone says little; it may not swamp the average.
    sample_ms = layer_ms < 2 * budget_ms ? layer_ms : 2 * budget_ms;
    governor->ema_ms = governor->samples == 0 ? sample_ms : governor->ema_ms + (sample_ms - governor->ema_ms) / AVERAGE;
    governor->samples++;
    governor->over = (uint8_t)(governor->over << 1 | (layer_ms > limit_ms));

    if (is_failing(governor, layer_ms, limit_ms, budget_ms)) {
        governor->paused = true;
        governor->resume_ns = now_ns + governor->pause_ns;
        governor->pauses++;
        governor->pause_ns = governor->pause_ns * 2 < pause_longest_ns ? governor->pause_ns * 2 : pause_longest_ns;
        governor->trial = false;
        return GOVERNOR_PAUSED;
    }
    if (now_ns - governor->good_since_ns >= forgive_ns)
        governor->pause_ns = pause_first_ns;
    if (governor->trial && governor->samples >= WINDOW) {
        governor->trial = false;
        return GOVERNOR_RESUMED;
    }
    return GOVERNOR_SAME;
}
