#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace stoa::store::postgres {

/// What the journal does about a failed statement.
enum class FaultKind {
  content,     ///< what was to be written is to blame: find the unit
  repeat,      ///< serialization failure, deadlock: do it again
  connection,  ///< the database is away, or cannot write just now
};

struct Fault : std::runtime_error {
  Fault(FaultKind k, const std::string& text) : std::runtime_error(text), kind(k) {}
  FaultKind kind;
};

/// The schema in the database is not one that this program can work with.
struct SchemaMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A stored row that cannot be read: of this entity only. The text says which, and what is wrong.
struct DamagedRow : std::runtime_error {
  explicit DamagedRow(const std::string& text, std::uint64_t n = 0)
      : std::runtime_error(text), number(n) {}
  std::uint64_t number;  ///< of the entity; 0 where the look-up was about that entity alone
};

/// The kind of a failure that PostgreSQL reported with this SQLSTATE (empty: without one).
FaultKind fault_kind(const std::string& sqlstate);

}  // namespace stoa::store::postgres
