// SPDX-License-Identifier: Apache-2.0
#include "artem/governor.h"

#include <math.h>
#include <string.h>

#define SECOND_NS UINT64_C(1000000000)

enum {
    LOWEST = 64,  // style pixels: the least that the settings take
    SETTLING = 2, // paintings after a change that say nothing: buffers grow, statistics begin anew
    RECENT = 8,
    RECENT_OVER = 4,
    PROBES = 4, // in a round; the first one is not counted
    WHOLE = 256,
};

static const uint64_t fade_ns = 400000000;
static const uint64_t between_ns = 2 * SECOND_NS; // changes
static const uint64_t fitting_ns = 4 * SECOND_NS; // that a better rung must fit
static const uint64_t pause_ns = 2 * SECOND_NS;   // without a painting: what fitted before it is forgotten
static const uint64_t trial_ns = 10 * SECOND_NS; // a rung left sooner, or with fewer paintings than here, was a mistake
enum { TRIAL_PAINTINGS = 2 * ARTEM_GOVERNOR_WINDOW };
static const uint64_t hold_first_ns = 4 * SECOND_NS, hold_longest_ns = 64 * SECOND_NS;
static const uint64_t forget_ns = 120 * SECOND_NS; // without a mistake: holds are short again
static const uint64_t probe_first_ns = 2 * SECOND_NS, probe_longest_ns = 16 * SECOND_NS;
enum { PATIENCE = 8 };                  // a closed rung opens after so many holds, though the load has not fallen
static const double patience_ms = 1000; // with one of the first paintings
static const double fit_down = 0.9, fit_up = 0.8, fallen = 0.8;
static const double about = 0.05; // budgets that are the same but for this share

const char *artem_mode_name(enum artem_mode mode)
{
    static const char *const names[ARTEM_MODE_COUNT] = {"auto", "sync", "async"};

    return (unsigned)mode < ARTEM_MODE_COUNT ? names[mode] : "unknown";
}

const char *artem_pace_name(enum artem_pace pace)
{
    static const char *const names[ARTEM_PACE_COUNT] = {"every", "deferred", "none"};

    return (unsigned)pace < ARTEM_PACE_COUNT ? names[pace] : "unknown";
}

const char *artem_reason_name(enum artem_reason reason)
{
    static const char *const names[ARTEM_REASON_COUNT] = {"", "settings", "over", "late", "p95", "fits", "probe"};

    return (unsigned)reason < ARTEM_REASON_COUNT ? names[reason] : "unknown";
}

// ---- The ladder ----

// The share of the whole picture's area that a step leaves: two steps halve it.
static double area_at(unsigned step)
{
    return pow(0.5, 0.5 * step);
}

static uint32_t resolution_at(const struct artem_governor *g, unsigned step)
{
    return (uint32_t)(g->limits.resolution * sqrt(area_at(step)) + 0.5);
}

static void add_rung(struct artem_governor *g, enum artem_pace pace, unsigned step)
{
    g->ladder[g->rungs] = (struct artem_rung){pace, resolution_at(g, step)};
    g->cost[g->rungs++] = area_at(step);
}

static unsigned find_last_step(const struct artem_governor *g)
{
    unsigned step = 0;

    while (step + 1 < ARTEM_GOVERNOR_STEPS && resolution_at(g, step + 1) >= LOWEST)
        step++;
    return step;
}

static void build(struct artem_governor *g)
{
    const bool defers = g->limits.can_defer;
    const bool async = defers && g->limits.mode == ARTEM_MODE_ASYNC;
    const bool goes_async = defers && g->limits.mode == ARTEM_MODE_AUTO && g->limits.waited;
    const unsigned last = find_last_step(g);

    g->rungs = 0;
    if (goes_async)
        add_rung(g, ARTEM_PACE_EVERY, 0);
    for (unsigned step = 0; step <= last; step++)
        add_rung(g, async || goes_async ? ARTEM_PACE_DEFERRED : ARTEM_PACE_EVERY, step);
    if (defers && !async && !goes_async)
        add_rung(g, ARTEM_PACE_DEFERRED, last);
    g->ladder[g->rungs] = (struct artem_rung){ARTEM_PACE_NONE, 0};
    g->cost[g->rungs] = g->cost[g->rungs - 1];
    g->rungs++;
}

