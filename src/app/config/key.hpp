#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/app/config.hpp>

#include "app/config/value.hpp"

namespace stoa::app {

/// One key of the file: everything that is known about it, said once.
template <class Target>
struct Key {
  std::string name;
  std::string unit;
  std::string help;
  std::function<Expected(Target&, const Value&)> set;
  std::function<std::string(Target&)> literal;
  std::function<void(Target& to, Target& from)> copy;
  bool live = false;
  bool required = false;

  Key&& changes_live() && {
    live = true;
    return std::move(*this);
  }
  Key&& is_required() && {
    required = true;
    return std::move(*this);
  }
};

/// A row. `member` turns a Target& into a reference to the member that the key sets. `accepts` says
/// what else is expected of a value of that type, nullopt for nothing.
template <class Target>
struct Row {
  template <class Member>
  static Key<Target> key(std::string_view name, std::string_view unit, std::string_view help,
                         Member member) {
    return checked(name, unit, help, member, [](const auto&) { return Expected(); });
  }

  template <class Member, class Accepts>
  static Key<Target> checked(std::string_view name, std::string_view unit, std::string_view help,
                             Member member, Accepts accepts) {
    using Held = std::remove_cvref_t<std::invoke_result_t<Member, Target&>>;
    Key<Target> row;
    row.name = name;
    row.unit = unit;
    row.help = help;
    row.set = [member, accepts](Target& target, const Value& value) -> Expected {
      Held held{};
      if (Expected expected = read(value, held)) return expected;
      if (Expected expected = accepts(held)) return expected;
      member(target) = std::move(held);
      return std::nullopt;
    };
    row.literal = [member](Target& target) { return app::literal(member(target)); };
    row.copy = [member](Target& to, Target& from) { member(to) = member(from); };
    return row;
  }
};

using Keys = std::vector<Key<Config>>;
using LinkKeys = std::vector<Key<LinkConfig>>;

LinkKeys link_keys();  ///< names without `link.`
Keys general_keys();
Keys pubsub_keys();
Keys muc_keys();
Keys pubsub_default_keys();  ///< what new nodes are configured like; after pubsub_keys()
Keys muc_default_keys();     ///< likewise for rooms, after muc_keys()

/// All keys outside of links, made once.
const Keys& all_keys();

}  // namespace stoa::app
