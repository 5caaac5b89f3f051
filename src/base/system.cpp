#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sys/random.h>

#include <stoa/base/system.hpp>

namespace stoa {

namespace {

void fill(unsigned char* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::getrandom(out, size, 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    out += got;
    size -= static_cast<std::size_t>(got);
  }
}

constexpr char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char hexadecimal[] = "0123456789abcdef";

}  // namespace

Timestamp SystemClock::now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

const unsigned char* RandomIds::take() {
  if (used_ + id_bytes > block_.size()) {
    fill(block_.data(), block_.size());
    used_ = 0;
  }
  const unsigned char* bytes = block_.data() + used_;
  used_ += id_bytes;
  return bytes;
}

std::string RandomIds::token() {
  const unsigned char* bytes = take();
  std::string out;
  out.reserve(22);
  unsigned bits = 0;
  unsigned held = 0;
  for (std::size_t i = 0; i < id_bytes; ++i) {
    bits = (bits << 8 | bytes[i]) & 0xffffu;
    held += 8;
    while (held >= 6) {
      held -= 6;
      out += base64url[bits >> held & 0x3fu];
    }
  }
  out += base64url[bits << (6 - held) & 0x3fu];
  return out;
}

std::uint64_t RandomIds::number() {
  if (!started_) {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const auto now = std::chrono::floor<std::chrono::milliseconds>(since_epoch).count();
    // Fits PostgreSQL's bigint, and leaves 2^20 numbers for each millisecond that the run lasts.
    last_ = std::max(last_, static_cast<std::uint64_t>(now) << 20);
    started_ = true;
  }
  return ++last_;
}

std::string RandomIds::key() {
  const unsigned char* bytes = take();
  std::string out;
  out.reserve(2 * id_bytes);
  for (std::size_t i = 0; i < id_bytes; ++i) {
    out += hexadecimal[bytes[i] >> 4];
    out += hexadecimal[bytes[i] & 0x0fu];
  }
  return out;
}

}  // namespace stoa
