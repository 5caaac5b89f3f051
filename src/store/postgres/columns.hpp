#pragma once

#include <array>
#include <cstddef>
#include <string>
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

  std::size_t rows() const { return rows_; }

  /// The literals, for a statement that has other parameters too; empty afterwards.
  std::array<std::string, N> take() {
    rows_ = 0;
    std::array<std::string, N> literals;
    for (std::size_t i = 0; i < N; ++i) literals[i] = arrays_[i].take();
    return literals;
  }

  /// Executes the statement with them, unless there are none (and nothing is returned); empty
  /// afterwards.
  pqxx::result write(Connection& connection, const Statement& statement) {
    if (std::exchange(rows_, 0) == 0) return {};
    return write(connection, statement, std::make_index_sequence<N>());
  }

 private:
  template <std::size_t... I>
  pqxx::result write(Connection& connection, const Statement& statement,
                     std::index_sequence<I...>) {
    return connection.exec(statement, arrays_[I].take()...);
  }

  std::array<Array, N> arrays_;
  std::size_t rows_ = 0;
};

}  // namespace stoa::store::postgres