// What a painting that took so much on rung `at` costs per frame on rung `to`.
static double predict(const struct artem_governor *g, double fixed_ms, double network_ms, uint32_t at, uint32_t to)
{
    const double share = g->ladder[to].pace == ARTEM_PACE_DEFERRED ? 0.5 : 1;

    return share * (fixed_ms + network_ms * g->cost[to] / g->cost[at]);
}

static uint32_t lowest_painted(const struct artem_governor *g)
{
    return g->rungs - 2;
}

// The best rung in first..last that is predicted to cost at most `most_ms`; `last` + 1 if none is.
static uint32_t find_fitting(const struct artem_governor *g, double fixed_ms, double network_ms, uint32_t at,
                             uint32_t first, uint32_t last, double most_ms)
{
    uint32_t rung = first;

    while (rung <= last && predict(g, fixed_ms, network_ms, at, rung) > most_ms)
        rung++;
    return rung;
}

// ---- Changes ----

static void begin_measuring(struct artem_governor *g)
{
    g->samples = g->ignored = 0;
    g->over = 0;
    g->fits_ns = 0;
    g->serial++;
}

static void change(struct artem_governor *g, uint64_t now, uint32_t to, enum artem_reason reason, double load_ms)
{
    const struct artem_rung from = g->ladder[g->rung];

    g->change = (struct artem_governor_change){
        .number = g->change.number + 1, .reason = reason, .from = from, .to = g->ladder[to], .load_ms = load_ms};
    g->rung = to;
    g->changed_ns = now;
    g->fade_ns = from.resolution != g->ladder[to].resolution ? fade_ns : 0;
    g->probe_wait_ns = probe_first_ns;
    g->probe_ns = now + g->probe_wait_ns;
    g->probes = 0;
    g->closed_load_ms = 0;
    begin_measuring(g);
}

// The load as it would be on the best rung, to compare what was measured on different ones.
static double base_load(const struct artem_governor *g, double fixed_ms, double network_ms, uint32_t at)
{
    return fixed_ms + network_ms / g->cost[at];
}

static void step_down(struct artem_governor *g, uint64_t now, double fixed_ms, double network_ms,
                      enum artem_reason reason)
{
    const uint32_t from = g->rung, last = lowest_painted(g);
    const double budget = g->limits.budget_ms;
    uint32_t to = find_fitting(g, fixed_ms, network_ms, from, from + 1, last, fit_down * budget);

    // None has room to spare: the last one, if it can be expected to be within the budget at all.
    if (to > last && from < last && predict(g, fixed_ms, network_ms, from, last) <= budget)
        to = last;
    if (to > last)
        to = g->rungs - 1;
    if (g->raised_ns != 0 && (now - g->raised_ns < trial_ns || g->samples < TRIAL_PAINTINGS)) {
        g->closed_rung = from;
        g->hold_ns = !g->closed && now - g->closed_ns > forget_ns ? hold_first_ns
                     : g->hold_ns * 2 < hold_longest_ns           ? g->hold_ns * 2
                                                                  : hold_longest_ns;
        g->closed = true;
        g->closed_ns = now;
    }
    g->raised_ns = 0;
    change(g, now, to, reason, predict(g, fixed_ms, network_ms, from, from));
}

static void step_up(struct artem_governor *g, uint64_t now, uint32_t to, enum artem_reason reason, double load_ms)
{
    change(g, now, to, reason, load_ms);
    g->raised_ns = now;
}

// The best rung that may be tried now. Whether the load has fallen is told by the same rung, since what another one
// cost was not as predicted.
static uint32_t find_open(struct artem_governor *g, uint64_t now, double base_ms)
{
    const uint64_t closed_for = now - g->closed_ns;

    if (g->closed_load_ms <= 0)
        g->closed_load_ms = base_ms;
    if (g->closed &&
        (closed_for >= PATIENCE * g->hold_ns || (closed_for >= g->hold_ns && base_ms <= fallen * g->closed_load_ms))) {
        g->closed = false;
        g->closed_ns = now; // how long a mistake is remembered counts from here
    }
    return g->closed ? g->closed_rung + 1 : 0;
}

