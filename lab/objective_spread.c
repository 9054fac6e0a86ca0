// SPDX-License-Identifier: Apache-2.0
#include "objective_spread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "objective_engine.h"

static uint64_t values_of(const struct objective *o)
{
    return (uint64_t)o->content.width * o->content.height * 3;
}

// ---- Workers' own objectives ----

static enum artem_result create_net(void *user)
{
    struct objective *o = user;
    const int bits = o->params.gradient_bits != 0 ? o->params.gradient_bits : 32;

    return o->engine->create(o, o->params.is_value_only ? 0 : bits);
}

void objective_give_up(struct lab_team *team, uint32_t member, enum artem_result result)
{
    team->member[member].failed = true;
    if (lab_team_usable(team) > 0)
        artem_log(ARTEM_LOG_WARN, "lab: device %s failed (%s); its tiles go to the others", team->member[member].name,
                  artem_result_string(result));
}

void objective_use(struct objective *o, uint32_t member)
{
    o->cuda_device = o->params.team != NULL ? o->params.team->member[member].cuda : NULL;
    o->engine = o->cuda_device != NULL ? &objective_on_cuda : &objective_on_processor;
}

enum artem_result objective_create_net(struct objective *o, uint32_t member)
{
    struct lab_team *team = o->params.team;

    objective_use(o, member);
    if (team == NULL)
        return create_net(o);
    if (team->member[member].failed)
        return lab_team_usable(team) > 0 ? ARTEM_OK : ARTEM_ERROR_DEVICE;
    lab_worker_start(team->member[member].worker, create_net, o);
    const enum artem_result result = lab_worker_wait(team->member[member].worker);
    if (result != ARTEM_OK)
        objective_give_up(team, member, result);
    return lab_team_usable(team) > 0 ? ARTEM_OK : result;
}

static enum artem_result create_other(const struct objective *first, uint32_t member, struct objective **out)
{
    struct objective *o = calloc(1, sizeof *o);
    enum artem_result result;

    *out = o;
    if (o == NULL)
        return ARTEM_ERROR_MEMORY;
    *o = *first;
    o->net = NULL;
    o->cuda = NULL;
    o->scratch = o->product = NULL;
    o->window = o->window_grad = NULL;
    o->memory = 0;
    o->spread = NULL;
    memset(o->gram, 0, sizeof o->gram);
    result = objective_create_work(o);
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++)
        if (first->gram[i] != NULL && (o->gram[i] = objective_allocate(o, vgg_gram_size(i))) == NULL)
            result = ARTEM_ERROR_MEMORY;
    return result == ARTEM_OK ? objective_create_net(o, member) : result;
}

static void destroy_other(struct objective *o)
{
    if (o != NULL)
        objective_free_work(o);
    free(o);
}

enum artem_result objective_spread_create(struct objective *first, struct lab_team *team,
                                          struct objective_spread **out_spread)
{
    const uint32_t windows = first->columns.count * first->rows.count;
    struct objective_spread *spread = calloc(1, sizeof *spread);
    enum artem_result result = ARTEM_OK;

    *out_spread = spread;
    if (spread == NULL)
        return ARTEM_ERROR_MEMORY;
    spread->first = spread->objective[0] = first;
    spread->team = team;
    spread->count = team != NULL ? team->count : 1;
    spread->taken = calloc(windows, 1);
    if (spread->taken == NULL)
        return ARTEM_ERROR_MEMORY;
    for (uint32_t i = 0; i < spread->count; i++)
        spread->held[i] = UINT32_MAX;
    for (uint32_t i = 0; i < spread->count && spread->count > 1 && result == ARTEM_OK; i++) {
        if (i > 0)
            result = create_other(first, i, &spread->objective[i]);
        spread->grad[i] = objective_allocate(first, values_of(first));
        if (i > 0 && spread->objective[i] != NULL)
            first->memory += spread->objective[i]->memory + spread->objective[i]->engine->memory(spread->objective[i]);
        if (spread->grad[i] == NULL)
            result = ARTEM_ERROR_MEMORY;
    }
    return result;
}

