// SPDX-License-Identifier: Apache-2.0
// The budget governor under simulated loads: it converges, stays where a constant load puts it, never goes back and
// forth, and leaves no deadline missed that a lower rung would have met, once it has had its time to react.
#include <math.h>
#include <stdlib.h>

#include "../test.h"
#include "artem/governor.h"

#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

enum { CHANGES_MAX = 400 };

// What painting costs at a time, on the best rung, in milliseconds; `lean` is what the area's share is raised to: 1 as
// the governor expects.
struct load {
    const char *name;
    double (*network)(double seconds);
    double fixed;
    double lean;
};

struct sim {
    struct artem_governor governor;
    struct artem_governor_limits limits;
    double hz, seconds;
    uint64_t frames, missed, painted, originals;
    uint64_t excess_since; // avoidable misses since; 0: none
    uint64_t worst_ns;     // the longest such time
    double recent;         // share of avoidable misses lately
    struct {
        double at;
        struct artem_governor_change change;
        uint32_t rung;
    } changes[CHANGES_MAX];
    unsigned change_count;
    unsigned backs; // A, B, A within half a minute
};

static double cost_of(const struct sim *sim, const struct load *load, double t, uint32_t resolution, double *fixed)
{
    const double side = (double)resolution / sim->limits.resolution;

    *fixed = load->fixed;
    return load->network(t) * pow(side * side, load->lean);
}

static double per_frame(const struct sim *sim, const struct load *load, double t, const struct artem_rung *rung)
{
    double fixed, network;

    if (rung->pace == ARTEM_PACE_NONE)
        return 0;
    network = cost_of(sim, load, t, rung->resolution, &fixed);
    return (fixed + network) * (rung->pace == ARTEM_PACE_DEFERRED ? 0.5 : 1);
}

static void note_change(struct sim *sim, double t)
{
    const struct artem_governor *g = &sim->governor;
    unsigned n = sim->change_count;

    if (g->change.number == sim->change_count)
        return;
    if (n == CHANGES_MAX) {
        TEST_FAIL("hundreds of changes");
        exit(1);
    }
    sim->changes[n].at = t;
    sim->changes[n].change = g->change;
    sim->changes[n].rung = g->rung;
    sim->change_count++;
    if (n >= 1) {
        const struct artem_rung *a = &sim->changes[n - 1].change.from, *b = &g->change.to;

        if (g->change.reason != ARTEM_REASON_SETTINGS)
            CHECK(t - sim->changes[n - 1].at >= 2); // at most one in two seconds
        sim->backs += a->pace == b->pace && a->resolution == b->resolution && t - sim->changes[n - 1].at < 28;
    }
}

// A frame that takes too long counts as avoidable if some rung below would be well within the budget.
static void judge(struct sim *sim, const struct load *load, double t, uint64_t now, double spent)
{
    const struct artem_governor *g = &sim->governor;
    bool avoidable = false;

    if (spent > sim->limits.budget_ms) {
        sim->missed++;
        for (uint32_t r = g->rung + 1; r < g->rungs; r++)
            avoidable = avoidable || per_frame(sim, load, t, &g->ladder[r]) <= 0.85 * sim->limits.budget_ms;
    }
    sim->recent += ((double)avoidable - sim->recent) / 64;
    if (sim->recent < 0.12) // one in twenty is what the 95th percentile allows, and chance is chance
        sim->excess_since = 0;
    else if (sim->excess_since == 0)
        sim->excess_since = now;
    if (sim->excess_since != 0 && now - sim->excess_since > sim->worst_ns)
        sim->worst_ns = now - sim->excess_since;
}

