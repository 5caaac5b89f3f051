#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/disco/list.hpp>
#include <stoa/stanza/context.hpp>
#include <stoa/stanza/stanza.hpp>
#include <stoa/stanza/step.hpp>
#include <stoa/store/memory/tables.hpp>

/// The smallest service that has everything: shelves with things on them, and people who stand
/// around. Addressed as `shelf@domain`, namespace `toy`:
///   iq set  <make/>  <put id=''>text</put>  <spoil/>   hard; all present hear of a put
///   iq set  <rename to=''/>                          needs facts: how many shelves there are
///   iq get  <things/> (looked up)  <count/> (from memory)
///   iq set  <pass/>                                  passed on, never answered
///   message <body/>                                  chat, to all present
///   presence                                         soft: stand around or leave; all others hear
///   iq set  <alarm in='seconds'/>                    a message to all when the time has come
namespace toy {

struct Settings {
  stoa::Jid service;
  std::string name = "toy";
};

struct State {
  std::uint64_t number = 0;
  std::map<std::string, std::string> things;
  std::set<std::string> present;
  std::optional<stoa::Timestamp> alarm;
  std::optional<std::size_t> shelves;  // a cached fact
};

struct Create {
  std::uint64_t number = 0;
  bool undo = false;
};
struct Put {
  std::string id;
  std::optional<std::string> before;
  std::optional<std::string> after;
};
struct Stand {
  std::string who;
  bool before = false;
  bool after = false;
};
struct Alarm {
  std::optional<stoa::Timestamp> before;
  std::optional<stoa::Timestamp> after;
};
struct Said {
  std::string text;
};
using Change = std::variant<Create, Put, Stand, Alarm, Said>;

struct Tick {};
struct Ask {
  std::string verb;
  stoa::Jid from;
  std::string id;
  std::string text;
};
using Request = std::variant<Ask, Tick>;

struct ToAll {
  std::string xml;  // name of the stanza and its content, separated by a space
  std::optional<std::string> audience;
};
using Outbound = std::variant<ToAll>;

struct Things {
  std::uint64_t number = 0;
};
struct Shelves {
  stoa::disco::ListRequest page;
};
using Read = std::variant<Things, Shelves>;
struct HowMany {};
using Need = std::variant<HowMany>;
using Facts = std::size_t;
using ReadResult = std::variant<std::vector<std::string>, stoa::disco::ListPage>;

struct Engine {
  using Settings = toy::Settings;
  using State = toy::State;
  using Request = toy::Request;
  using Tick = toy::Tick;
  using Change = toy::Change;
  using Outbound = toy::Outbound;
  using Read = toy::Read;
  using ReadResult = toy::ReadResult;
  using Need = toy::Need;
  using Facts = toy::Facts;

  static stoa::Claim<Request, Read> decode(const stoa::Stanza& stanza, const Settings&,
                                           const stoa::Context&);
  static stoa::Decision<Change, Outbound, Read, Need> decide(const State& state,
                                                             const Request& request,
                                                             const Settings&,
                                                             const stoa::Context& context);
  static void apply(State& state, const Change& change);
  static Change inverse(const Change& change);
  static stoa::Durability durability(const Change& change);
  static void supply(State& state, Facts facts) { state.shelves = facts; }
  static void encode(const Outbound& outbound, const State& after, const Settings& settings,
                     std::vector<stoa::Encoded>& out);
  static std::shared_ptr<const stoa::RecipientSet> recipients(const State& state,
                                                              const std::string& audience);
  static stoa::Result<stoa::Answered, stoa::StanzaError> answer(const Read& read, ReadResult result,
                                                                const Settings&, const stoa::Jid&);
  static std::string error_by(const stoa::Stanza&) { return {}; }
  static stoa::disco::Info service_info(const Settings& settings);
  static Read list(const stoa::disco::ListRequest& request, const Settings&) {
    return Shelves{request};
  }
  static stoa::disco::ListPage list_page(ReadResult result, const Settings&,
                                         const stoa::disco::ListRequest&) {
    return std::get<stoa::disco::ListPage>(std::move(result));
  }
  static std::optional<stoa::Timestamp> deadline(const State& state) { return state.alarm; }
  static bool exists(const State& state) { return state.number != 0; }
  static std::uint64_t number(const State& state) { return state.number; }
  static std::size_t footprint(const State& state) { return state.things.size() * 64; }
  static void shrink(State& state) { state.shelves.reset(); }
};

class Tables final : public stoa::store::memory::Tables<Engine> {
 public:
  explicit Tables(std::string domain) : domain_(std::move(domain)) {}

  void commit(const std::string&, const Change&, const State&) override {}
  ReadResult read(const Read& read) override;
  Facts fetch(std::uint64_t, const Need&) override { return shadow.size(); }
  bool pending(const State& state, stoa::Timestamp until) override {
    return !state.present.empty() || stoa::store::memory::Tables<Engine>::pending(state, until);
  }

 private:
  std::string domain_;
};

}  // namespace toy
