// Any sequence of stanzas at a whole service in memory: dispatch, rooms, nodes, store. Each iq
// request is answered exactly once, to its sender, from the address that was asked; nothing else is
// answered; all that is said is well-formed and addressed.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <stoa/stanza/stanza.hpp>
#include <stoa/xml/parser.hpp>

#include "mutate.hpp"
#include "scenarios/runner/hosted.hpp"
#include "scenarios/runner/in_process.hpp"
#include "scenarios/runner/modes.hpp"
#include "support.hpp"

namespace {

using namespace stoa;

/// Who waits for an answer: sender, address that was asked, id.
using Question = std::tuple<std::string, std::string, std::string>;

Question question(const xml::Element& iq, std::string_view asker, std::string_view asked) {
  return {std::string(iq.attr_or(asker, {})), std::string(iq.attr_or(asked, {})),
          std::string(iq.attr_or("id", {}))};
}

bool served(const Stanza& stanza) {
  return !stanza.from.empty() && stanza.to.domain() == scenario::domain;
}

class Conversation {
 public:
  void say(const xml::Element& element) {
    auto stanza = decode_stanza(element);
    if (!stanza || !served(*stanza)) return;
    // As the link would: addresses in the form in which they are compared.
    xml::Element sent = stanza->element;
    sent.set("from", stanza->from.str()).set("to", stanza->to.str());
    const Question asked = question(sent, "from", "to");
    if (stanza->is_iq_request()) {
      ++owed_[asked];
    } else if (stanza->kind == StanzaKind::iq && stanza->type != "result" && !stanza->is_error()) {
      ++allowed_[asked];  // an iq of no type, of which the sender may be told
    }
    stage_.send({sent});
    hear();
  }

  void end() {
    stage_.pass(std::chrono::hours(1));
    hear();
    for (const auto& [asked, left] : owed_) require(left == 0);
  }

 private:
  void hear() {
    for (const xml::Element& heard : stage_.take(0)) {
      require(heard.attr("to") && heard.attr("from"));
      const std::string_view type = heard.attr_or("type", {});
      if (heard.name() != "iq" || (type != "result" && type != "error")) continue;
      int& owed = owed_[question(heard, "to", "from")];
      int& left = owed > 0 ? owed : allowed_[question(heard, "to", "from")];
      require(left > 0);
      --left;
    }
  }

  std::unique_ptr<scenario::Backing> backing_ = scenario::make_backing("memory", {});
  scenario::InProcess stage_{*backing_};
  std::map<Question, int> owed_;
  std::map<Question, int> allowed_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto play = xml::parse("<play>" + std::string(text) + "</play>", "jabber:client");
  if (!play) return 0;
  Conversation conversation;
  for (const xml::Node& node : play->nodes()) {
    if (node.element() != nullptr) conversation.say(*node.element());
  }
  conversation.end();
  return 0;
}
