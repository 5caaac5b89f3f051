#include "stanzas.hpp"

#include "stoa_process.hpp"

namespace bench::stanza {

namespace {

const std::string ps = "http://jabber.org/protocol/pubsub";

std::string pubsub(const std::string& content) {
  return "<pubsub xmlns='" + ps + "'>" + content + "</pubsub>";
}

}  // namespace

std::string user(std::size_t i) {
  return "user" + std::to_string(i) + "@bench.example";
}
std::string full(std::size_t i) {
  return user(i) + "/session-" + std::to_string(i);
}
std::string room(const std::string& name) {
  return name + "@" + StoaProcess::domain;
}

std::string iq(const std::string& type, const std::string& id, const std::string& from,
               const std::string& payload) {
  return iq({type, id, from, StoaProcess::domain}, payload);
}

std::string iq(const Head& head, const std::string& payload) {
  return "<iq type='" + head.type + "' id='" + head.id + "' from='" + head.from + "' to='" +
         head.to + "'>" + payload + "</iq>";
}

std::string disco_info(const std::string& node) {
  const std::string attribute = node.empty() ? "" : " node='" + node + "'";
  return "<query xmlns='http://jabber.org/protocol/disco#info'" + attribute + "/>";
}

std::string create(const std::string& node, const std::string& fields) {
  const std::string form =
      fields.empty() ? ""
                     : "<configure><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' "
                       "type='hidden'><value>" +
                           ps + "#node_config</value></field>" + fields + "</x></configure>";
  return pubsub("<create node='" + node + "'/>" + form);
}

std::string publish(const std::string& node, const std::string& item) {
  const std::string id = item.empty() ? "" : " id='" + item + "'";
  return pubsub("<publish node='" + node + "'><item" + id +
                "><x xmlns='jabber:x:data' type='result'><field var='color'><value>f00</value>"
                "</field><field var='from_pos'><value>60,59.125</value></field><field "
                "var='to_pos'><value>108,79.125</value></field></x></item></publish>");
}

std::string subscribe(const std::string& node, const std::string& jid) {
  return pubsub("<subscribe node='" + node + "' jid='" + jid + "'/>");
}

std::string items(const std::string& node, std::size_t max) {
  return pubsub("<items node='" + node + "' max_items='" + std::to_string(max) + "'/>");
}

std::string page(std::size_t max, const std::string& place) {
  return "<set xmlns='http://jabber.org/protocol/rsm'><max>" + std::to_string(max) + "</max>" +
         place + "</set>";
}

std::string items_page(const std::string& node, const std::string& page) {
  return "<pubsub xmlns='" + ps + "'><items node='" + node + "'/>" + page + "</pubsub>";
}

std::string disco_items(const std::string& page) {
  return "<query xmlns='http://jabber.org/protocol/disco#items'>" + page + "</query>";
}

std::string archive(const std::string& page, const std::string& field, const std::string& value) {
  const std::string filter =
      field.empty() ? "" : "<field var='" + field + "'><value>" + value + "</value></field>";
  return "<query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'>"
         "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>" +
         filter + "</x>" + page + "</query>";
}

std::string join(const std::string& room, std::size_t user) {
  return "<presence from='" + full(user) + "' to='" + stanza::room(room) + "/nick" +
         std::to_string(user) +
         "'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>";
}

std::string groupchat(const std::string& room, std::size_t user, const std::string& id) {
  return "<message type='groupchat' id='" + id + "' from='" + full(user) + "' to='" +
         stanza::room(room) +
         "'><body>Thrice the brinded cat hath mew'd, and once the hedge-pig whined.</body>"
         "</message>";
}

}  // namespace bench::stanza