static void run(struct sim *sim, const struct load *load, double seconds)
{
    const uint64_t period = (uint64_t)(1e9 / sim->hz);
    const uint64_t frames = (uint64_t)(seconds * sim->hz);

    for (uint64_t i = 0; i < frames; i++) {
        const uint64_t now = 1000 * S + sim->frames * period;
        const double t = sim->seconds;
        struct artem_governor_sample sample = {0};
        struct artem_governor_order order;
        struct artem_rung painted;
        double fixed, spent = 0;
        bool paints;

        artem_governor_begin(&sim->governor, now, &sim->limits, &order);
        note_change(sim, t);
        painted = (struct artem_rung){order.pace, order.resolution};
        if (order.probe)
            painted.pace = ARTEM_PACE_DEFERRED;
        // Every other frame, and what is deferred is finished a frame later.
        paints = painted.pace == ARTEM_PACE_EVERY || (painted.pace == ARTEM_PACE_DEFERRED && sim->frames % 2 == 0);
        sim->originals += order.pace == ARTEM_PACE_NONE;
        if (painted.pace != ARTEM_PACE_NONE && !order.probe)
            spent = per_frame(sim, load, t, &painted);
        if (paints) {
            sample.network_ms = cost_of(sim, load, t, painted.resolution, &fixed);
            sample.fixed_ms = fixed;
            sample.serial = order.serial;
            sample.probe = order.probe;
            artem_governor_report(&sim->governor, now, &sample);
            note_change(sim, t);
            sim->painted++;
        }
        judge(sim, load, t, now, spent);
        sim->frames++;
        sim->seconds += (double)period / 1e9;
    }
}

static struct sim *new_sim(double hz, enum artem_mode mode, bool waited, double budget_ms)
{
    struct sim *sim = calloc(1, sizeof *sim);

    artem_governor_init(&sim->governor);
    sim->hz = hz;
    sim->limits = (struct artem_governor_limits){
        .budget_ms = budget_ms, .resolution = 512, .mode = mode, .waited = waited, .can_defer = true};
    return sim;
}

// ---- Loads. The unit is the budget, which is 10 ms. ----

static double random_unit(void)
{
    static uint32_t state = 12345;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state / 4294967296.0;
}

static double gauss(void)
{
    double sum = -6;

    for (int i = 0; i < 12; i++)
        sum += random_unit();
    return sum;
}

static double light(double t)
{
    (void)t;
    return 4;
}
static double exact(double t)
{
    (void)t;
    return 9;
} // with 1 ms beside: the budget itself
static double heavy(double t)
{
    (void)t;
    return 16;
}
static double hopeless(double t)
{
    (void)t;
    return 4000;
}
static double step(double t)
{
    return t < 20 ? 6 : 18;
}
static double bump(double t)
{
    return t < 20 || t >= 50 ? 6 : 30;
}
static double ramp(double t)
{
    return 4 + t * 0.25;
}
static double down_ramp(double t)
{
    return t < 100 ? 29 - t * 0.25 : 4;
}
static double slow_sine(double t)
{
    return 10 + 6 * sin(t * 2 * 3.14159265 / 60);
}
static double fast_sine(double t)
{
    return 9 + 3 * sin(t * 2 * 3.14159265 / 1.5);
}
static double mean_sine(double t)
{
    return 9 + 5 * sin(t * 2 * 3.14159265 / 8);
}
static double noisy(double t)
{
    (void)t;
    return fmax(0.5, 7.5 + 0.4 * gauss());
}
static double noisy_at_limit(double t)
{
    (void)t;
    return fmax(0.5, 9 + 1.2 * gauss());
}
static double spikes(double t)
{
    (void)t;
    return random_unit() < 0.01 ? 40 : 5;
}
static double many_spikes(double t)
{
    (void)t;
    return random_unit() < 0.08 ? 25 : 5;
}
static double recovering(double t)
{
    return t < 30 ? 5000 : 4;
}
static double jumping(double t)
{
    (void)t;
    return 11;
}

static const struct kind {
    struct load load;
    double seconds;
    unsigned changes_most; // in all modes and rates
    bool back_allowed;     // the load itself goes up and down
} kinds[] = {
    {{"light", light, 1, 1}, 120, 0, false},
    {{"exactly the budget", exact, 1, 1}, 120, 0, false},
    {{"heavy", heavy, 1, 1}, 300, 1, false},
    {{"hopeless", hopeless, 1, 1}, 300, 1, false},
    {{"step", step, 1, 1}, 120, 1, false},
    {{"sudden heavy scene", bump, 1, 1}, 120, 4, true},
    {{"ramp", ramp, 1, 1}, 120, 12, false},
    {{"ramp down", down_ramp, 1, 1}, 200, 12, false},
    {{"slow sine", slow_sine, 1, 1}, 600, 60, true},
    {{"fast sine", fast_sine, 1, 1}, 300, 4, false},
    {{"sine of seconds", mean_sine, 1, 1}, 300, 32, true},
    {{"noise", noisy, 1, 1}, 300, 0, false},
    {{"noise at the budget", noisy_at_limit, 1, 1}, 600, 3, false},
    {{"rare spikes", spikes, 1, 1}, 120, 3, false},
    {{"many spikes", many_spikes, 1, 1}, 300, 3, true},
    {{"recovering", recovering, 1, 1}, 120, 3, false},
    // Costs that are not what the area says: less is saved than expected, or more.
    {{"sluggish", jumping, 1, 0.4}, 300, 5, false},
    {{"all fixed", light, 11, 1}, 300, 2, false},
    {{"steep", heavy, 1, 1.8}, 300, 12, false},
};

