// SPDX-License-Identifier: Apache-2.0
#include "scene_words.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

void scene_line_init(struct scene_line *line, const char *text, size_t length, const char *name, uint32_t number,
                     char *error, size_t error_size)
{
    *line = (struct scene_line){.name = name, .number = number, .error = error, .error_size = error_size};
    line->next = line->text;
    if (length >= sizeof line->text || memchr(text, 0, length)) {
        scene_fail(line, "longer than %zu characters, or not text", sizeof line->text - 1);
        return;
    }
    memcpy(line->text, text, length);
    // A # begins a comment only as the first character: colours begin with it too.
    while (is_blank(*line->next))
        line->next++;
    if (*line->next == '#')
        *line->next = 0;
}

bool scene_failed(const struct scene_line *line)
{
    return line->failed;
}

bool scene_fail(struct scene_line *line, const char *format, ...)
{
    va_list arguments;
    int used;
    if (line->failed)
        return false;
    line->failed = true;
    used = snprintf(line->error, line->error_size, "%s:%u: ", line->name, line->number);
    if (used < 0 || (size_t)used >= line->error_size)
        return false;
    va_start(arguments, format);
    vsnprintf(line->error + used, line->error_size - (size_t)used, format, arguments);
    va_end(arguments);
    return false;
}

bool scene_unknown(struct scene_line *line, const struct scene_word *word)
{
    return scene_fail(line, "'%s' is not known here", word->text);
}

bool scene_next(struct scene_line *line, struct scene_word *out)
{
    size_t length = 0;
    if (line->failed)
        return false;
    while (is_blank(*line->next))
        line->next++;
    while (line->next[length] && !is_blank(line->next[length]))
        length++;
    if (length == 0)
        return false;
    if (length >= sizeof out->text)
        return scene_fail(line, "a word is longer than %zu characters", sizeof out->text - 1);
    memcpy(out->text, line->next, length);
    out->text[length] = 0;
    line->next += length;
    return true;
}

const char *scene_rest(struct scene_line *line)
{
    char *end = line->next + strlen(line->next);
    char *begin = line->next;
    while (is_blank(*begin))
        begin++;
    while (end > begin && is_blank(end[-1]))
        end--;
    *end = 0;
    line->next = end;
    return begin;
}

bool scene_no_more(struct scene_line *line)
{
    struct scene_word word;
    if (scene_next(line, &word))
        return scene_unknown(line, &word);
    return !line->failed;
}

static bool parse_real(const char *text, const char **end, float *out)
{
    char *stop;
    *out = strtof(text, &stop);
    *end = stop;
    return stop != text && isfinite(*out);
}

bool scene_reals(struct scene_line *line, const char *what, float *out, uint32_t count)
{
    struct scene_word word;
    const char *end;
    for (uint32_t i = 0; i < count; i++)
        if (!scene_next(line, &word) || !parse_real(word.text, &end, &out[i]) || *end)
            return scene_fail(line, "%s needs %u numbers", what, count);
    return true;
}

bool scene_color(struct scene_line *line, uint8_t out[3])
{
    struct scene_word word;
    char *end;
    unsigned long value;
    if (!scene_next(line, &word) || strlen(word.text) != 7 || word.text[0] != '#' ||
        strspn(word.text + 1, "0123456789abcdefABCDEF") != 6)
        return scene_fail(line, "a colour is written #rrggbb, and a material has two");
    value = strtoul(word.text + 1, &end, 16);
    out[0] = (uint8_t)(value >> 16);
    out[1] = (uint8_t)(value >> 8);
    out[2] = (uint8_t)value;
    return true;
}

int scene_choice(struct scene_line *line, const char *what, const char *const *words)
{
    struct scene_word word;
    if (!scene_next(line, &word)) {
        scene_fail(line, "the %s is missing", what);
        return -1;
    }
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word.text) == 0)
            return i;
    scene_fail(line, "'%s' is not a %s", word.text, what);
    return -1;
}

bool scene_value(struct scene_line *line, const struct scene_word *word, const char *key, float *out, uint32_t count)
{
    const char *at = word->text;
    size_t length = strlen(key);
    if (line->failed || strncmp(at, key, length) != 0 || at[length] != '=')
        return false;
    at += length + 1;
    for (uint32_t i = 0; i < count; i++) {
        if (!parse_real(at, &at, &out[i]) || *at != (i + 1 < count ? ',' : 0))
            return scene_fail(line, "%s= needs %u numbers with commas between them", key, count);
        at += i + 1 < count;
    }
    return true;
}
