// SPDX-License-Identifier: Apache-2.0
// The budget governor: keeps painting inside a declared budget by walking a ladder of style resolutions, then of
// painting every other frame, then of originals. Pure: no clock, no input or output, no allocation; times come with the
// calls, in nanoseconds of any steady clock. A governor is used from one thread at a time.
//
// Each frame: artem_governor_begin, and where something was painted, artem_governor_report. What makes it stable:
// decisions are made from what the target rung is predicted to cost (the network's part grows with the area); going
// down needs frames over the budget, going up a prediction that stays well below it; at most one change in two seconds;
// a rung that had to be left soon after it was tried is not tried again before the load has fallen or a time that
// doubles has passed.
#ifndef ARTEM_GOVERNOR_H
#define ARTEM_GOVERNOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum artem_mode {
    ARTEM_MODE_AUTO,  // as SYNC; an engine that is waited for goes ASYNC when the 95th percentile exceeds the budget
    ARTEM_MODE_SYNC,  // every frame shows its own painting, as long as the budget allows
    ARTEM_MODE_ASYNC, // the app never waits for the network: the newest finished painting is shown
    ARTEM_MODE_COUNT
};
const char *artem_mode_name(enum artem_mode mode); // "auto", ...

enum artem_pace {
    ARTEM_PACE_EVERY,    // every frame shows its own painting
    ARTEM_PACE_DEFERRED, // the newest finished painting is shown: at best every other frame is painted
    ARTEM_PACE_NONE,     // originals
    ARTEM_PACE_COUNT
};
const char *artem_pace_name(enum artem_pace pace); // "every", "deferred", "none"

// Why the rung changed.
enum artem_reason {
    ARTEM_REASON_NONE,     // it did not
    ARTEM_REASON_SETTINGS, // another ladder: settings, engine or the app's space
    ARTEM_REASON_OVER,     // four of the latest eight paintings over budget
    ARTEM_REASON_LATE,     // a painting under way has taken longer than any rung allows
    ARTEM_REASON_P95,      // the 95th percentile over budget
    ARTEM_REASON_FITS,     // a better rung has been predicted to fit for some time
    ARTEM_REASON_PROBE,    // a hidden painting tells that it fits again
    ARTEM_REASON_COUNT
};
const char *artem_reason_name(enum artem_reason reason); // "", "settings", "over", ...

enum {
    ARTEM_GOVERNOR_STEPS = 7, // style resolutions, each with 1/sqrt(2) of the area of the one before
    ARTEM_GOVERNOR_RUNGS = ARTEM_GOVERNOR_STEPS + 2,
    ARTEM_GOVERNOR_WINDOW = 128, // paintings: a second or two
};

// What the ladder depends on.
struct artem_governor_limits {
    double budget_ms;    // per frame of the app; 0: none
    uint32_t resolution; // style pixels along the longer side on the best rung; 1 or more
    enum artem_mode mode;
    bool waited;    // the app waits for the engine (CPU); else it follows on the app's queue
    bool can_defer; // paintings of earlier frames may be shown
};

struct artem_rung {
    enum artem_pace pace;
    uint32_t resolution; // 0 for PACE_NONE
};

// What to do with a frame.
struct artem_governor_order {
    enum artem_pace pace; // of this frame: while a change to originals fades, still that of the rung before
    uint32_t resolution;  // style pixels along the longer side; of probes too
    uint32_t rung;        // index in the ladder; 0 is the best
    uint32_t serial;      // for the report
    bool probe;           // PACE_NONE: paint, as deferred, without showing it, and report
    uint32_t old_weight;  // 0..256: share of the latest painting of the resolution before that should still be seen
    uint32_t strength;    // 0..256: share of the wanted strength
};

// A painting.
struct artem_governor_sample {
    uint32_t serial;   // of the order by which it was painted; others are ignored
    double fixed_ms;   // the layer's cost beside the network
    double network_ms; // grows with the area
    bool probe;
    bool unfinished; // still being worked on: times so far. Counts only when they tell that no rung will do, and one of
                     // the first only after a second
};

struct artem_governor_change {
    uint64_t number; // counts changes; 0: none yet
    enum artem_reason reason;
    struct artem_rung from, to;
    double load_ms; // per frame, by which it was decided; 0 for REASON_SETTINGS
};

struct artem_governor {
    struct artem_governor_limits limits;
    struct artem_rung ladder[ARTEM_GOVERNOR_RUNGS];
    double cost[ARTEM_GOVERNOR_RUNGS]; // share of the best rung's area
    uint32_t rungs, rung, serial;
    struct artem_governor_change change; // the latest one
    uint64_t changed_ns, fade_ns;        // of that; fade_ns 0: nothing to fade

    // Paintings since the change.
    struct {
        double fixed_ms, network_ms, load_ms;
    } window[ARTEM_GOVERNOR_WINDOW];
    uint64_t samples, ignored;
    uint8_t over;     // the latest eight, one bit each
    uint64_t fits_ns; // since when a better rung is predicted to fit; 0: none does
    uint64_t reported_ns;

    // After a rung that did not hold: it and all above are closed.
    bool closed;
    uint32_t closed_rung;
    uint64_t closed_ns, hold_ns, raised_ns;
    double closed_load_ms;

    // Probes of PACE_NONE.
    uint64_t probe_ns, probe_wait_ns;
    uint32_t probes; // of the present round
    double probe_fixed_ms, probe_network_ms;
};

void artem_governor_init(struct artem_governor *governor);

// A frame begins. New limits take effect at once.
void artem_governor_begin(struct artem_governor *governor, uint64_t now_ns, const struct artem_governor_limits *limits,
                          struct artem_governor_order *out_order);

// governor->change.number tells whether this changed the rung.
void artem_governor_report(struct artem_governor *governor, uint64_t now_ns,
                           const struct artem_governor_sample *sample);

// Whether the next painting says nothing yet: the first ones after a start or a change, while buffers grow.
bool artem_governor_is_settling(const struct artem_governor *governor);

// The 95th percentile of the load per frame on the present rung, ms; 0 before there is one.
double artem_governor_load_ms(const struct artem_governor *governor);

#endif
