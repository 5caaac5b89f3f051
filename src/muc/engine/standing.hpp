#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "muc/engine/departure.hpp"

namespace stoa::muc {

/// Who does it to them: what `<actor/>` says.
struct Actor {
  std::string nick;  ///< empty: not an occupant
  Jid jid;
};
Actor actor_of(const RoomState& room, const Jid& sender);

/// What one request makes of the people of a room: affiliations and roles, gathered first, then
/// settled all at once, so that a batch is judged by its end state and everybody hears of it once.
class Standing {
 public:
  /// `config`: the room's configuration after the step; it must outlive this object.
  Standing(Draft& draft, Actor actor, const RoomConfig& config)
      : draft_(draft), actor_(std::move(actor)), config_(config) {}

  /// The row that the JID will have; the last one for the same JID counts.
  void affiliate(Affiliate after);
  /// The role that the occupant will have; none: it is kicked.
  void give_role(const Occupant& occupant, Role role, const std::string& reason);

  /// The row of the JID as it will be: as given to affiliate(), else as it is, else a blank one.
  Affiliate row_of(const Jid& bare) const;
  /// Whether somebody owns the room in the end.
  bool owner_remains() const;
  std::size_t entries() const;
  /// The role that the occupant has in the end.
  Role role_of(const Occupant& occupant) const;
  /// Whether the nick (folded) is reserved for, or in use by, anybody but `user` in the end.
  bool nick_taken(std::string_view key, const Jid& user) const;

  /// Writes the changes and everything that is said about them, in the order of [MUC-CHOICE-06].
  /// Once.
  void settle();

 private:
  struct Fate {
    Role role = Role::none;
    std::string reason;
  };
  /// One occupant, before and after.
  struct Turn {
    const Occupant& occupant;
    Affiliation before;
    Affiliation after;
    Role role;
    std::string reason;
    std::string version;  // <mav/> of the change of its affiliation
    bool kicked = false;
  };

  void settle_rows();
  Turn turn_of(const Occupant& occupant) const;
  Role role_after(const Occupant& occupant, Affiliation before, Affiliation after) const;
  std::uint16_t removal_code(const Turn& turn) const;
  void remove(const Turn& turn, std::uint16_t code);
  void change_seats(const Turn& turn);
  void show(const Turn& turn);
  void reveal_others(const Occupant& occupant);
  void tell_of_absent();
  Affiliation affiliation_after(std::string_view bare) const;

  Draft& draft_;
  Actor actor_;
  const RoomConfig& config_;
  std::map<std::string, Affiliate, std::less<>> rows_;
  std::map<const Occupant*, Fate> fates_;
  std::map<std::string, std::string, std::less<>> versions_;  // bare JID or domain -> <mav/>
  std::size_t removed_ = 0;                                   // sessions
};

}  // namespace stoa::muc
