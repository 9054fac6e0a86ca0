// SPDX-License-Identifier: Apache-2.0
// What HUD and toast say, read from what they draw; and how formats store it.
#include <math.h>
#include <stdlib.h>

#include "hud_numbers.h"
#include "panel_text.h"
#include "test.h"
#include "toast.h"

static struct hud_canvas make_canvas(int width, int height)
{
    return (struct hud_canvas){width, height, calloc((size_t)width * (size_t)height, 1)};
}

static const char *line_of(const struct hud_canvas *canvas, int row)
{
    const struct panel_pixels pixels = {canvas->pixels, canvas->width, canvas->height, 1};

    return panel_line(&pixels, HUD_MARGIN, HUD_MARGIN + row * HUD_ROW);
}

static void test_fold(void)
{
    char text[16];

    font_fold("The Night Caf\xC3\xA9", text, sizeof text);
    CHECK_STR(text, "The Night Cafe");
    font_fold("\xC3\x85\xC3\xBC \xE2\x82\xAC\t.", text, sizeof text);
    CHECK_STR(text, "Au ??.");
    font_fold("cut off \xC3", text, 6);
    CHECK_STR(text, "cut o");
    font_fold("broken \xC3", text, sizeof text);
    CHECK_STR(text, "broken ?");
    font_fold("x", text, 1);
    CHECK_STR(text, "");
}

// Areas and characters half outside, and wholly.
static void test_edges(void)
{
    struct hud_canvas canvas = make_canvas(20, 20);

    hud_canvas_fill(&canvas, -5, -5, 10, 10, HUD_TEXT);
    hud_canvas_fill(&canvas, 15, 15, 100, 100, HUD_BAD);
    hud_canvas_fill(&canvas, 30, 0, 10, 10, HUD_GOOD);
    hud_canvas_fill(&canvas, 0, -30, 10, 10, HUD_GOOD);
    hud_canvas_text(&canvas, 16, 12, HUD_GOOD, "MM");
    hud_canvas_text(&canvas, -8, -6, HUD_GOOD, "M");
    CHECK_INT(canvas.pixels[0], HUD_GOOD);
    CHECK_INT(canvas.pixels[4 * 20 + 4], HUD_TEXT);
    CHECK_INT(canvas.pixels[5 * 20 + 5], HUD_GROUND);
    CHECK_INT(canvas.pixels[19 * 20 + 17], HUD_GOOD); // M's first stroke
    CHECK_INT(canvas.pixels[19 * 20 + 19], HUD_BAD);
    CHECK_INT(canvas.pixels[19 * 20 + 15], HUD_BAD);
    free(canvas.pixels);
}

static struct artem_frame_record styled_record(double layer_ms)
{
    struct artem_frame_record record;

    artem_frame_record_init(&record);
    record.decision = ARTEM_DECISION_STYLED;
    record.interval_ms = 10;
    record.layer_ms = layer_ms;
    record.slack_ms = 3;
    record.style_width = 512;
    record.style_height = 448;
    record.style_age_ms = 0;
    record.budget_ms = 11.1;
    memcpy(record.style, "great_wave", 11);
    return record;
}