static void test_loads(void)
{
    static const double rates[] = {72, 90, 120};

    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (unsigned r = 0; r < 3; r++)
            for (int mode = 0; mode < ARTEM_MODE_COUNT; mode++)
                for (int waited = 0; waited < 2; waited++) {
                    struct sim *sim = new_sim(rates[r], (enum artem_mode)mode, waited, 10);
                    const double load_at_end =
                        (run(sim, &kinds[k].load, kinds[k].seconds),
                         per_frame(sim, &kinds[k].load, sim->seconds, &sim->governor.ladder[sim->governor.rung]));
                    const int before = test_failures;

                    CHECK(sim->change_count <= kinds[k].changes_most);
                    CHECK(kinds[k].back_allowed || sim->backs == 0);
                    // Two seconds between changes; one more where a rung saves less than was expected.
                    CHECK(sim->worst_ns < (kinds[k].load.lean < 1 ? 5000 : 2600) * MS);
                    if (!kinds[k].back_allowed)
                        CHECK(load_at_end <= 10.0 || kinds[k].load.network == noisy_at_limit ||
                              kinds[k].load.network == fast_sine || kinds[k].load.network == spikes ||
                              kinds[k].load.network == many_spikes);
                    if (test_failures > before || getenv("ARTEM_TEST_VERBOSE") != NULL) {
                        fprintf(stderr, "%s, %g Hz, %s, %s: %u changes, %u back, worst %.2f s, missed %.2f %%\n",
                                kinds[k].load.name, rates[r], artem_mode_name((enum artem_mode)mode),
                                waited ? "waited" : "on the queue", sim->change_count, sim->backs,
                                (double)sim->worst_ns / 1e9, 100.0 * (double)sim->missed / (double)sim->frames);
                        for (unsigned i = 0; i < sim->change_count; i++)
                            fprintf(stderr, "  %7.2f s  %s %u -> %s %u  %s, %.2f ms\n", sim->changes[i].at,
                                    artem_pace_name(sim->changes[i].change.from.pace),
                                    sim->changes[i].change.from.resolution,
                                    artem_pace_name(sim->changes[i].change.to.pace),
                                    sim->changes[i].change.to.resolution,
                                    artem_reason_name(sim->changes[i].change.reason), sim->changes[i].change.load_ms);
                    }
                    free(sim);
                }
}

// ---- Details ----

static struct artem_governor_order begin(struct sim *sim, double at)
{
    struct artem_governor_order order;

    artem_governor_begin(&sim->governor, (uint64_t)((1000 + at) * 1e9), &sim->limits, &order);
    return order;
}

