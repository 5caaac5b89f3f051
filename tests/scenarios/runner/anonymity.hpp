#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <stoa/xml/element.hpp>

namespace scenario {

struct Heard;

/// Watches a play for real addresses: in a room that does not show them to everybody, nothing that
/// somebody hears may hold the bare JID of another, unless he is a moderator, admin or owner there
/// ([MUC-ANON-01]). What people write themselves does not count: what the hearer sent, and what
/// anybody put into a message or presence. Rooms, roles and ranks are learnt from what is heard.
class Anonymity {
 public:
  void sent(const stoa::xml::Element& stanza);
  /// Everything that one action made heard. Gives what is wrong, if anything is.
  std::optional<std::string> heard(const std::vector<Heard>& batch);

 private:
  using Session = std::pair<std::string, std::string>;  // room, full JID

  void learn_codes(const std::string& room, const Heard& heard);
  std::optional<std::string> shown_in(const Heard& heard) const;
  bool trusted(const std::string& room, const std::string& session) const;

  std::set<std::string> people_;                          // bare JIDs that sent anything
  std::set<std::string> spoken_;                          // written by anybody, for all to see
  std::map<std::string, std::set<std::string>> written_;  // by bare JID: in what he sent
  std::set<std::pair<std::string, std::string>> ranked_;  // room, bare JID: admins and owners
  std::set<Session> moderators_;
  std::set<std::string> open_;  // rooms that show addresses to all
};

}  // namespace scenario
