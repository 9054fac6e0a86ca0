// SPDX-License-Identifier: Apache-2.0
// Words, numbers and colours of one line of a scene. The first complaint is kept; after it everything fails.
#ifndef ARTEM_DEMO_SCENE_WORDS_H
#define ARTEM_DEMO_SCENE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scene_line {
    char text[256]; // a copy, cut at the comment
    char *next;
    const char *name; // of the file
    uint32_t number;
    char *error; // of the caller
    size_t error_size;
    bool failed;
};

struct scene_word {
    char text[64];
};

void scene_line_init(struct scene_line *line, const char *text, size_t length, const char *name, uint32_t number,
                     char *error, size_t error_size);
bool scene_failed(const struct scene_line *line);

// These return false, to be handed on.
bool scene_fail(struct scene_line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool scene_unknown(struct scene_line *line, const struct scene_word *word);

// The next word; false at the end of the line.
bool scene_next(struct scene_line *line, struct scene_word *out);
// All that is left, without blanks at both ends; valid as long as LINE.
const char *scene_rest(struct scene_line *line);
bool scene_no_more(struct scene_line *line);

// COUNT numbers, each a word. WHAT names them in the complaint.
bool scene_reals(struct scene_line *line, const char *what, float *out, uint32_t count);
// A word #rrggbb.
bool scene_color(struct scene_line *line, uint8_t out[3]);
// The place of the next word in a list that ends with NULL, or -1.
int scene_choice(struct scene_line *line, const char *what, const char *const *words);
// Whether WORD is KEY=NUMBER[,NUMBER]... with COUNT numbers; a wrong number or count is a failure of the line.
bool scene_value(struct scene_line *line, const struct scene_word *word, const char *key, float *out, uint32_t count);

#endif