static void test_ladder(void)
{
    struct sim *sim = new_sim(90, ARTEM_MODE_SYNC, true, 10);
    const struct artem_governor *g = &sim->governor;

    begin(sim, 0);
    CHECK_INT(g->rungs, 9);
    for (unsigned i = 0; i + 2 < g->rungs; i++) {
        CHECK(g->ladder[i].pace == ARTEM_PACE_EVERY);
        CHECK(fabs(g->ladder[i].resolution - 512 * pow(0.5, i / 4.0)) <= 0.5);
    }
    CHECK(g->ladder[7].pace == ARTEM_PACE_DEFERRED && g->ladder[7].resolution == g->ladder[6].resolution);
    CHECK(g->ladder[8].pace == ARTEM_PACE_NONE);
    sim->limits.can_defer = false;
    begin(sim, 1);
    CHECK_INT(g->rungs, 8);
    CHECK_INT(g->change.number, 0); // it stays on the best rung
    sim->limits.can_defer = true;
    sim->limits.mode = ARTEM_MODE_ASYNC;
    CHECK(begin(sim, 2).pace == ARTEM_PACE_DEFERRED);
    CHECK_INT(g->rungs, 8);
    CHECK(g->change.number == 1 && g->change.reason == ARTEM_REASON_SETTINGS && g->fade_ns == 0);
    sim->limits.mode = ARTEM_MODE_AUTO;
    CHECK(begin(sim, 3).pace == ARTEM_PACE_EVERY);
    CHECK(g->ladder[1].pace == ARTEM_PACE_DEFERRED && g->ladder[1].resolution == 512);
    sim->limits.waited = false;
    begin(sim, 4);
    CHECK(g->ladder[1].pace == ARTEM_PACE_EVERY && g->ladder[1].resolution == 431);
    sim->limits.resolution = 64; // the least: no smaller ones
    begin(sim, 5);
    CHECK_INT(g->rungs, 3);
    free(sim);
}

// Old and new share the picture for 400 ms; a change to originals and back is one of strength.
static void test_fades(void)
{
    const struct load step_load = {"", step, 1, 1}, hopeless_load = {"", hopeless, 1, 1};
    struct sim *sim = new_sim(90, ARTEM_MODE_SYNC, true, 10);
    struct artem_governor_order order;
    uint32_t serial, last;

    CHECK_INT(begin(sim, 0).old_weight, 0);
    run(sim, &step_load, 25);
    CHECK_INT(sim->change_count, 1);
    last = 257;
    for (double t = 0; t < 0.6; t += 0.011) {
        order = begin(sim, sim->changes[0].at + t);
        CHECK(order.old_weight <= last && order.strength == 256 && order.pace == ARTEM_PACE_EVERY);
        CHECK(t < 0.3 ? order.old_weight > 0 : t > 0.45 ? order.old_weight == 0 : true);
        last = order.old_weight;
    }
    free(sim);

    sim = new_sim(90, ARTEM_MODE_SYNC, true, 10);
    run(sim, &hopeless_load, 0.3);
    CHECK(sim->change_count == 1 && sim->governor.ladder[sim->governor.rung].pace == ARTEM_PACE_NONE);
    serial = sim->governor.serial;
    last = 257;
    for (double t = 0.011; t < 1; t += 0.011) {
        order = begin(sim, sim->changes[0].at + t);
        CHECK(t > 0.45 ? order.pace == ARTEM_PACE_NONE && !order.probe
                       : t > 0.35 || (order.pace == ARTEM_PACE_DEFERRED && order.strength < last &&
                                      order.resolution == 512 && order.serial != serial));
        last = order.strength;
    }
    // Then a hidden painting of the least resolution, and back with what it tells.
    CHECK(!begin(sim, sim->changes[0].at + 1.9).probe);
    for (unsigned i = 0; i < 4; i++) {
        const double at = sim->changes[0].at + 2.1 + 0.022 * i;
        order = begin(sim, at);
        CHECK(order.probe && order.resolution == 181 && order.pace == ARTEM_PACE_NONE);
        artem_governor_report(&sim->governor, (uint64_t)((1000 + at) * 1e9),
                              &(struct artem_governor_sample){order.serial, 1, i == 0 ? 900 : 0.5, true, false});
    }
    CHECK(sim->governor.change.reason == ARTEM_REASON_PROBE);
    CHECK(begin(sim, sim->changes[0].at + 2.4).strength < 256);
    order = begin(sim, sim->changes[0].at + 3);
    CHECK(order.strength == 256 && order.old_weight == 0 && order.pace == ARTEM_PACE_EVERY && order.resolution == 512);
    free(sim);
}

// Rounds of probes that tell nothing good come ever less often.
static void test_probe_rounds(void)
{
    const struct load load = {"", hopeless, 1, 1};
    struct sim *sim = new_sim(90, ARTEM_MODE_AUTO, true, 10);

    run(sim, &load, 100);
    CHECK_INT(sim->change_count, 1);
    CHECK(sim->painted < 3 + 40 + 4 * 9); // before the change, while it fades, and nine rounds at most
    CHECK(sim->painted >= 4 * 5);
    free(sim);
}