static void test_numbers(void)
{
    static struct hud_history history;
    const struct hud_cost cost = {0.21, 0.05, 4};
    struct hud_canvas canvas = make_canvas(HUD_WIDTH, HUD_HEIGHT);
    struct artem_frame_record record;
    uint64_t now = 1000000000000;

    artem_frame_record_init(&history.latest);
    hud_numbers_draw(&history, &cost, now, &canvas); // before the first frame
    CHECK_STR(line_of(&canvas, 0), "Art'Em                     0.0 fps");
    CHECK_STR(line_of(&canvas, 1), "layer     - ms  p99     - ms");
    CHECK_STR(line_of(&canvas, 3), "style -");
    CHECK_STR(line_of(&canvas, 4), "at    -  age -");
    // Three seconds of frames, of which two are looked at; one of each hundred takes longer.
    for (int i = 0; i < 300; i++, now += 10000000) {
        record = styled_record(i % 100 == 50 ? 9 : 4.25);
        record.slack_ms = i % 100 == 50 ? -1 : 3;
        hud_history_add(&history, &record, 1.5, false, now);
    }
    now -= 10000000;
    hud_numbers_draw(&history, &cost, now, &canvas);
    CHECK_STR(line_of(&canvas, 0), "Art'Em                   100.0 fps");
    CHECK_STR(line_of(&canvas, 1), "layer  4.25 ms  p99  4.25 ms");
    CHECK_STR(line_of(&canvas, 2), "gpu    1.50 ms  p99  1.50 ms");
    CHECK_STR(line_of(&canvas, 3), "style great_wave");
    CHECK_STR(line_of(&canvas, 4), "at    512x448  age 0 ms");
    CHECK_STR(line_of(&canvas, 5), "missed 2 of 201, 3 in all");
    CHECK_STR(line_of(&canvas, 6), "state styled  budget 11.1 ms");
    CHECK_STR(line_of(&canvas, 7), "hud 0.21 + gpu 0.05 ms, 4 times/s");
    // The plot: bars of 4.25 of 20 ms, marks at half its height, the slow frame's in another colour.
    const int bottom = HUD_ROWS * HUD_ROW + 2 * HUD_MARGIN + HUD_PLOT_HEIGHT, right = HUD_WIDTH - HUD_MARGIN;
    CHECK_INT(canvas.pixels[(bottom - 1) * HUD_WIDTH + right - 1], HUD_GOOD);
    CHECK_INT(canvas.pixels[(bottom - 15) * HUD_WIDTH + right - 1], HUD_GOOD);
    CHECK_INT(canvas.pixels[(bottom - 17) * HUD_WIDTH + right - 1], HUD_GROUND);
    CHECK_INT(canvas.pixels[(bottom - 36) * HUD_WIDTH + right - 1], HUD_TEXT);
    CHECK_INT(canvas.pixels[(bottom - 36) * HUD_WIDTH + right - 2 * 50 + 1], HUD_BAD);
    CHECK_INT(canvas.pixels[(bottom - 20) * HUD_WIDTH + right - 2 * 50 + 1], HUD_GOOD);
    // Four of a hundred frames are slow: the 99th percentile is theirs.
    for (int i = 0; i < 225; i++) {
        record = styled_record(i % 25 == 0 ? 123.4 : 4.25);
        hud_history_add(&history, &record, 0, false, now += 10000000);
    }
    hud_numbers_draw(&history, &cost, now, &canvas);
    CHECK_STR(line_of(&canvas, 1), "layer  4.25 ms  p99   123 ms");
    CHECK_STR(line_of(&canvas, 2), "gpu       - ms  p99     - ms");
    // An older painting, by the governor's order.
    record = styled_record(4);
    record.pace = ARTEM_PACE_DEFERRED;
    hud_history_add(&history, &record, 0, false, now);
    hud_numbers_draw(&history, &cost, now, &canvas);
    CHECK_STR(line_of(&canvas, 6), "state styled (deferred) of 11.1 ms");
    // Not painted.
    artem_frame_record_init(&record);
    record.decision = ARTEM_DECISION_BUDGET;
    record.budget_ms = 5;
    hud_history_add(&history, &record, 0, true, now);
    hud_numbers_draw(&history, &cost, now, &canvas);
    CHECK_STR(line_of(&canvas, 6), "state original: budget (paused)  b");
    record.decision = ARTEM_DECISION_DISABLED;
    record.budget_ms = 0;
    memset(record.style, 'x', sizeof record.style - 1);
    hud_history_add(&history, &record, 0, false, now);
    hud_numbers_draw(&history, &cost, now, &canvas);
    CHECK_STR(line_of(&canvas, 6), "state off");
    CHECK_STR(line_of(&canvas, 3), "style xxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    // A pause of the app's does not count as a slow frame.
    for (int i = 0; i < 3; i++) {
        record = styled_record(4.25);
        record.interval_ms = i == 0 ? 30000 : 10;
        hud_history_add(&history, &record, 0, false, now += i == 0 ? 30000000000 : 10000000);
    }
    hud_numbers_draw(&history, &cost, now, &canvas);
    CHECK_STR(line_of(&canvas, 0), "Art'Em                   100.0 fps");
    // Times that make no sense.
    record.interval_ms = record.layer_ms = INFINITY;
    hud_history_add(&history, &record, 0, false, now);
    record.interval_ms = record.layer_ms = NAN;
    hud_history_add(&history, &record, 0, false, now);
    hud_numbers_draw(&history, &cost, now, &canvas);
    free(canvas.pixels);
}

static const uint64_t second = 1000000000;

static void test_toast(void)
{
    struct artem_settings settings;
    struct artem_style *style = calloc(1, sizeof *style);
    struct toast toast = {0};
    struct hud_canvas canvas = make_canvas(TOAST_WIDTH, TOAST_HEIGHT);
    const struct panel_pixels pixels = {canvas.pixels, canvas.width, canvas.height, 1};
    uint64_t now = 5 * second;

    artem_settings_default(&settings);
    // What the app begins with is no news.
    CHECK(!toast_follow(&toast, &settings, NULL, true, now));
    memcpy(style->name, "great_wave", 11);
    CHECK(!toast_follow(&toast, &settings, style, true, now));
    CHECK(!toast_follow(&toast, &settings, style, true, now += 3 * second));
    // Another style: when it is there, not when it is asked for.
    memcpy(settings.style, "night_cafe", 11);
    CHECK(!toast_follow(&toast, &settings, style, true, now));
    memcpy(style->name, "night_cafe", 11);
    memcpy(style->title, "van Gogh, The Night Caf\xC3\xA9", 26);
    CHECK(toast_follow(&toast, &settings, style, true, now));
    CHECK_STR(toast.lines[0], "night_cafe");
    CHECK(toast.until_ns == now + 2 * second);
    toast_draw(&toast, &canvas);
    CHECK_STR(panel_line(&pixels, (TOAST_WIDTH - 24 * HUD_COLUMN) / 2, HUD_MARGIN + HUD_ROW + HUD_SCALE),
              "van Gogh, The Night Cafe");
    CHECK(!toast_follow(&toast, &settings, style, true, now));
    settings.strength = 205;
    CHECK(toast_follow(&toast, &settings, style, true, now));
    CHECK_STR(toast.lines[0], "strength 80 %");
    settings.enabled = false;
    CHECK(toast_follow(&toast, &settings, style, true, now));
    CHECK_STR(toast.lines[0], "off");
    toast_draw(&toast, &canvas);
    CHECK_STR(panel_line(&pixels, (TOAST_WIDTH - 3 * HUD_COLUMN) / 2, (TOAST_HEIGHT - HUD_ROW) / 2 + HUD_SCALE), "off");
    settings.enabled = true;
    CHECK(toast_follow(&toast, &settings, style, true, now));
    CHECK_STR(toast.lines[0], "night_cafe");
    // A blend, and its share.
    memcpy(settings.blend_style, "udnie", 6);
    memcpy(style->blend_name, "udnie", 6);
    style->blend_weight = 128;
    CHECK(toast_follow(&toast, &settings, style, true, now));
    CHECK_STR(toast.lines[0], "night_cafe + 50 % udnie");
    // A style that does not come. While nothing is painted nobody has looked for it.
    memcpy(settings.style, "missing", 8);
    CHECK(!toast_follow(&toast, &settings, style, false, now));
    CHECK(!toast_follow(&toast, &settings, style, false, now += 3 * second));
    CHECK(!toast_follow(&toast, &settings, style, true, now));
    CHECK(!toast_follow(&toast, &settings, style, true, now += second / 2));
    CHECK(toast_follow(&toast, &settings, style, true, now += second));
    CHECK_STR(toast.lines[0], "cannot use missing + 50 % udnie");
    CHECK(!toast_follow(&toast, &settings, style, true, now += 3 * second)); // told once
    free(style);
    free(canvas.pixels);
}

// Stored colours lead back to what they were, multiplied by their alpha.
static void test_formats(void)
{
    for (int format = 0; format < ARTEM_PIXELS_COUNT; format++) {
        struct hud_palette opaque, clear, half;
        uint8_t code[2][4];

        hud_palette_make((enum artem_pixel_format)format, 256, &opaque);
        hud_palette_make((enum artem_pixel_format)format, 128, &half);
        hud_palette_make((enum artem_pixel_format)format, 0, &clear);
        CHECK_INT(opaque.pixel_size, artem_pixel_size((enum artem_pixel_format)format));
        for (size_t i = 0; i < opaque.pixel_size; i++)
            CHECK_INT(clear.stored[HUD_GROUND][i], 0);
        for (int color = 0; color < HUD_COLORS; color++) {
            for (int k = 0; k < 2; k++) {
                const struct artem_pixels pixel = {(enum artem_pixel_format)format,           true, 1, 1,
                                                   (k == 0 ? &opaque : &half)->stored[color], 8};

                artem_pixels_to_code(&pixel, code[k], 4);
            }
            // Only the ground has less alpha; its dark colours have few bits in linear formats.
            for (int i = 0; i < 3; i++)
                CHECK(abs(code[0][i] - code[1][i]) <= (color == HUD_GROUND ? 18 : 0));
            CHECK(code[0][0] > 100 || color == HUD_GROUND);
        }
        if (format == ARTEM_PIXELS_BGRA8_SRGB) {
            CHECK_INT(half.stored[HUD_GROUND][3], 127);
            CHECK_INT(opaque.stored[HUD_BAD][2], 240);
            CHECK(half.stored[HUD_GROUND][0] < opaque.stored[HUD_GROUND][0]);
        }
    }
}

int main(void)
{
    test_fold();
    test_edges();
    test_numbers();
    test_toast();
    test_formats();
    return test_result();
}
