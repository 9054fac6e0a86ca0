// SPDX-License-Identifier: Apache-2.0
#include "scene.h"
#include "log.h"
#include "scene_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gallery.scene.h"

#include <cglm/cglm.h>

static bool parse_sky(struct scene_line *line, struct scene *scene)
{
    return scene_reals(line, "the sky's top", scene->sky_top, 3) &&
           scene_reals(line, "the sky's horizon", scene->sky_horizon, 3) &&
           scene_reals(line, "the sky's ground", scene->sky_ground, 3) && scene_no_more(line);
}

static bool parse_ambient(struct scene_line *line, struct scene *scene)
{
    return scene_reals(line, "the light from above", scene->ambient_up, 3) &&
           scene_reals(line, "the light from below", scene->ambient_down, 3) && scene_no_more(line);
}

static bool parse_light(struct scene_line *line, struct scene *scene)
{
    static const char *const kinds[] = {"point", "directional", NULL};
    struct scene_light *light;
    int kind = scene_choice(line, "kind of light", kinds);
    if (kind < 0)
        return false;
    if (scene->light_count == SCENE_MAX_LIGHTS)
        return scene_fail(line, "more than %d lights", SCENE_MAX_LIGHTS);
    light = &scene->lights[scene->light_count++];
    light->directional = kind == 1;
    if (!scene_reals(line, "its place or direction", light->position, 3) ||
        !scene_reals(line, "its colour", light->color, 3))
        return false;
    light->range = 1;
    if (!light->directional && !scene_reals(line, "its range", &light->range, 1))
        return false;
    if (light->directional && glm_vec3_norm2(light->position) == 0)
        return scene_fail(line, "a directional light needs a direction");
    if (light->range <= 0)
        return scene_fail(line, "the range must be above 0");
    return scene_no_more(line);
}

static int find_material(const struct scene *scene, const char *name)
{
    for (uint32_t i = 0; i < scene->material_count; i++)
        if (strcmp(scene->materials[i].name, name) == 0)
            return (int)i;
    return -1;
}

static bool parse_material(struct scene_line *line, struct scene *scene)
{
    static const char *const kinds[] = {"plain",  "checker", "brick", "wood", "noise",
                                        "marble", "stripes", "text",  NULL};
    struct scene_material *material;
    struct scene_word word;
    int kind;
    if (!scene_next(line, &word))
        return scene_fail(line, "a material needs a name");
    if (strlen(word.text) >= sizeof material->name)
        return scene_fail(line, "the name '%s' is longer than %zu letters", word.text, sizeof material->name - 1);
    if (find_material(scene, word.text) >= 0)
        return scene_fail(line, "there is a material '%s' already", word.text);
    if (scene->material_count == SCENE_MAX_MATERIALS)
        return scene_fail(line, "more than %d materials", SCENE_MAX_MATERIALS);
    material = &scene->materials[scene->material_count];
    *material = (struct scene_material){.repeat = 1, .specular = 0.2f, .shininess = 32};
    snprintf(material->name, sizeof material->name, "%s", word.text);
    kind = scene_choice(line, "texture", kinds);
    if (kind < 0 || !scene_color(line, material->color[0]) || !scene_color(line, material->color[1]))
        return false;
    material->kind = (enum texture_kind)kind;
    while (scene_next(line, &word)) {
        bool ok = scene_value(line, &word, "repeat", &material->repeat, 1) ||
                  scene_value(line, &word, "specular", &material->specular, 1) ||
                  scene_value(line, &word, "shininess", &material->shininess, 1) ||
                  scene_value(line, &word, "emission", &material->emission, 1);
        if (!ok)
            return scene_unknown(line, &word);
    }
    if (material->repeat <= 0 || material->shininess < 1)
        return scene_fail(line, "repeat must be above 0 and shininess 1 or more");
    scene->material_count++;
    return true;
}

// text NAME WORDS: the rest of the line, as it stands, is the next line of a text material.
static bool parse_text(struct scene_line *line, struct scene *scene)
{
    struct scene_word word;
    struct scene_material *material;
    const char *rest;
    int index;
    if (!scene_next(line, &word))
        return scene_fail(line, "text needs the name of a material");
    index = find_material(scene, word.text);
    if (index < 0 || scene->materials[index].kind != TEXTURE_TEXT)
        return scene_fail(line, "there is no text material '%s' above", word.text);
    material = &scene->materials[index];
    rest = scene_rest(line);
    if (material->line_count == SCENE_MAX_LINES)
        return scene_fail(line, "more than %d lines of text", SCENE_MAX_LINES);
    if (strlen(rest) > SCENE_LINE_LENGTH)
        return scene_fail(line, "a line of text is longer than %d characters", SCENE_LINE_LENGTH);
    snprintf(material->lines[material->line_count++], SCENE_LINE_LENGTH + 1, "%s", rest);
    return true;
}

static bool parse_layer(struct scene_line *line, struct scene_word *word, bool *overlay)
{
    if (strcmp(word->text, "layer=overlay") != 0)
        return scene_unknown(line, word);
    *overlay = true;
    return true;
}

