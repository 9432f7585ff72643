#pragma once
// What a C library hands out, and how it is given back.

#include <memory>

namespace insieme::server {

template <class T, void (*Free)(T*)>
struct FreedBy {
  void operator()(T* what) const noexcept { Free(what); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, FreedBy<T, Free>>;

}  // namespace insieme::server
