// SPDX-License-Identifier: Apache-2.0
// One frame on several devices, docs/arithmetic.md §7: what the CPU backend does between its layers is done here
// between steps. In lagged mode all gains are known before, so a frame is one step, and what its sums say is seen after
// it.
#include <string.h>

#include "backend_multi.h"

enum { TRIAL = 48, TRIALS = 2 }; // cells each way; the first one only makes buffers

// ---- Who paints what ----

// Speeds to plan with: devices that have not been measured are taken for as fast as the others.
static void list_speeds(const struct multi_backend *multi, const struct tile_pace *pace, double *out_speeds)
{
    double sum = 0;
    uint32_t known = 0;

    for (uint32_t i = 0; i < multi->count; i++)
        if (!multi->devices[i].failed && pace->speed[i] > 0) {
            sum += pace->speed[i];
            known++;
        }
    for (uint32_t i = 0; i < multi->count; i++)
        out_speeds[i] = multi->devices[i].failed ? 0
                        : pace->speed[i] > 0     ? pace->speed[i]
                        : known > 0              ? sum / known
                                                 : 1;
}

// Every device paints a corner of the picture, at the same time as in earnest, for its time alone.
static void try_devices(struct multi_backend *multi, struct tile_pace *pace, const struct tile_sizes *sizes)
{
    struct tile_plan plan = {.sizes = *sizes};
    const struct tile_rect corner = {0, 0, sizes->view[0].width < TRIAL ? sizes->view[0].width : TRIAL,
                                     sizes->view[0].height < TRIAL ? sizes->view[0].height : TRIAL};
    const struct step step = {.tile = &multi->devices[0].tile, .end = ARTEM_NORMS, .gains = multi->gains};
    double seconds[ARTEM_DEVICES_MAX];

    for (uint32_t i = 0; i < multi->count; i++)
        if (!multi->devices[i].failed)
            plan.share[i] = (struct tile_share){1, {{0, corner}}};
    for (int i = 0; i < TRIALS; i++) {
        multi_place_tiles(multi, &plan);
        if (!multi_run_step(multi, &step))
            return; // it is planned without it; the others are measured while they paint
    }
    for (uint32_t i = 0; i < multi->count; i++)
        seconds[i] = multi->devices[i].seconds;
    tile_pace_measure(pace, &plan, multi->count, seconds);
}

static bool is_measured(const struct multi_backend *multi, const struct tile_pace *pace)
{
    for (uint32_t i = 0; i < multi->count; i++)
        if (!multi->devices[i].failed && pace->speed[i] > 0)
            return true;
    return false;
}

static uint64_t count_cells(const struct tile_sizes *sizes)
{
    uint64_t cells = 0;

    for (uint32_t v = 0; v < sizes->views; v++)
        cells += (uint64_t)sizes->view[v].width * sizes->view[v].height;
    return cells;
}

// Of a plan of equal or fixed shares: the frame as a whole to the first device where it cannot be cut like that.
static void plan_fixed(struct multi_backend *multi, const struct tile_sizes *sizes)
{
    struct tile_share shares[ARTEM_DEVICES_MAX];
    uint32_t order[ARTEM_DEVICES_MAX], used = 0;
    double weights[ARTEM_DEVICES_MAX];
    const double one = 1;

    for (uint32_t i = 0; i < multi->count; i++)
        if (!multi->devices[i].failed && multi->fixed_weights[i] > 0) {
            weights[used] = multi->fixed_weights[i];
            order[used++] = i;
        }
    if (used == 0 || !tile_cut(sizes, used, weights, 1, shares)) {
        for (order[0] = 0; multi->devices[order[0]].failed;)
            order[0]++;
        used = 1;
        tile_cut(sizes, 1, &one, 1, shares);
    }
    multi->plan = (struct tile_plan){.sizes = *sizes, .used = used};
    for (uint32_t k = 0; k < used; k++)
        multi->plan.share[order[k]] = shares[k];
}

static void choose_plan(struct multi_backend *multi, bool exact)
{
    const struct tile_sizes sizes = tile_sizes_of(&multi->frame);
    struct tile_pace *pace = &multi->pace[exact];
    double speeds[ARTEM_DEVICES_MAX];
    struct tile_plan plan;

    if (multi->fixed) {
        plan_fixed(multi, &sizes);
        return;
    }
    if (multi_usable(multi) > 1 && !is_measured(multi, pace) && count_cells(&sizes) >= 4 * TRIAL * TRIAL)
        try_devices(multi, pace, &sizes);
    if (multi_usable(multi) == 0)
        return;
    list_speeds(multi, pace, speeds);
    tile_plan_make(&sizes, multi->count, speeds, &plan);
    if (multi->planned[exact] && tile_sizes_equal(&sizes, &multi->plan.sizes) &&
        !tile_pace_prefers(pace, multi->count, speeds, &multi->plan, &plan))
        return;
    multi->plan = plan;
    pace->better = 0;
    multi->planned[exact] = true;
    multi->planned[!exact] = false;
}

// ---- Statistics ----

