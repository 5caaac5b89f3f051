#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <stoa/store/memory/journal.hpp>
#include <stoa/store/memory/tables.hpp>

namespace stoa::store::memory {

/// The journal and loader of one service over its tables.
template <class E>
class Store final : public dispatch::JournalPort<typename E::Change>,
                    public dispatch::LoaderPort<E> {
 public:
  using State = typename E::State;
  template <class T>
  using Then = typename dispatch::LoaderPort<E>::template Then<T>;

  Store(Journal& journal, Disk& disk, Tables<E>& tables)
      : journal_(journal), disk_(disk), tables_(tables) {}

  void append(dispatch::Unit<typename E::Change> unit) override {
    Journal::Entry entry;
    entry.seq = unit.seq;
    entry.entity = unit.entity;
    entry.durability = unit.durability;
    entry.outbox = std::move(unit.outbox);
    entry.write = [this, key = std::move(unit.key), changes = std::move(unit.changes)] {
      for (const auto& change : *changes) write(key, change);
    };
    journal_.append(std::move(entry));
  }

  void load(std::string key, std::uint64_t after, Then<State> then) override {
    look_up<State>(after, std::move(then), [this, key = std::move(key)] {
      const auto it = tables_.shadow.find(key);
      State state = it == tables_.shadow.end() ? State() : it->second;
      tables_.as_loaded(state);
      return state;
    });
  }

  void key_of(std::uint64_t number, Then<std::string> then) override {
    look_up<std::string>(0, std::move(then), [this, number] {
      for (const auto& [key, state] : tables_.shadow) {
        if (E::number(state) == number) return key;
      }
      return std::string();
    });
  }

  void fetch(std::uint64_t number, typename E::Need need, std::uint64_t after,
             Then<typename E::Facts> then) override {
    look_up<typename E::Facts>(after, std::move(then), [this, number, need = std::move(need)] {
      return tables_.fetch(number, need);
    });
  }

  void read(typename E::Read read, std::uint64_t after,
            Then<typename E::ReadResult> then) override {
    look_up<typename E::ReadResult>(after, std::move(then),
                                    [this, read = std::move(read)] { return tables_.read(read); });
  }

  void pending_keys(std::string from, Timestamp until, std::size_t limit,
                    Then<std::vector<std::string>> then) override {
    look_up<std::vector<std::string>>(
        0, std::move(then), [this, from = std::move(from), until, limit] {
          std::vector<std::string> keys;
          for (auto it = tables_.shadow.upper_bound(from);
               it != tables_.shadow.end() && keys.size() < limit; ++it) {
            if (tables_.pending(it->second, until)) keys.push_back(it->first);
          }
          return keys;
        });
  }

  void outbox(std::uint64_t from, std::size_t limit,
              Then<std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>> then) override {
    using Rows = std::vector<std::pair<std::uint64_t, dispatch::OutboxRow>>;
    look_up<Rows>(0, std::move(then), [this, from, limit] {
      Rows rows;
      for (const auto& row : disk_.outbox) {
        if (row.first <= from) continue;
        if (rows.size() >= limit && rows.back().first != row.first) break;
        rows.push_back(row);
      }
      return rows;
    });
  }

 private:
  template <class T, class F>
  void look_up(std::uint64_t after, Then<T> then, F find) {
    journal_.when_settled(after, [this, then = std::move(then), find = std::move(find)] {
      if (journal_.weather().away) {
        then(dispatch::ReadFault::away);
      } else {
        then(find());
      }
    });
  }

  void write(const std::string& key, const typename E::Change& change) {
    State& state = tables_.shadow[key];
    E::apply(state, change);
    tables_.commit(key, change, state);
    if (!E::exists(state) && !tables_.keeps(state)) tables_.shadow.erase(key);
  }

  Journal& journal_;
  Disk& disk_;
  Tables<E>& tables_;
};

}  // namespace stoa::store::memory