// ---- Measuring ----

static double load_of(const struct artem_governor *g, unsigned i)
{
    return g->window[i].load_ms;
}

// The 95th percentile of the window by nearest rank: the seventh greatest of 128.
static unsigned find_p95(const struct artem_governor *g)
{
    const unsigned count = g->samples < ARTEM_GOVERNOR_WINDOW ? (unsigned)g->samples : ARTEM_GOVERNOR_WINDOW;
    const unsigned rank = count - (95 * count + 99) / 100 + 1;
    unsigned greatest[ARTEM_GOVERNOR_WINDOW / 20 + 1], held = 0;

    for (unsigned i = 0; i < count; i++) {
        unsigned at = held < rank ? held++ : rank;

        for (; at > 0 && load_of(g, greatest[at - 1]) < load_of(g, i); at--)
            if (at < rank)
                greatest[at] = greatest[at - 1];
        if (at < rank)
            greatest[at] = i;
    }
    return held > 0 ? greatest[held - 1] : 0;
}

double artem_governor_load_ms(const struct artem_governor *g)
{
    return g->samples > 0 ? load_of(g, find_p95(g)) : 0;
}

// Of the latest eight that are over the budget, the middle one: neither a single hitch nor a hopeful one.
static unsigned find_typical_excess(const struct artem_governor *g)
{
    unsigned list[RECENT], count = 0;

    for (unsigned back = 0; back < RECENT && back < g->samples; back++) {
        const unsigned i = (unsigned)((g->samples - 1 - back) % ARTEM_GOVERNOR_WINDOW);
        unsigned at = count;

        if ((g->over >> back & 1) == 0)
            continue;
        for (; at > 0 && load_of(g, list[at - 1]) > load_of(g, i); at--)
            list[at] = list[at - 1];
        list[at] = i;
        count++;
    }
    return count > 0 ? list[count / 2] : 0;
}

static unsigned count_bits(unsigned bits)
{
    unsigned count = 0;

    for (; bits != 0; bits &= bits - 1)
        count++;
    return count;
}

static enum artem_reason find_excess(const struct artem_governor *g)
{
    if (count_bits(g->over) >= RECENT_OVER)
        return ARTEM_REASON_OVER;
    if (g->samples >= ARTEM_GOVERNOR_WINDOW && artem_governor_load_ms(g) > g->limits.budget_ms)
        return ARTEM_REASON_P95;
    return ARTEM_REASON_NONE;
}

static void look_down(struct artem_governor *g, uint64_t now, enum artem_reason reason)
{
    const unsigned i = reason == ARTEM_REASON_P95 ? find_p95(g) : find_typical_excess(g);

    if (g->change.number == 0 || now - g->changed_ns >= between_ns)
        step_down(g, now, g->window[i].fixed_ms, g->window[i].network_ms, reason);
}

static void look_up(struct artem_governor *g, uint64_t now)
{
    const unsigned i = find_p95(g);
    const double fixed = g->window[i].fixed_ms, network = g->window[i].network_ms;
    uint32_t first, to;

    if (g->rung == 0 || g->samples < ARTEM_GOVERNOR_WINDOW)
        return;
    first = find_open(g, now, base_load(g, fixed, network, g->rung));
    to = first < g->rung ? find_fitting(g, fixed, network, g->rung, first, g->rung - 1, fit_up * g->limits.budget_ms)
                         : g->rung;
    if (to >= g->rung) {
        g->fits_ns = 0;
        return;
    }
    if (g->fits_ns == 0)
        g->fits_ns = now;
    if (now - g->fits_ns >= fitting_ns && now - g->changed_ns >= between_ns)
        step_up(g, now, to, ARTEM_REASON_FITS, load_of(g, i));
}

// ---- Probes ----

