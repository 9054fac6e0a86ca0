// SPDX-License-Identifier: Apache-2.0
#include "state.h"

enum { ONE = 256, STRENGTH_STEPS = 20, SPLIT_STEPS = 40 };

// The next of STEPS equal steps from 0 to ONE, without drift.
static uint32_t step(uint32_t value, int by, uint32_t steps)
{
    int at = (int)((value * steps + ONE / 2) / ONE) + by;

    at = at < 0 ? 0 : at > (int)steps ? (int)steps : at;
    return ((uint32_t)at * ONE + steps / 2) / steps;
}

static uint32_t step_resolution(uint32_t value, int by)
{
    static const uint32_t sizes[] = {128, 192, 256, 320, 384, 448, 512, 640, 768, 1024, 1280, 1536, 2048};
    const int count = sizeof sizes / sizeof *sizes;

    if (by > 0) {
        for (int i = 0; i < count; i++)
            if (sizes[i] > value)
                return sizes[i];
        return value;
    }
    for (int i = count - 1; i >= 0; i--)
        if (sizes[i] < value)
            return sizes[i];
    return value;
}

static unsigned set(uint32_t *value, uint32_t next, unsigned changed)
{
    if (*value == next)
        return 0;
    *value = next;
    return changed | CHANGED_DRAW;
}

static unsigned choose_second(struct view_state *s, int place)
{
    s->blend_on = !(s->blend_on && s->second == place) && place != s->style;
    s->second = place;
    return CHANGED_STYLE | CHANGED_PAINT | CHANGED_DRAW;
}

static unsigned choose_style(struct view_state *s, int place)
{
    if (place == s->style && !s->original)
        return 0;
    s->style = place;
    s->original = false;
    if (s->second == place)
        s->blend_on = false;
    return CHANGED_STYLE | CHANGED_PAINT | CHANGED_DRAW;
}

static unsigned toggle_blend(struct view_state *s)
{
    if (!s->blend_on && (s->second < 0 || s->second == s->style))
        s->second = (s->style + 1) % s->style_count;
    s->blend_on = !s->blend_on && s->second != s->style;
    return CHANGED_STYLE | CHANGED_PAINT | CHANGED_DRAW;
}

static unsigned move_split(struct view_state *s, int by)
{
    double at = s->split + (double)by / SPLIT_STEPS;

    s->split_on = true;
    s->split = at < 0 ? 0 : at > 1 ? 1 : at;
    return CHANGED_DRAW;
}

static unsigned toggle(bool *value)
{
    *value = !*value;
    return CHANGED_DRAW;
}

unsigned state_apply(struct view_state *s, enum view_action action, int argument)
{
    switch (action) {
    case ACTION_STYLE:
        return argument < s->style_count ? choose_style(s, argument) : 0;
    case ACTION_SECOND:
        return argument < s->style_count ? choose_second(s, argument) : 0;
    case ACTION_STYLE_STEP:
        return choose_style(s, (s->style + argument + s->style_count) % s->style_count);
    case ACTION_BLEND:
        return s->style_count > 1 ? toggle_blend(s) : 0;
    case ACTION_SHARE:
        return set(&s->blend, step(s->blend, argument, STRENGTH_STEPS),
                   s->blend_on ? CHANGED_STYLE | CHANGED_PAINT : 0);
    case ACTION_STRENGTH:
        return set(&s->strength, step(s->strength, argument, STRENGTH_STEPS), CHANGED_COMPOSITE);
    case ACTION_STRENGTH_SET:
        return set(&s->strength, (uint32_t)argument, CHANGED_COMPOSITE);
    case ACTION_KEEP:
        return set(&s->keep, step(s->keep, argument, STRENGTH_STEPS), CHANGED_COMPOSITE);
    case ACTION_TEXT:
        return set(&s->text, step(s->text, argument, STRENGTH_STEPS), CHANGED_COMPOSITE);
    case ACTION_RESOLUTION:
        return set(&s->resolution, step_resolution(s->resolution, argument), CHANGED_PAINT);
    case ACTION_ORIGINAL:
        return toggle(&s->original);
    case ACTION_SPLIT:
        return toggle(&s->split_on);
    case ACTION_SPLIT_STEP:
        return move_split(s, argument);
    case ACTION_EYES:
        s->eyes = (enum view_eyes)((s->eyes + 1) % EYES_COUNT);
        return CHANGED_SOURCE | CHANGED_DRAW;
    case ACTION_SHOW:
        s->show ^= (unsigned)argument;
        return CHANGED_DRAW;
    case ACTION_ZOOM:
        return toggle(&s->actual_size);
    case ACTION_PAUSE:
        return toggle(&s->paused);
    case ACTION_FULL_SCREEN:
        return toggle(&s->full_screen);
    case ACTION_ESCAPE:
        if (s->show & SHOW_HELP)
            s->show &= ~(unsigned)SHOW_HELP;
        else if (s->full_screen)
            s->full_screen = false;
        else
            s->quit = true;
        return CHANGED_DRAW;
    case ACTION_QUIT:
        s->quit = true;
        return 0;
    default:
        return 0;
    }
}
