// SPDX-License-Identifier: Apache-2.0
#include "tile_plan.h"

#include <math.h>

enum { ROUNDS = 8, FRAMES = 8, MEMORY = 8, VAIN_MAX = 6 };
static const double notable = 0.95;    // of the time without one more device
static const double preferred = 0.875; // of the time of the plan in use
static const double at_once = 0.5;     // likewise
static const double hope = 0.002;      // by which a resting device is taken for faster, per frame
static const double promised = 0.75;   // of the speed that was hoped for: a trial below was in vain

double tile_plan_seconds(const struct tile_plan *plan, uint32_t count, const double *speeds)
{
    double slowest = 0;

    for (uint32_t i = 0; i < count; i++)
        if (plan->share[i].parts > 0)
            slowest = fmax(slowest, speeds[i] > 0 ? (double)tile_share_work(&plan->sizes, &plan->share[i]) / speeds[i]
                                                  : INFINITY);
    return slowest;
}

// The devices that can be used, the fastest first.
static uint32_t sort(uint32_t count, const double *speeds, uint32_t out_order[ARTEM_DEVICES_MAX])
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = found;
        if (!(speeds[i] > 0))
            continue;
        for (; at > 0 && speeds[out_order[at - 1]] < speeds[i]; at--)
            out_order[at] = out_order[at - 1];
        out_order[at] = i;
        found++;
    }
    return found;
}

// The best cut for the first `used` of that order: halos weigh more the smaller a share is, so shares are corrected by
// how long each would take. False where the frame is too small.
static bool make_for(const struct tile_sizes *sizes, uint32_t used, const uint32_t *order, uint32_t count,
                     const double *speeds, struct tile_plan *out_plan)
{
    struct tile_share shares[ARTEM_DEVICES_MAX];
    double weights[ARTEM_DEVICES_MAX], best = INFINITY;

    for (uint32_t k = 0; k < used; k++)
        weights[k] = speeds[order[k]];
    for (int round = 0; round < ROUNDS; round++) {
        struct tile_plan plan = {.sizes = *sizes, .used = used};
        if (!tile_cut(sizes, used, weights, used > 1 ? TILE_HALO : 1, shares))
            break;
        for (uint32_t k = 0; k < used; k++)
            plan.share[order[k]] = shares[k];
        const double slowest = tile_plan_seconds(&plan, count, speeds);
        if (slowest < best) {
            best = slowest;
            *out_plan = plan;
        }
        for (uint32_t k = 0; k < used; k++) {
            const double seconds = (double)tile_share_work(sizes, &shares[k]) / speeds[order[k]];
            weights[k] *= pow(slowest / seconds, 0.5);
        }
    }
    return best < INFINITY;
}

void tile_plan_make(const struct tile_sizes *sizes, uint32_t count, const double *speeds, struct tile_plan *out_plan)
{
    uint32_t order[ARTEM_DEVICES_MAX];
    const uint32_t usable = sort(count, speeds, order);
    double best = INFINITY;

    for (uint32_t used = 1; used <= usable; used++) {
        struct tile_plan plan;
        if (!make_for(sizes, used, order, count, speeds, &plan))
            continue;
        const double seconds = tile_plan_seconds(&plan, count, speeds);
        if (seconds < notable * best) {
            best = seconds;
            *out_plan = plan;
        }
    }
}

void tile_pace_measure(struct tile_pace *pace, const struct tile_plan *plan, uint32_t count, const double *seconds)
{
    for (uint32_t i = 0; i < count; i++) {
        if (plan->share[i].parts == 0) {
            pace->speed[i] *= 1 + hope / (1 << pace->vain[i]);
            pace->seen[i] = 0;
            continue;
        }
        if (!(seconds[i] > 0))
            continue;
        const double speed = (double)tile_share_work(&plan->sizes, &plan->share[i]) / seconds[i];
        if (pace->seen[i] == 0)
            pace->vain[i] = speed > promised * pace->speed[i] ? 0
                            : pace->vain[i] < VAIN_MAX        ? pace->vain[i] + 1
                                                              : VAIN_MAX;
        const uint32_t seen = pace->seen[i] < MEMORY ? ++pace->seen[i] : MEMORY;
        pace->speed[i] += (speed - pace->speed[i]) / seen;
    }
}

bool tile_pace_prefers(struct tile_pace *pace, uint32_t count, const double *speeds, const struct tile_plan *in_use,
                       const struct tile_plan *other)
{
    const double theirs = tile_plan_seconds(other, count, speeds), ours = tile_plan_seconds(in_use, count, speeds);

    pace->better = theirs < preferred * ours ? pace->better + 1 : 0;
    if (pace->better < FRAMES && !(theirs < at_once * ours))
        return false;
    pace->better = 0;
    return true;
}