static void report_probe(struct artem_governor *g, uint64_t now, const struct artem_governor_sample *sample)
{
    if (sample->unfinished && now < g->probe_ns)
        return; // the one that has been judged already
    if (sample->unfinished)
        g->probes = PROBES - 1; // one is enough

    const uint32_t lowest = lowest_painted(g);
    uint32_t first, to;

    // The longest one, but for the first.
    if (g->probes > 0 && sample->fixed_ms + sample->network_ms > g->probe_fixed_ms + g->probe_network_ms) {
        g->probe_fixed_ms = sample->fixed_ms;
        g->probe_network_ms = sample->network_ms;
    }
    if (g->probes++ == 0)
        g->probe_fixed_ms = g->probe_network_ms = 0;
    if (g->probes < PROBES)
        return;
    g->probes = 0;
    first = find_open(g, now, base_load(g, g->probe_fixed_ms, g->probe_network_ms, lowest));
    to = find_fitting(g, g->probe_fixed_ms, g->probe_network_ms, lowest, first, lowest, fit_up * g->limits.budget_ms);
    if (to <= lowest) {
        step_up(g, now, to, ARTEM_REASON_PROBE, predict(g, g->probe_fixed_ms, g->probe_network_ms, lowest, to));
        return;
    }
    g->probe_wait_ns = g->probe_wait_ns * 2 < probe_longest_ns ? g->probe_wait_ns * 2 : probe_longest_ns;
    g->probe_ns = now + g->probe_wait_ns;
}

// ---- Calls ----

void artem_governor_init(struct artem_governor *g)
{
    memset(g, 0, sizeof *g);
    g->hold_ns = hold_first_ns / 2;
}

// Half as many paintings may have twice the area; resolutions are rounded.
static bool costs_more(const struct artem_rung *rung, const struct artem_rung *had)
{
    const double area = (double)rung->resolution * rung->resolution, halved = (double)had->resolution + 1;

    if (had->pace == ARTEM_PACE_DEFERRED && rung->pace == ARTEM_PACE_EVERY)
        return 2 * area > halved * halved;
    return rung->resolution > had->resolution || had->pace == ARTEM_PACE_NONE;
}

// The best rung that costs no more than the given one of another ladder.
static uint32_t find_nearest(const struct artem_governor *g, const struct artem_rung *had)
{
    uint32_t rung = 0;

    while (rung + 1 < g->rungs && costs_more(&g->ladder[rung], had))
        rung++;
    return rung;
}

// What was measured stays, so that a budget that changes all the time is kept too. Rungs that did not fit may be tried
// anew, unless it is about the same.
static void follow_budget(struct artem_governor *g, double before_ms)
{
    const double now_ms = g->limits.budget_ms;

    if (before_ms <= 0 || fabs(now_ms - before_ms) > about * before_ms) {
        g->closed = false;
        g->raised_ns = 0;
    }
    if (before_ms <= 0)
        begin_measuring(g);
    g->over = 0;
    for (unsigned back = 0; back < RECENT && back < g->samples; back++) {
        const unsigned i = (unsigned)((g->samples - 1 - back) % ARTEM_GOVERNOR_WINDOW);

        g->over |= (uint8_t)((load_of(g, i) > now_ms) << back);
    }
}

static void follow_limits(struct artem_governor *g, uint64_t now, const struct artem_governor_limits *limits)
{
    const struct artem_governor_limits before = g->limits;
    const struct artem_rung had = g->rungs > 0 ? g->ladder[g->rung] : (struct artem_rung){0};
    const bool first = g->rungs == 0, was_best = g->rung == 0;
    const bool asked = first || before.resolution != limits->resolution || before.mode != limits->mode ||
                       before.waited != limits->waited;
    const bool ladder = asked || before.can_defer != limits->can_defer;
    uint32_t to = 0;

    g->limits = *limits;
    if (!ladder && (before.budget_ms == limits->budget_ms || (g->rung == 0 && limits->budget_ms <= 0)))
        return;
    if (!ladder && limits->budget_ms > 0) {
        follow_budget(g, before.budget_ms);
        return;
    }
    if (ladder)
        build(g);
    g->closed = false;
    g->raised_ns = 0;
    // What the app's frames allow may come and go: that is no reason to begin anew.
    if (!asked && limits->budget_ms > 0)
        to = find_nearest(g, &had);
    g->rung = to;
    // On the best rung the resolution is what the limits say: that another one is asked for is no decision.
    if (first ||
        (had.pace == g->ladder[to].pace && (had.resolution == g->ladder[to].resolution || (was_best && to == 0)))) {
        begin_measuring(g);
        return;
    }
    change(g, now, to, ARTEM_REASON_SETTINGS, 0);
    g->change.from = had;
    g->fade_ns = had.resolution != g->ladder[to].resolution ? fade_ns : 0;
}

