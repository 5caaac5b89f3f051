#pragma once

#include <string>
#include <utility>
#include <vector>

#include <stoa/muc/engine/engine.hpp>

namespace stoa::muc {

/// What every rule has at hand. References are valid for the decision.
struct Scene {
  const RoomState& room;  ///< before the step
  const Settings& settings;
  const Context& context;

  Timestamp now() const { return context.now; }
  /// Whether the service administrator's rights count in this room ([MUC-PRIV-27]).
  bool is_service_admin() const { return context.service_admin && settings.admins_are_owners; }
  /// The affiliation whose rights the sender has.
  Affiliation rank_of(const Jid& user) const {
    return is_service_admin() ? Affiliation::owner : room.affiliation_of(user);
  }
};

/// A step in the making. The room stays as it was; rules that need to know what an earlier change
/// of the same step did keep count themselves.
class Draft {
 public:
  explicit Draft(const Scene& of) : scene(of), due_(of.room.due) {}

  const Scene& scene;
  const RoomState& room() const { return scene.room; }

  template <class C>
  void change(C change) {
    step_.changes.emplace_back(std::move(change));
  }
  template <class F>
  void fleeting(F change) {
    step_.changes.emplace_back(change::Fleeting(std::move(change)));
  }
  template <class Say>
  void say(Say say) {
    step_.outbound.emplace_back(std::move(say));
  }
  /// Said before the reply of an iq.
  template <class Say>
  void say_first(Say say) {
    step_.before_reply.emplace_back(std::move(say));
  }
  void reply(xml::Element payload) { step_.reply = std::move(payload); }
  void reply_later() { step_.replies = Replies::later; }

  /// Has the room look at its timers at `when`, or earlier.
  void arm(Timestamp when) {
    if (when < armed_) armed_ = when;
    if (when >= due_) return;
    fleeting(change::fleeting::Due{due_, when});
    due_ = when;
  }
  /// The timers were looked at: the next that is known of is at `when`.
  void reschedule(Timestamp when) {
    const Timestamp due = armed_ < when ? armed_ : when;
    fleeting(change::fleeting::Due{due_, due});
    due_ = due;
  }

  RoomStep done() && { return std::move(step_); }

 private:
  RoomStep step_;
  Timestamp due_;
  Timestamp armed_ = Timestamp::max();
};

/// Nothing happens and nothing is said; an iq gets an empty result.
inline RoomDecision nothing() {
  return RoomStep{};
}

}  // namespace stoa::muc
