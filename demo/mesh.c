// SPDX-License-Identifier: Apache-2.0
#include "mesh.h"

#include <math.h>
#include <stdlib.h>

enum { ROUND = 48, RINGS = 24, TUBE = 24 }; // steps around; from pole to pole; around a torus's tube

static const float pi = 3.14159265f;

static bool reserve(void **data, uint32_t count, uint32_t *room, size_t size)
{
    void *grown;
    uint32_t wanted = *room ? *room * 2 : 4096;
    if (count < *room)
        return true;
    grown = realloc(*data, wanted * size);
    if (!grown)
        return false;
    *data = grown;
    *room = wanted;
    return true;
}

static uint32_t add_vertex(struct mesh *mesh, struct vertex vertex)
{
    void *vertices = mesh->vertices;
    if (!reserve(&vertices, mesh->vertex_count, &mesh->vertex_room, sizeof vertex)) {
        mesh->out_of_memory = true;
        return 0;
    }
    mesh->vertices = vertices;
    mesh->vertices[mesh->vertex_count] = vertex;
    return mesh->vertex_count++;
}

static void add_index(struct mesh *mesh, uint32_t index)
{
    void *indices = mesh->indices;
    if (!reserve(&indices, mesh->index_count, &mesh->index_room, sizeof index)) {
        mesh->out_of_memory = true;
        return;
    }
    mesh->indices = indices;
    mesh->indices[mesh->index_count++] = index;
}

static void add_triangle(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t c)
{
    add_index(mesh, a);
    add_index(mesh, b);
    add_index(mesh, c);
}

// A grid of ACROSS x DOWN cells whose vertices were added row by row from FIRST on.
static void add_grid(struct mesh *mesh, uint32_t first, uint32_t across, uint32_t down)
{
    for (uint32_t y = 0; y < down; y++)
        for (uint32_t x = 0; x < across; x++) {
            uint32_t a = first + y * (across + 1) + x, b = a + across + 1;
            add_triangle(mesh, a, b, b + 1);
            add_triangle(mesh, a, b + 1, a + 1);
        }
}