static struct artem_norm norm_at(const struct multi_backend *multi, uint32_t layer)
{
    return norm_of(multi->network, multi->style, (int)layer);
}

static int64_t make_gains(struct multi_backend *multi, uint32_t layer)
{
    const struct artem_norm norm = norm_at(multi, layer);

    return artem_norm_gains(&norm, &multi->state[layer], multi->gains[layer].a, multi->gains[layer].b);
}

static void moments_of(const struct multi_backend *multi, uint32_t layer, struct artem_moments *out_frame)
{
    artem_moments_of_sums(multi->sums[layer].s1, multi->sums[layer].s2, (int64_t)count_cells(&multi->plan.sizes),
                          out_frame);
}

static struct step step_of(const struct multi_backend *multi, uint32_t first, uint32_t end)
{
    return (struct step){.first = first, .end = end, .gains = multi->gains, .decode = end == ARTEM_NORMS};
}

// ---- Frames; false where a device has failed ----

static bool run_exact(struct multi_backend *multi)
{
    const struct artem_norm norm = norm_at(multi, 0);
    struct artem_moments frame;
    struct step step = step_of(multi, 0, 0);

    step.tile = &multi->devices[0].tile; // each has its own
    step.ahead = true;
    if (!multi_run_step(multi, &step))
        return false;
    moments_of(multi, 0, &frame);
    if (artem_frame_is_blank(&norm, &frame)) { // the state stays
        for (uint32_t layer = 0; layer < ARTEM_NORMS; layer++)
            make_gains(multi, layer);
        step = step_of(multi, 0, ARTEM_NORMS);
        return multi_run_step(multi, &step);
    }
    for (uint32_t layer = 0; layer < ARTEM_NORMS; layer++) {
        artem_state_take(&multi->state[layer], &frame);
        make_gains(multi, layer);
        step = step_of(multi, layer, layer + 1);
        step.ahead = layer + 1 < ARTEM_NORMS;
        if (!multi_run_step(multi, &step))
            return false;
        if (step.ahead)
            moments_of(multi, layer + 1, &frame);
    }
    return true;
}

static bool run_lagged(struct multi_backend *multi)
{
    const struct artem_norm norm = norm_at(multi, 0);
    struct artem_moments frame;
    struct step step = step_of(multi, 0, ARTEM_NORMS);
    const int64_t deviations = make_gains(multi, 0);

    for (uint32_t layer = 1; layer < ARTEM_NORMS; layer++)
        make_gains(multi, layer);
    step.tile = &multi->devices[0].tile;
    step.sums = true;
    if (!multi_run_step(multi, &step))
        return false;
    moments_of(multi, 0, &frame);
    if (artem_frame_is_blank(&norm, &frame))
        return true;
    const int pace = artem_frame_pace(&frame, &multi->state[0], deviations);
    if (pace == 0) {
        multi->frame_cut = true;
        return run_exact(multi);
    }
    for (uint32_t layer = 0; layer < ARTEM_NORMS; layer++) {
        moments_of(multi, layer, &frame);
        artem_state_follow(&multi->state[layer], &frame, pace);
    }
    return true;
}

static void write_reports(struct multi_backend *multi)
{
    for (uint32_t i = 0; i < multi->count; i++) {
        const struct multi_device *device = &multi->devices[i];
        const struct tile_share *share = &multi->plan.share[i];
        struct artem_device_report *report = &multi->reports[i];
        memcpy(report->name, device->source.name, sizeof report->name);
        report->failed = device->failed;
        report->parts = share->parts;
        report->cells = tile_share_cells(share);
        report->halo = tile_share_work(&multi->plan.sizes, share) - report->cells;
        report->milliseconds = share->parts > 0 ? device->seconds * 1e3 : 0;
    }
}

static void finish(struct multi_backend *multi)
{
    const bool exact = multi->frame.exact;
    double seconds[ARTEM_DEVICES_MAX];

    for (uint32_t i = 0; i < multi->count; i++)
        seconds[i] = multi->devices[i].seconds;
    if (!multi->frame_cut) // painted twice
        tile_pace_measure(&multi->pace[exact], &multi->plan, multi->count, seconds);
    write_reports(multi);
}

void multi_run_frame(void *backend)
{
    struct multi_backend *multi = backend;
    const double start = multi_now();
    struct artem_moments before[ARTEM_NORMS];
    bool done = false;

    memcpy(before, multi->state, sizeof before);
    multi->result = ARTEM_ERROR_DEVICE;
    while (!done && multi_usable(multi) > 0) {
        memcpy(multi->state, before, sizeof before);
        multi->frame_cut = false;
        choose_plan(multi, multi->frame.exact);
        if (multi_usable(multi) == 0)
            break;
        multi_place_tiles(multi, &multi->plan);
        done = multi->frame.exact ? run_exact(multi) : run_lagged(multi);
        if (!done)
            multi->planned[0] = multi->planned[1] = false; // it has a part for one that is gone
    }
    if (done)
        multi->result = ARTEM_OK;
    else
        memcpy(multi->state, before, sizeof before);
    finish(multi);
    multi->frame_milliseconds = (multi_now() - start) * 1e3;
}