void objective_spread_destroy(struct objective_spread **spread)
{
    struct objective_spread *s = *spread;

    *spread = NULL;
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < s->count; i++) {
        if (i > 0)
            destroy_other(s->objective[i]);
        free(s->grad[i]);
    }
    free(s->taken);
    free(s);
}

void objective_spread_share(struct objective_spread *spread)
{
    for (uint32_t k = 1; k < spread->count; k++) {
        memcpy(spread->objective[k]->energy, spread->first->energy, sizeof spread->first->energy);
        memcpy(spread->objective[k]->style_energy, spread->first->style_energy, sizeof spread->first->style_energy);
        for (uint32_t i = 0; i < VGG_LAYERS; i++)
            if (spread->first->gram[i] != NULL)
                memcpy(spread->objective[k]->gram[i], spread->first->gram[i], vgg_gram_size(i) * sizeof(float));
    }
}

// ---- One run over all windows ----

struct run {
    struct objective_spread *spread;
    const struct lab_picture *picture;
    objective_task *task;
    float *grad;
    bool is_held;
    pthread_mutex_t mutex;
    enum artem_result result; // of a worker that failed
};

static float *grad_of(const struct run *run, uint32_t worker)
{
    return run->grad == NULL || run->spread->count == 1 ? run->grad : run->spread->grad[worker];
}

static void clear(const struct run *run, uint32_t worker)
{
    struct objective *o = run->spread->objective[worker];

    if (run->grad != NULL) {
        memset(grad_of(run, worker), 0, values_of(o) * sizeof(float));
        return;
    }
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (o->gram[i] != NULL)
            memset(o->gram[i], 0, vgg_gram_size(i) * sizeof(float));
    o->content_loss = 0;
}

static bool is_held_by_any(const struct objective_spread *spread, uint32_t window)
{
    for (uint32_t i = 0; i < spread->count; i++)
        if (spread->held[i] == window && (spread->team == NULL || !spread->team->member[i].failed))
            return true;
    return false;
}

// The next one that nobody has taken: first the one whose features the worker has, last those that others have.
static uint32_t take_window(struct run *run, uint32_t worker)
{
    struct objective_spread *s = run->spread;
    const uint32_t windows = s->first->columns.count * s->first->rows.count;
    uint32_t found = UINT32_MAX;

    pthread_mutex_lock(&run->mutex);
    if (run->is_held && s->held[worker] != UINT32_MAX && s->taken[s->held[worker]] == 0)
        found = s->held[worker];
    for (uint32_t w = 0; w < windows && found == UINT32_MAX; w++)
        if (s->taken[w] == 0 && !(run->is_held && is_held_by_any(s, w)))
            found = w;
    for (uint32_t w = 0; w < windows && found == UINT32_MAX; w++)
        if (s->taken[w] == 0)
            found = w;
    if (found != UINT32_MAX)
        s->taken[found] = (uint8_t)(worker + 1);
    pthread_mutex_unlock(&run->mutex);
    return found;
}

static enum artem_result do_window(struct run *run, uint32_t worker, uint32_t window)
{
    struct objective_spread *s = run->spread;
    struct objective *o = s->objective[worker];
    enum artem_result result = ARTEM_OK;

    o->column = tile_axis_span(&o->columns, window % o->columns.count);
    o->row = tile_axis_span(&o->rows, window / o->columns.count);
    if (!run->is_held || s->held[worker] != window) {
        pthread_mutex_lock(&run->mutex);
        s->held[worker] = UINT32_MAX;
        pthread_mutex_unlock(&run->mutex);
        const struct window at = objective_window(o);
        window_cut(&at, run->picture, o->window);
        result = o->engine->forward(o);
    }
    if (result == ARTEM_OK)
        result = run->task(o, grad_of(run, worker));
    if (result == ARTEM_OK) {
        pthread_mutex_lock(&run->mutex);
        s->held[worker] = window;
        pthread_mutex_unlock(&run->mutex);
    }
    return result;
}

