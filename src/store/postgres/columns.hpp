#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "store/postgres/array.hpp"
#include "store/postgres/connection.hpp"

namespace stoa::store::postgres {

/// The arrays of one statement that writes many rows: one for each parameter.
template <std::size_t N>
class Columns {
 public:
  template <class... Values>
  void add(Values&&... values) {
    static_assert(sizeof...(Values) == N, "one value for each parameter");
    std::size_t column = 0;
    (arrays_[column++].add(values), ...);
    ++rows_;
  }

  void clear() {
    for (Array& array : arrays_) array.take();
    rows_ = 0;
  }

  /// Executes the statement with them, unless there are none; empty afterwards.
  void write(Connection& connection, const Statement& statement) {
    if (rows_ != 0) write(connection, statement, std::make_index_sequence<N>());
    rows_ = 0;
  }

 private:
  template <std::size_t... I>
  void write(Connection& connection, const Statement& statement, std::index_sequence<I...>) {
    connection.exec(statement, arrays_[I].take()...);
  }

  std::array<Array, N> arrays_;
  std::size_t rows_ = 0;
};

}  // namespace stoa::store::postgres