// A rectangle around CENTRE from half-sides U (to the right) and V (up); uv grows to the right and down.
static void add_quad(struct mesh *mesh, const float centre[3], const float u[3], const float v[3], float tiles_u,
                     float tiles_v)
{
    float normal[3] = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
    float length = sqrtf(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
    uint32_t first = mesh->vertex_count;
    for (int corner = 0; corner < 4; corner++) {
        int right = corner & 1, down = corner >> 1;
        struct vertex vertex = {.uv = {right ? tiles_u : 0, down ? tiles_v : 0}};
        for (int i = 0; i < 3; i++) {
            vertex.position[i] = centre[i] + (right ? u[i] : -u[i]) + (down ? -v[i] : v[i]);
            vertex.normal[i] = normal[i] / length;
        }
        add_vertex(mesh, vertex);
    }
    add_grid(mesh, first, 1, 1);
}

static void add_box(struct mesh *mesh, const float size[3], float repeat)
{
    // For each side: the axis it looks along, then those of u and v, with their signs.
    static const struct {
        int axis, sign, u, u_sign, v, v_sign;
    } sides[] = {{2, 1, 0, 1, 1, 1},  {2, -1, 0, -1, 1, 1}, {0, 1, 2, -1, 1, 1},
                 {0, -1, 2, 1, 1, 1}, {1, 1, 0, 1, 2, -1},  {1, -1, 0, 1, 2, 1}};
    for (int i = 0; i < 6; i++) {
        float centre[3] = {0}, u[3] = {0}, v[3] = {0};
        centre[sides[i].axis] = (float)sides[i].sign * size[sides[i].axis] / 2;
        u[sides[i].u] = (float)sides[i].u_sign * size[sides[i].u] / 2;
        v[sides[i].v] = (float)sides[i].v_sign * size[sides[i].v] / 2;
        add_quad(mesh, centre, u, v, size[sides[i].u] * repeat, size[sides[i].v] * repeat);
    }
}

static void add_sphere(struct mesh *mesh, float radius, float repeat)
{
    uint32_t first = mesh->vertex_count;
    for (int y = 0; y <= RINGS; y++)
        for (int x = 0; x <= ROUND; x++) {
            float s = (float)x / ROUND, t = (float)y / RINGS;
            float n[3] = {sinf(pi * t) * sinf(2 * pi * s), cosf(pi * t), sinf(pi * t) * cosf(2 * pi * s)};
            struct vertex vertex = {{radius * n[0], radius * n[1], radius * n[2]},
                                    {n[0], n[1], n[2]},
                                    {s * 2 * pi * radius * repeat, t * pi * radius * repeat}};
            add_vertex(mesh, vertex);
        }
    add_grid(mesh, first, ROUND, RINGS);
}

static void add_torus(struct mesh *mesh, float radius, float tube, float repeat)
{
    uint32_t first = mesh->vertex_count;
    for (int y = 0; y <= TUBE; y++)
        for (int x = 0; x <= ROUND; x++) {
            float s = 2 * pi * (float)x / ROUND, t = 2 * pi * (float)y / TUBE;
            float n[3] = {cosf(t) * sinf(s), -sinf(t), cosf(t) * cosf(s)};
            struct vertex vertex = {{radius * sinf(s) + tube * n[0], tube * n[1], radius * cosf(s) + tube * n[2]},
                                    {n[0], n[1], n[2]},
                                    {s * radius * repeat, t * tube * repeat}};
            add_vertex(mesh, vertex);
        }
    add_grid(mesh, first, ROUND, TUBE);
}

static void add_lid(struct mesh *mesh, float radius, float y, float repeat)
{
    float up = y > 0 ? 1 : -1;
    uint32_t centre = add_vertex(mesh, (struct vertex){{0, y, 0}, {0, up, 0}, {0, 0}});
    for (int x = 0; x <= ROUND; x++) {
        float s = 2 * pi * (float)x / ROUND, px = radius * sinf(s), pz = radius * cosf(s);
        uint32_t rim = add_vertex(mesh, (struct vertex){{px, y, pz}, {0, up, 0}, {px * repeat, pz * repeat}});
        if (x > 0)
            add_triangle(mesh, centre, up > 0 ? rim - 1 : rim, up > 0 ? rim : rim - 1);
    }
}

static void add_cylinder(struct mesh *mesh, float radius, float height, float repeat)
{
    uint32_t first = mesh->vertex_count;
    for (int y = 0; y <= 1; y++)
        for (int x = 0; x <= ROUND; x++) {
            float s = 2 * pi * (float)x / ROUND;
            struct vertex vertex = {{radius * sinf(s), height * (0.5f - (float)y), radius * cosf(s)},
                                    {sinf(s), 0, cosf(s)},
                                    {s * radius * repeat, (float)y * height * repeat}};
            add_vertex(mesh, vertex);
        }
    add_grid(mesh, first, ROUND, 1);
    add_lid(mesh, radius, height / 2, repeat);
    add_lid(mesh, radius, -height / 2, repeat);
}

void mesh_add(struct mesh *mesh, const struct scene_object *object, float repeat)
{
    const float *size = object->size, origin[3] = {0, 0, 0};
    const float right[3] = {size[0] / 2, 0, 0}, up[3] = {0, size[1] / 2, 0}, back[3] = {0, 0, -size[1] / 2};
    switch (object->shape) {
    case SHAPE_BOX:
        add_box(mesh, size, repeat);
        break;
    case SHAPE_SPHERE:
        add_sphere(mesh, size[0], repeat);
        break;
    case SHAPE_PLANE:
        add_quad(mesh, origin, right, back, size[0] * repeat, size[1] * repeat);
        break;
    case SHAPE_PANEL: // shows its texture once
        add_quad(mesh, origin, right, up, 1, 1);
        break;
    case SHAPE_CYLINDER:
        add_cylinder(mesh, size[0], size[1], repeat);
        break;
    case SHAPE_TORUS:
        add_torus(mesh, size[0], size[1], repeat);
        break;
    }
}

void mesh_free(struct mesh *mesh)
{
    free(mesh->vertices);
    free(mesh->indices);
    *mesh = (struct mesh){0};
}
