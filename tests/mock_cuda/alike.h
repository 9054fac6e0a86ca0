// SPDX-License-Identifier: Apache-2.0
// Whether two declarations of a C function can stand for each other. Handles may be other pointers, enumerations ints,
// pointers of the device numbers; what is passed has to be of the same kind and size.
#ifndef ARTEM_TEST_ALIKE_H
#define ARTEM_TEST_ALIKE_H

#include <type_traits>

template <class T> constexpr bool is_value = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T> constexpr int kind_of = std::is_floating_point_v<T> ? 1 : 0; // else passed as an integer

template <class A, class B> constexpr bool is_alike()
{
    if constexpr (std::is_void_v<A> || std::is_void_v<B>)
        return std::is_void_v<A> && std::is_void_v<B>;
    else if constexpr (std::is_pointer_v<A> && std::is_pointer_v<B>) {
        using To = std::remove_cv_t<std::remove_pointer_t<A>>;
        using From = std::remove_cv_t<std::remove_pointer_t<B>>;
        // Values that are written have to have the same size; structures are compared below.
        if constexpr (is_value<To> && is_value<From>)
            return sizeof(To) == sizeof(From) && kind_of<To> == kind_of<From>;
        else
            return true;
    } else
        return sizeof(A) == sizeof(B) && kind_of<A> == kind_of<B>;
}

template <class Ours, class Theirs> struct same : std::false_type {
};
template <class R, class... A, class S, class... B> struct same<R(A...), S(B...)> {
    static constexpr bool value = []() {
        if constexpr (sizeof...(A) != sizeof...(B))
            return false;
        else
            return is_alike<R, S>() && (is_alike<A, B>() && ...);
    }();
};

#endif
