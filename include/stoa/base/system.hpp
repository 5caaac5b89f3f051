#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include <stoa/base/ids.hpp>
#include <stoa/base/time.hpp>

namespace stoa {

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  Timestamp now() override;
};

/// Identifiers from the kernel's random generator (getrandom), read in blocks so that one costs
/// well under a microsecond. Not thread-safe. Throws std::system_error where the kernel refuses.
///
/// Numbers start from the time of the first call, so that a later run starts above an earlier one;
/// `floor`, the highest number that the database holds, guards against a clock that was set back.
class RandomIds final : public IdSource {
 public:
  explicit RandomIds(std::uint64_t floor = 0) : last_(floor) {}

  std::string token() override;
  std::uint64_t number() override;
  std::string key() override;

 private:
  static constexpr std::size_t id_bytes = 16;       // 128 bits
  static constexpr std::size_t block_bytes = 4096;  // 256 identifiers for one system call

  const unsigned char* take();

  std::uint64_t last_;
  bool started_ = false;
  std::array<unsigned char, block_bytes> block_{};
  std::size_t used_ = block_bytes;
};

}  // namespace stoa
