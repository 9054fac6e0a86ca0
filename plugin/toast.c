// SPDX-License-Identifier: Apache-2.0
#include "toast.h"

#include <stdio.h>
#include <string.h>

#include "artem/font.h"

static const uint64_t shown_ns = 2000000000;
static const uint64_t patience_ns = 1000000000; // until a style that was asked for and has not come is called missing

// One text for a style, or a blend of two, by which they are told apart.
static void name_style(char out[TOAST_TEXT], const char *name, const char *blend_name, uint32_t share)
{
    if (blend_name[0] != '\0' && share > 0)
        snprintf(out, TOAST_TEXT, "%s + %u %% %s", name, (share * 100 + 128) / 256, blend_name);
    else
        snprintf(out, TOAST_TEXT, "%s", name);
}

static void say(struct toast *toast, uint64_t now_ns, const char *first, const char *second)
{
    snprintf(toast->lines[0], TOAST_TEXT, "%s", first);
    snprintf(toast->lines[1], TOAST_TEXT, "%s", second);
    toast->until_ns = now_ns + shown_ns;
}

static void say_strength(struct toast *toast, uint64_t now_ns)
{
    char text[32];

    snprintf(text, sizeof text, "strength %u %%", (toast->strength * 100 + 128) / 256);
    say(toast, now_ns, text, "");
}

static void say_missing(struct toast *toast, uint64_t now_ns)
{
    char text[TOAST_TEXT];

    snprintf(text, sizeof text, "cannot use %.140s", toast->wanted);
    say(toast, now_ns, text, "the log tells why");
    toast->wanted_ns = 0;
}

bool toast_follow(struct toast *toast, const struct artem_settings *settings, const struct artem_style *style,
                  bool tried, uint64_t now_ns)
{
    const struct toast before = *toast;
    const char *title = style != NULL ? style->title : "";

    toast->started = true;
    toast->enabled = settings->enabled;
    toast->strength = settings->strength;
    name_style(toast->wanted, settings->style, settings->blend_style, settings->blend);
    toast->in_use[0] = '\0';
    if (style != NULL)
        name_style(toast->in_use, style->name, style->blend_name, style->blend_weight);
    if (strcmp(toast->wanted, toast->in_use) == 0)
        toast->wanted_ns = 0;
    else if ((before.started && strcmp(toast->wanted, before.wanted) != 0) || (toast->wanted_ns != 0 && !tried))
        toast->wanted_ns = now_ns;

    if (!before.started)
        return false; // what an app begins with is no change
    if (before.enabled && !toast->enabled)
        say(toast, now_ns, "off", "");
    else if (!before.enabled && toast->enabled)
        say(toast, now_ns, toast->in_use[0] != '\0' ? toast->in_use : toast->wanted, title);
    else if (before.in_use[0] != '\0' && style != NULL && strcmp(before.in_use, toast->in_use) != 0)
        say(toast, now_ns, toast->in_use, title);
    else if (before.strength != toast->strength)
        say_strength(toast, now_ns);
    else if (toast->enabled && toast->wanted_ns != 0 && now_ns - toast->wanted_ns > patience_ns && style != NULL)
        say_missing(toast, now_ns);
    else
        return false;
    return true;
}

void toast_draw(const struct toast *toast, const struct hud_canvas *canvas)
{
    const int lines = toast->lines[1][0] != '\0' ? 2 : 1;

    hud_canvas_fill(canvas, 0, 0, canvas->width, canvas->height, HUD_GROUND);
    for (int i = 0; i < lines; i++) {
        const int y = (canvas->height - lines * HUD_ROW) / 2 + i * HUD_ROW + HUD_SCALE;
        char text[TOAST_COLUMNS + 1];

        font_fold(toast->lines[i], text, sizeof text);
        hud_canvas_text(canvas, (canvas->width - (int)strlen(text) * HUD_COLUMN) / 2, y, i == 0 ? HUD_TEXT : HUD_DIM,
                        text);
    }
}
