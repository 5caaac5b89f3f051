#include "pubsub/wire/body.hpp"

#include <stoa/pubsub/model/options.hpp>
#include <stoa/xml/parser.hpp>

namespace stoa::pubsub::wire {

namespace {

std::string text_of(const Item& item) {
  if (!item.payload) return {};
  const auto payload = xml::parse(*item.payload);
  if (!payload || !payload->is("entry", atom)) return {};
  for (const char* name : {"summary", "title"}) {
    const xml::Element* part = payload->child(name, atom);
    if (part != nullptr && part->has_text()) return part->text();
  }
  return {};
}

}  // namespace

std::string body_text(const NodeConfig& config, const std::vector<Item>& items) {
  std::string body;
  for (const Item& item : items) {
    const std::string text = text_of(item);
    if (text.empty()) continue;
    if (body.empty()) {
      body = config.title;
    }
    if (!body.empty()) body += '\n';
    body += text;
  }
  return body;
}

}  // namespace stoa::pubsub::wire