static void test_no_budget(void)
{
    const struct load load = {"", hopeless, 1, 1};
    struct sim *sim = new_sim(90, ARTEM_MODE_AUTO, true, 0);

    run(sim, &load, 20);
    CHECK_INT(sim->change_count, 0);
    sim->limits.budget_ms = 10;
    run(sim, &load, 20);
    CHECK_INT(sim->change_count, 1);
    sim->limits.budget_ms = 0; // ends it at once
    CHECK(begin(sim, 40).pace == ARTEM_PACE_EVERY);
    CHECK(sim->governor.change.reason == ARTEM_REASON_SETTINGS);
    free(sim);
}

// The budget may change with every frame, as a share of a display period that does: it is kept as a steady one is.
static void test_unsteady_budget(void)
{
    struct artem_governor_limits limits = {.resolution = 512, .mode = ARTEM_MODE_SYNC, .waited = true};
    struct artem_governor governor;
    struct artem_governor_order order;
    uint64_t first_ns = 0;

    artem_governor_init(&governor);
    for (uint64_t i = 0; i < 90 * 30; i++) {
        const uint64_t now = 1000 * S + i * 11111111;
        const double wanted = i < 90 * 20 ? 10 : 4;

        limits.budget_ms = wanted * (i % 2 == 0 ? 1.01 : 0.99);
        artem_governor_begin(&governor, now, &limits, &order);
        const double side = order.resolution / 512.0, ms = 16 * side * side;
        if (first_ns == 0 && governor.change.number > 0)
            first_ns = now - 1000 * S;
        if (i == 90 * 20 - 1)
            CHECK(ms <= 10 && ms > 4 && governor.change.number == 1);
        artem_governor_report(&governor, now, &(struct artem_governor_sample){order.serial, 0, ms, false, false});
    }
    CHECK(first_ns > 0 && first_ns < S / 2);
    CHECK(order.pace == ARTEM_PACE_EVERY && 16 * (order.resolution / 512.0) * (order.resolution / 512.0) <= 4);
    CHECK_INT(governor.change.number, 2);
}

// What was painted by another order, or is no number, counts for nothing.
static void test_odd_samples(void)
{
    struct sim *sim = new_sim(90, ARTEM_MODE_SYNC, true, 10);
    const struct artem_governor_order order = begin(sim, 0);

    for (unsigned i = 0; i < 100; i++) {
        const uint64_t now = 1001 * S + i * 11 * MS;
        artem_governor_report(&sim->governor, now,
                              &(struct artem_governor_sample){order.serial + 1, 0, 100, false, false});
        artem_governor_report(&sim->governor, now,
                              &(struct artem_governor_sample){order.serial, NAN, 100, false, false});
        artem_governor_report(&sim->governor, now, &(struct artem_governor_sample){order.serial, 0, -1, false, false});
    }
    CHECK_INT(sim->governor.samples, 0);
    CHECK_INT(sim->governor.change.number, 0);
    CHECK(artem_governor_load_ms(&sim->governor) == 0);
    free(sim);
}

// One that is still under way says nothing until it has taken more than any rung allows.
static void test_unfinished(void)
{
    struct sim *sim = new_sim(90, ARTEM_MODE_SYNC, true, 10);
    const struct artem_governor_order order = begin(sim, 0);
    struct artem_governor_sample sample = {.serial = order.serial, .unfinished = true};

    sample.network_ms = 900; // the first ones may take long
    artem_governor_report(&sim->governor, 1000 * S, &sample);
    CHECK_INT(sim->governor.change.number, 0);
    sample.network_ms = 5;
    for (unsigned i = 0; i < 2; i++) {
        sample.unfinished = false;
        CHECK(artem_governor_is_settling(&sim->governor));
        artem_governor_report(&sim->governor, 1001 * S, &sample);
    }
    CHECK(!artem_governor_is_settling(&sim->governor));
    sample.unfinished = true;
    for (unsigned i = 0; i < 100; i++) { // a sixteenth of that on the last rung
        sample.network_ms = 150;
        artem_governor_report(&sim->governor, 1001 * S + i * 11 * MS, &sample);
    }
    CHECK_INT(sim->governor.change.number, 0);
    sample.network_ms = 170;
    artem_governor_report(&sim->governor, 1003 * S, &sample);
    CHECK(sim->governor.change.reason == ARTEM_REASON_LATE && sim->governor.change.to.pace == ARTEM_PACE_NONE);
    // A probe that takes so long is one, however often it is told of: the next one comes after four seconds.
    CHECK(begin(sim, 5.1).probe);
    sample.probe = true;
    sample.serial = sim->governor.serial;
    for (unsigned i = 0; i < 10; i++)
        artem_governor_report(&sim->governor, 1005 * S + (100 + i * 11) * MS, &sample);
    CHECK(!begin(sim, 8.9).probe);
    CHECK(begin(sim, 9.2).probe);
    free(sim);
}

