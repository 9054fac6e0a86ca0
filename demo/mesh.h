// SPDX-License-Identifier: Apache-2.0
// Triangle meshes of the scene's shapes, in the object's own coordinates.
#ifndef ARTEM_DEMO_MESH_H
#define ARTEM_DEMO_MESH_H

#include <stdbool.h>
#include <stdint.h>

#include "scene.h"

struct vertex {
    float position[3], normal[3], uv[2]; // metres, unit length, tiles of the texture
};

struct mesh {
    struct vertex *vertices;
    uint32_t *indices; // triangles, counter-clockwise seen from outside
    uint32_t vertex_count, index_count, vertex_room, index_room;
    bool out_of_memory;
};

// Appends the object's triangles; REPEAT is its material's. Indices refer to the whole mesh.
void mesh_add(struct mesh *mesh, const struct scene_object *object, float repeat);
void mesh_free(struct mesh *mesh);

#endif
