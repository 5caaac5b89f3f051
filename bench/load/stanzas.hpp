#pragma once

#include <cstddef>
#include <string>

/// The stanzas that the bench sends, as servers write them.
namespace bench::stanza {

std::string user(std::size_t i);  ///< bare JID of user i
std::string full(std::size_t i);  ///< full JID of user i
std::string room(const std::string& name);

std::string iq(const std::string& type, const std::string& id, const std::string& from,
               const std::string& payload);
/// The same to an address.
struct Head {
  std::string type;
  std::string id;
  std::string from;
  std::string to;
};
std::string iq(const Head& head, const std::string& payload);

std::string disco_info(const std::string& node = {});
std::string create(const std::string& node, const std::string& fields = {});
std::string publish(const std::string& node, const std::string& item = {});
std::string subscribe(const std::string& node, const std::string& jid);
std::string items(const std::string& node, std::size_t max);
/// A page of a list or an archive: at most `max`, and `place` (`<before/>`, `<after>...</after>`).
std::string page(std::size_t max, const std::string& place = {});
std::string items_page(const std::string& node, const std::string& page);
std::string disco_items(const std::string& page);
/// A query of an archive with that page, filtered by field and value where given.
std::string archive(const std::string& page, const std::string& field = {},
                    const std::string& value = {});
std::string join(const std::string& room, std::size_t user);
std::string groupchat(const std::string& room, std::size_t user, const std::string& id);

}  // namespace bench::stanza
