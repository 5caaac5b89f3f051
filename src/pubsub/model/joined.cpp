#include <charconv>

#include <stoa/pubsub/model/joined.hpp>

namespace stoa::pubsub {

std::string joined_uid(std::uint64_t leaf, const std::string& item) {
  return std::to_string(leaf) + "/" + item;
}

std::optional<JoinedUid> read_joined_uid(const std::string& uid) {
  JoinedUid read;
  const char* const end = uid.data() + uid.size();
  const auto [slash, fault] = std::from_chars(uid.data(), end, read.leaf);
  constexpr std::uint64_t largest = INT64_MAX;
  if (fault != std::errc() || slash == end || *slash != '/' || read.leaf > largest) {
    return std::nullopt;
  }
  read.item.assign(slash + 1, end);
  return read;
}

}  // namespace stoa::pubsub
