#pragma once

#include <cstdint>
#include <string>

namespace stoa {

/// Makes identifiers that nobody can guess and that never repeat. Rules get it as an argument
/// (tests give a predictable one). Called on the loop thread only.
class IdSource {
 public:
  virtual ~IdSource() = default;

  /// A token of 22 characters out of `A-Z a-z 0-9 - _`, made of 128 random bits.
  virtual std::string token() = 0;

  /// A number that was never given before, not even by an earlier run on the same database: the
  /// primary key of a new entity. Rising within one run.
  virtual std::uint64_t number() = 0;

  /// 128 random bits for a stored key, as 32 hexadecimal digits.
  virtual std::string key() = 0;
};

}  // namespace stoa