void artem_governor_begin(struct artem_governor *g, uint64_t now, const struct artem_governor_limits *limits,
                          struct artem_governor_order *out)
{
    const struct artem_rung *rung;
    uint64_t passed;
    uint32_t share;

    follow_limits(g, now, limits);
    rung = &g->ladder[g->rung];
    passed = now - g->changed_ns;
    share = g->fade_ns == 0 || passed >= g->fade_ns ? WHOLE : (uint32_t)(passed * WHOLE / g->fade_ns);
    *out = (struct artem_governor_order){
        .pace = rung->pace,
        .resolution = rung->resolution,
        .rung = g->rung,
        .serial = g->serial,
        .strength = WHOLE,
    };
    if (rung->pace == ARTEM_PACE_NONE) {
        out->resolution = g->ladder[lowest_painted(g)].resolution;
        out->probe = share == WHOLE && now >= g->probe_ns;
        if (share < WHOLE) { // the painting fades; what it costs is spread over two frames where that is possible
            out->pace = g->limits.can_defer ? ARTEM_PACE_DEFERRED : g->change.from.pace;
            out->resolution = g->change.from.resolution;
            out->strength = WHOLE - share;
            out->serial = 0;
        }
    } else if (g->change.number > 0 && g->change.from.pace == ARTEM_PACE_NONE) {
        out->strength = share;
    } else {
        out->old_weight = WHOLE - share;
    }
}

bool artem_governor_is_settling(const struct artem_governor *g)
{
    return g->ignored < SETTLING;
}

static bool is_hopeless(const struct artem_governor *g, const struct artem_governor_sample *sample)
{
    const uint32_t lowest = lowest_painted(g), at = g->rung < lowest ? g->rung : lowest;

    return predict(g, sample->fixed_ms, sample->network_ms, at, lowest) > g->limits.budget_ms;
}

void artem_governor_report(struct artem_governor *g, uint64_t now, const struct artem_governor_sample *sample)
{
    const double budget = g->limits.budget_ms;
    enum artem_reason excess;
    double load;
    unsigned i;

    if (g->rungs == 0 || sample->serial != g->serial || budget <= 0 ||
        !(sample->fixed_ms >= 0 && sample->network_ms >= 0))
        return;
    if (sample->unfinished && !is_hopeless(g, sample))
        return;
    if (g->ladder[g->rung].pace == ARTEM_PACE_NONE) {
        if (sample->probe)
            report_probe(g, now, sample);
        return;
    }
    if (sample->unfinished && artem_governor_is_settling(g) && sample->network_ms < patience_ms)
        return;
    if (sample->unfinished) {
        if (g->change.number == 0 || now - g->changed_ns >= between_ns)
            step_down(g, now, sample->fixed_ms, sample->network_ms, ARTEM_REASON_LATE);
        return;
    }
    if (artem_governor_is_settling(g)) {
        g->ignored++;
        return;
    }
    if (now - g->reported_ns > pause_ns)
        g->fits_ns = 0;
    g->reported_ns = now;
    load = predict(g, sample->fixed_ms, sample->network_ms, g->rung, g->rung);
    i = (unsigned)(g->samples++ % ARTEM_GOVERNOR_WINDOW);
    g->window[i].fixed_ms = sample->fixed_ms;
    g->window[i].network_ms = sample->network_ms;
    g->window[i].load_ms = load;
    g->over = (uint8_t)(g->over << 1 | (load > budget));
    excess = find_excess(g);
    if (excess != ARTEM_REASON_NONE)
        look_down(g, now, excess);
    else
        look_up(g, now);
}
