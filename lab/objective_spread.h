// SPDX-License-Identifier: Apache-2.0
// The windows of a picture, done by one worker or shared among several. Each worker has an objective of its own, which
// shares with the first what is only read: network's weights, targets, the style's grams.
#ifndef ARTEM_LAB_OBJECTIVE_SPREAD_H
#define ARTEM_LAB_OBJECTIVE_SPREAD_H

#include "objective_internal.h"
#include "team.h"
#include "window.h"

struct objective_spread {
    struct objective *first;
    struct lab_team *team; // NULL: one, on the calling thread
    uint32_t count;
    struct objective *objective[ARTEM_DEVICES_MAX]; // of each worker; 0: the first
    float *grad[ARTEM_DEVICES_MAX];                 // of each worker, of the whole picture; NULL with one worker
    uint32_t held[ARTEM_DEVICES_MAX];               // window whose features the worker's network has; or UINT32_MAX
    uint8_t *taken;                                 // by which worker, plus one; of each window
};

// What is done with a window whose features are computed; sums go to o, gradients to grad.
typedef enum artem_result objective_task(struct objective *o, float *grad);

// Once windows, network and memory of the first one are there.
enum artem_result objective_spread_create(struct objective *first, struct lab_team *team,
                                          struct objective_spread **out_spread);
// Afterwards the first has the grams and the content loss of all; grad (of the whole picture, or NULL) the sum of all.
// With is_held the features of the windows that were done last, of the same picture, need not be computed again.
enum artem_result objective_spread_run(struct objective_spread *spread, const struct lab_picture *picture, bool is_held,
                                       objective_task *task, float *grad);
// What the first has been given since it was made, for all: energies, and its grams.
void objective_spread_share(struct objective_spread *spread);
void objective_spread_destroy(struct objective_spread **spread);

// objective.c
struct window objective_window(const struct objective *o); // the one at hand
float *objective_allocate(struct objective *o, uint64_t values);
// What works at one window: buffers of its size; and all of it, network and Gram matrices included.
enum artem_result objective_create_work(struct objective *o);
void objective_free_work(struct objective *o);

// A member that failed is not used again; that is said where others are left.
void objective_give_up(struct lab_team *team, uint32_t member, enum artem_result result);
// What computes for that member of the team, or without a team.
void objective_use(struct objective *o, uint32_t member);
// The network for the windows' size, made where it will run: oneDNN looks at how many threads there are. A member that
// cannot make it is not used; it is an error where no other is left.
enum artem_result objective_create_net(struct objective *o, uint32_t member);

#endif