// What the app's frames allow comes and goes: the rung stays about where it is.
static void test_spaces(void)
{
    const struct load load = {"", heavy, 1, 1};
    struct sim *sim = new_sim(90, ARTEM_MODE_SYNC, true, 10);
    uint32_t resolution;

    run(sim, &load, 10);
    resolution = begin(sim, 10.1).resolution;
    CHECK(resolution < 512);
    for (int i = 0; i < 10; i++) {
        sim->limits.can_defer = !sim->limits.can_defer;
        CHECK_INT(begin(sim, 11 + i).resolution, resolution);
    }
    CHECK_INT(sim->governor.change.number, 1);
    free(sim);
}

// A rung that is predicted to fit, and does not, for two hours: it is tried ever less often. Of a slow app the 95th
// percentile is known late.
static void test_holds(double hz, unsigned every, unsigned most)
{
    struct artem_governor_limits limits = {.budget_ms = 5, .resolution = 512, .mode = ARTEM_MODE_SYNC};
    struct artem_governor governor;
    struct artem_governor_order order;

    artem_governor_init(&governor);
    for (uint64_t i = 0; i < (uint64_t)(hz * 7200); i++) {
        const uint64_t now = 1000 * S + (uint64_t)((double)i * 1e9 / hz);
        artem_governor_begin(&governor, now, &limits, &order);
        const double ms = order.rung > 0 ? 2.6 : i % every == 0 ? 6 : 3.5;
        artem_governor_report(&governor, now, &(struct artem_governor_sample){order.serial, 0, ms, false, false});
    }
    if (governor.change.number > most || governor.change.number < 4)
        TEST_FAIL("%u changes at %g Hz, expected at most %u", (unsigned)governor.change.number, hz, most);
}

// What showed its paintings twice must paint each frame now: with half the area.
static void test_no_more_deferring(void)
{
    struct artem_governor_limits limits = {.budget_ms = 11.1, .resolution = 512, .waited = true, .can_defer = true};
    struct artem_governor governor;
    struct artem_governor_order order;
    unsigned over = 0;

    artem_governor_init(&governor);
    for (uint64_t i = 0; i < 90 * 30; i++) {
        const uint64_t now = 1000 * S + i * 11111111;
        limits.can_defer = i < 900;
        artem_governor_begin(&governor, now, &limits, &order);
        const double side = order.resolution / 512.0, ms = 16 * side * side;
        if (i == 899)
            CHECK(order.pace == ARTEM_PACE_DEFERRED && order.resolution == 512);
        if (order.pace == ARTEM_PACE_EVERY || (order.pace == ARTEM_PACE_DEFERRED && i % 2 == 0))
            artem_governor_report(&governor, now, &(struct artem_governor_sample){order.serial, 2, ms, false, false});
        over += i >= 900 && order.pace == ARTEM_PACE_EVERY && ms + 2 > 11.1;
    }
    CHECK_INT(over, 0);
    CHECK(order.pace == ARTEM_PACE_EVERY && order.resolution >= 362);
}

int main(void)
{
    test_holds(90, 1, 60);
    test_holds(90, 14, 80);
    test_holds(10, 14, 80);
    test_no_more_deferring();
    test_ladder();
    test_fades();
    test_probe_rounds();
    test_no_budget();
    test_unsteady_budget();
    test_odd_samples();
    test_unfinished();
    test_spaces();
    test_loads();
    return test_result();
}
