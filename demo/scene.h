// SPDX-License-Identifier: Apache-2.0
// The scene description; demo/scenes/README.md defines the text format and what each value means.
#ifndef ARTEM_DEMO_SCENE_H
#define ARTEM_DEMO_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCENE_MAX_LIGHTS 8
#define SCENE_MAX_MATERIALS 24
#define SCENE_MAX_OBJECTS 128
#define SCENE_MAX_LINES 12
#define SCENE_LINE_LENGTH 40

enum texture_kind {
    TEXTURE_PLAIN,
    TEXTURE_CHECKER,
    TEXTURE_BRICK,
    TEXTURE_WOOD,
    TEXTURE_NOISE,
    TEXTURE_MARBLE,
    TEXTURE_STRIPES,
    TEXTURE_TEXT
};

enum scene_shape { SHAPE_BOX, SHAPE_SPHERE, SHAPE_PLANE, SHAPE_PANEL, SHAPE_CYLINDER, SHAPE_TORUS };

struct scene_material {
    char name[24];
    enum texture_kind kind;
    uint8_t color[2][3]; // sRGB
    float repeat;        // texture tiles per metre
    float specular, shininess, emission;
    uint32_t line_count; // kind text
    char lines[SCENE_MAX_LINES][SCENE_LINE_LENGTH + 1];
};

struct scene_light {
    bool directional;
    float position[3]; // directional: the direction the light comes from, any length but 0
    float color[3];    // linear
    float range;       // metres; point lights
};

struct scene_object {
    enum scene_shape shape;
    uint32_t material;
    float size[3], at[3], turn[3], spin[3]; // metres, metres, degrees, degrees per second
    float bob[2];                           // metres, seconds
    float orbit[2];                         // metres, seconds
    float alpha;
    bool overlay; // belongs to the second projection layer
};

struct scene {
    float sky_top[3], sky_horizon[3], sky_ground[3]; // linear
    float ambient_up[3], ambient_down[3];            // linear
    uint32_t light_count, material_count, object_count;
    struct scene_light lights[SCENE_MAX_LIGHTS];
    struct scene_material materials[SCENE_MAX_MATERIALS];
    struct scene_object objects[SCENE_MAX_OBJECTS];
};

// Parses LENGTH bytes. On failure ERROR gets "NAME:LINE: what is wrong" and *out is unusable.
bool scene_parse(const char *text, size_t length, const char *name, struct scene *out, char *error, size_t error_size);

// Reads and parses a file; NULL: the built-in gallery. Failures are printed.
bool scene_load(const char *file, struct scene *out);

// The object's transform SECONDS into the animation, column-major: world = model x local.
void scene_object_model(const struct scene_object *object, double seconds, float out_model[4][4]);

#endif
