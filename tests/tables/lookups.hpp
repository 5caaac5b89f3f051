#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <doctest/doctest.h>

#include <stoa/store/store.hpp>

#include "support/heard_log.hpp"
#include "support/postgres/loop.hpp"

namespace stoa::test {

/// What a database holds of one service, as the program looks it up, and what the log says
/// meanwhile. A look-up gives nothing where what it finds is damaged; any other fault fails the
/// test.
template <class E>
class Lookups {
 public:
  Lookups(const std::string& url, const std::string& service)
      : store_({.url = url}, loop_.executor()), loader_(store_.loader<E>(service)) {
    bool ready = false;
    store_.open([&](store::Ready) { ready = true; }, [](const std::string&) {});
    REQUIRE(loop_.run_until([&] { return ready; }));
  }

  std::optional<typename E::Facts> fetch(std::uint64_t number, const typename E::Need& need) {
    return answer<typename E::Facts>([&](auto then) { loader_->fetch(number, need, 0, then); });
  }
  std::optional<typename E::ReadResult> read(const typename E::Read& what) {
    return answer<typename E::ReadResult>([&](auto then) { loader_->read(what, 0, then); });
  }
  bool loads(const std::string& key) {
    return answer<typename E::State>([&](auto then) { loader_->load(key, 0, then); }).has_value();
  }

  HeardLog log;

 private:
  template <class T>
  std::optional<T> answer(const auto& ask) {
    std::optional<dispatch::Found<T>> found;
    ask([&](dispatch::Found<T> what) { found = std::move(what); });
    REQUIRE(loop_.run_until([&] { return found.has_value(); }));
    if (T* const value = std::get_if<T>(&*found)) return std::move(*value);
    CHECK(std::get<dispatch::ReadFault>(*found) == dispatch::ReadFault::damaged);
    return std::nullopt;
  }

  Loop loop_;
  store::Store store_;
  std::unique_ptr<dispatch::LoaderPort<E>> loader_;
};

}  // namespace stoa::test