static bool parse_object(struct scene_line *line, enum scene_shape shape, struct scene *scene)
{
    static const float sizes[][3] = {{1, 1, 1}, {0.5f, 0, 0}, {1, 1, 0}, {1, 1, 0}, {0.5f, 1, 0}, {0.5f, 0.2f, 0}};
    // How many numbers size= has for each shape.
    static const uint32_t size_counts[] = {3, 1, 2, 2, 2, 2};
    struct scene_object *object;
    struct scene_word word;
    int material;
    if (!scene_next(line, &word))
        return scene_fail(line, "an object needs a material");
    if ((material = find_material(scene, word.text)) < 0)
        return scene_fail(line, "there is no material '%s' above", word.text);
    if (scene->object_count == SCENE_MAX_OBJECTS)
        return scene_fail(line, "more than %d objects", SCENE_MAX_OBJECTS);
    object = &scene->objects[scene->object_count++];
    *object = (struct scene_object){
        .shape = shape, .material = (uint32_t)material, .alpha = 1, .bob = {0, 1}, .orbit = {0, 1}};
    memcpy(object->size, sizes[shape], sizeof object->size);
    while (scene_next(line, &word)) {
        bool ok =
            scene_value(line, &word, "size", object->size, size_counts[shape]) ||
            scene_value(line, &word, "at", object->at, 3) || scene_value(line, &word, "turn", object->turn, 3) ||
            scene_value(line, &word, "spin", object->spin, 3) || scene_value(line, &word, "bob", object->bob, 2) ||
            scene_value(line, &word, "orbit", object->orbit, 2) || scene_value(line, &word, "alpha", &object->alpha, 1);
        if (!ok && (scene_failed(line) || !parse_layer(line, &word, &object->overlay)))
            return false;
    }
    for (uint32_t i = 0; i < size_counts[shape]; i++)
        if (object->size[i] <= 0)
            return scene_fail(line, "sizes must be above 0");
    if (object->bob[1] <= 0 || object->orbit[1] <= 0 || object->alpha < 0 || object->alpha > 1)
        return scene_fail(line, "periods must be above 0 and alpha from 0 to 1");
    return true;
}

static bool parse_line(struct scene_line *line, struct scene *scene)
{
    static const char *const shapes[] = {"box", "sphere", "plane", "panel", "cylinder", "torus"};
    struct scene_word word;
    if (!scene_next(line, &word))
        return true;
    if (strcmp(word.text, "sky") == 0)
        return parse_sky(line, scene);
    if (strcmp(word.text, "ambient") == 0)
        return parse_ambient(line, scene);
    if (strcmp(word.text, "light") == 0)
        return parse_light(line, scene);
    if (strcmp(word.text, "material") == 0)
        return parse_material(line, scene);
    if (strcmp(word.text, "text") == 0)
        return parse_text(line, scene);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(word.text, shapes[i]) == 0)
            return parse_object(line, (enum scene_shape)i, scene);
    return scene_unknown(line, &word);
}

bool scene_parse(const char *text, size_t length, const char *name, struct scene *out, char *error, size_t error_size)
{
    const char *end = text + length;
    memset(out, 0, sizeof *out);
    for (uint32_t number = 1; text < end; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        struct scene_line line;
        if (!stop)
            stop = end;
        scene_line_init(&line, text, (size_t)(stop - text), name, number, error, error_size);
        if (scene_failed(&line) || !parse_line(&line, out) || scene_failed(&line))
            return false;
        text = stop + (stop < end);
    }
    return true;
}

static bool load_file(const char *file, struct scene *out, char *error, size_t error_size)
{
    enum { LIMIT = 1 << 20 };
    FILE *stream = fopen(file, "rb");
    char *text;
    size_t length;
    bool ok;
    if (!stream) {
        snprintf(error, error_size, "%s: %s", file, strerror(errno));
        return false;
    }
    text = malloc(LIMIT);
    length = text ? fread(text, 1, LIMIT, stream) : 0;
    ok = text && !ferror(stream) && length < LIMIT;
    if (ok)
        ok = scene_parse(text, length, file, out, error, error_size);
    else
        snprintf(error, error_size, "%s: cannot be read, or is larger than a megabyte", file);
    free(text);
    fclose(stream);
    return ok;
}

bool scene_load(const char *file, struct scene *out)
{
    char error[300];
    bool ok = file ? load_file(file, out, error, sizeof error)
                   : scene_parse((const char *)demo_gallery_scene, sizeof demo_gallery_scene, "gallery.scene", out,
                                 error, sizeof error);
    return ok || demo_error("%s", error);
}

void scene_object_model(const struct scene_object *object, double seconds, float out_model[4][4])
{
    const double tau = 6.283185307179586;
    float angle[3];
    vec3 place;
    for (int i = 0; i < 3; i++) {
        angle[i] = glm_rad((float)fmod(object->turn[i] + object->spin[i] * seconds, 360.0));
        place[i] = object->at[i];
    }
    place[0] += (float)(object->orbit[0] * cos(tau * seconds / object->orbit[1]));
    place[1] += (float)(object->bob[0] * sin(tau * seconds / object->bob[1]));
    place[2] += (float)(object->orbit[0] * sin(tau * seconds / object->orbit[1]));
    glm_translate_make(out_model, place);
    glm_rotate(out_model, angle[1], (vec3){0, 1, 0});
    glm_rotate(out_model, angle[0], (vec3){1, 0, 0});
    glm_rotate(out_model, angle[2], (vec3){0, 0, 1});
}
