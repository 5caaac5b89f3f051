#pragma once

#include <string>
#include <vector>

#include <stoa/base/time.hpp>
#include <stoa/xml/element.hpp>

namespace scenario {

/// Where a scenario is played: a daemon in this process, or a real one behind a real server.
class Stage {
 public:
  virtual ~Stage() = default;

  /// Hands in stanzas (from and to set, namespace jabber:client), all before anything happens, and
  /// lets everything happen that they cause.
  virtual void send(const std::vector<stoa::xml::Element>& stanzas) = 0;
  /// What has left since the last call, in order: each copy for itself, with its `to`. `expected`
  /// stanzas the scenario names: whoever has to wait for what comes, waits for these at least.
  virtual std::vector<stoa::xml::Element> take(std::size_t expected) = 0;

  virtual void pass(stoa::Duration time) = 0;
  virtual void fail_store(std::uint64_t units) = 0;
  enum class StoreMood { normal, waits, away };
  virtual void set_store(StoreMood mood) = 0;
  virtual void set_link(bool up) = 0;
  enum class Ending { orderly, crash };
  virtual void restart(Ending ending) = 0;
};

}  // namespace scenario