// All that a worker has done in this run is done anew by the others: its sums may be half a window's.
static void give_up(struct run *run, uint32_t worker, enum artem_result result)
{
    struct objective_spread *s = run->spread;
    const uint32_t windows = s->first->columns.count * s->first->rows.count;

    pthread_mutex_lock(&run->mutex);
    run->result = result;
    s->held[worker] = UINT32_MAX;
    for (uint32_t w = 0; w < windows; w++)
        if (s->taken[w] == worker + 1)
            s->taken[w] = 0;
    if (s->team != NULL)
        objective_give_up(s->team, worker, result);
    pthread_mutex_unlock(&run->mutex);
}

static void run_worker(struct run *run, uint32_t worker)
{
    uint32_t window;

    while ((window = take_window(run, worker)) != UINT32_MAX) {
        const enum artem_result result = do_window(run, worker, window);
        if (result != ARTEM_OK) {
            give_up(run, worker, result);
            return;
        }
        if (run->spread->team != NULL)
            run->spread->team->member[worker].tiles++;
    }
}

// A member of the team in this run.
struct part {
    struct run *run;
    uint32_t index;
};

static enum artem_result run_part(void *user)
{
    const struct part *part = user;

    run_worker(part->run, part->index);
    return ARTEM_OK; // run->result and the member tell
}

static void run_all(struct run *run)
{
    struct lab_team *team = run->spread->team;
    struct part parts[ARTEM_DEVICES_MAX];
    bool started[ARTEM_DEVICES_MAX] = {false};

    for (uint32_t i = 0; i < team->count; i++) {
        parts[i] = (struct part){run, i};
        started[i] = !team->member[i].failed;
        if (started[i])
            lab_worker_start(team->member[i].worker, run_part, &parts[i]);
    }
    for (uint32_t i = 0; i < team->count; i++)
        if (started[i])
            lab_worker_wait(team->member[i].worker);
}

static bool is_done(const struct objective_spread *s)
{
    return memchr(s->taken, 0, (size_t)s->first->columns.count * s->first->rows.count) == NULL;
}

// What the others have summed up, to the first.
static void collect(const struct run *run)
{
    const struct objective_spread *s = run->spread;
    struct objective *first = s->first;
    const uint64_t values = values_of(first);

    for (uint32_t k = 0; k < s->count; k++) {
        if (s->team->member[k].failed)
            clear(run, k); // the first one's too, which may have failed like any other
    }
    for (uint64_t j = 0; run->grad != NULL && j < values; j++) {
        run->grad[j] = s->grad[0][j];
        for (uint32_t k = 1; k < s->count; k++)
            run->grad[j] += s->grad[k][j];
    }
    for (uint32_t k = 1; k < s->count && run->grad == NULL; k++) {
        const struct objective *o = s->objective[k];
        first->content_loss += o->content_loss;
        for (uint32_t i = 0; i < VGG_LAYERS; i++)
            for (uint64_t j = 0; first->gram[i] != NULL && j < vgg_gram_size(i); j++)
                first->gram[i][j] += o->gram[i][j];
    }
}

enum artem_result objective_spread_run(struct objective_spread *spread, const struct lab_picture *picture, bool is_held,
                                       objective_task *task, float *grad)
{
    struct run run = {.spread = spread, .picture = picture, .task = task, .grad = grad, .is_held = is_held};

    memset(spread->taken, 0, (size_t)spread->first->columns.count * spread->first->rows.count);
    for (uint32_t k = 0; k < spread->count; k++) {
        clear(&run, k);
        if (!is_held) // of another picture, perhaps
            spread->held[k] = UINT32_MAX;
    }
    pthread_mutex_init(&run.mutex, NULL);
    if (spread->count == 1) {
        run_worker(&run, 0);
    } else {
        while (!is_done(spread) && lab_team_usable(spread->team) > 0)
            run_all(&run);
        collect(&run);
    }
    pthread_mutex_destroy(&run.mutex);
    return is_done(spread) ? ARTEM_OK : run.result != ARTEM_OK ? run.result : ARTEM_ERROR_DEVICE;
}
