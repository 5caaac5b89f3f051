#include <string_view>
#include <utility>

#include <stoa/admin/program_commands.hpp>
#include <stoa/forms/command_form.hpp>
#include <stoa/stanza/namespaces.hpp>

namespace stoa::admin {

namespace {

constexpr std::string_view reload_command = "urn:stoa:service:reload";
constexpr std::string_view reload_name = "Read the configuration again";
constexpr std::string_view program_form = "urn:stoa:service";

StanzaError bad_action(std::string_view text) {
  return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0050 3.4", text)
      .with(xml::Element("bad-action", ns::commands));
}

xml::Element over(std::string_view status, std::string_view session) {
  return xml::Element("command", ns::commands)
      .set("node", reload_command)
      .set("sessionid", session)
      .set("status", status);
}

}  // namespace

ProgramCommands::ProgramCommands(Place place, ProgramActs acts)
    : place_(std::move(place)), acts_(std::move(acts)) {}

bool ProgramCommands::handle(Stanza& stanza) {
  if (!stanza.is_iq_request() || stanza.type != "set" || stanza.delegation) return false;
  if (stanza.to.str() != place_.domain) return false;
  const xml::Element& payload = *stanza.payload();
  if (!payload.is("command", ns::commands)) return false;
  if (payload.attr_or("node", "") != reload_command) return false;
  const dispatch::Settling settling{.by = {}, .stanza_bytes = place_.stanza_bytes};
  auto reply = dispatch::settle(stanza, run(stanza), settling, place_.common.metrics);
  const std::uint64_t after = place_.common.senders.last_after(stanza.from);
  if (reply) place_.common.release.put(place_.outlet, std::move(*reply), after, 0);
  return true;
}

/// One step, without a session: what a sender names as one is not ours.
dispatch::Outcome ProgramCommands::run(const Stanza& stanza) {
  if (!is_admin(stanza.from)) {
    return StanzaError(ErrorType::auth, Condition::forbidden, "XEP-0050 2.4");
  }
  const xml::Element& payload = *stanza.payload();
  const std::string_view action = payload.attr_or("action", "execute");
  if (!payload.attr_or("sessionid", "").empty()) {
    return StanzaError(ErrorType::modify, Condition::bad_request, "XEP-0050 3.4")
        .with(xml::Element("bad-sessionid", ns::commands));
  }
  if (action != "execute" && action != "complete") return bad_action("The command has one step.");
  auto done = acts_.reload();
  if (!done) {
    return StanzaError(ErrorType::modify, Condition::not_acceptable, "XEP-0050 4.6", done.error());
  }
  forms::ResultTable table(program_form, "The configuration was read", {});
  table.field("needs-restart", forms::Values(std::move(done).value()));
  xml::Element reply = over("completed", place_.common.ids().token());
  reply.add(std::move(table).done());
  return dispatch::Accepted{std::move(reply)};
}

void ProgramCommands::list(dispatch::ListRequest request,
                           std::function<void(dispatch::Found<dispatch::ListPage>)> then) {
  dispatch::ListPage page;
  if (request.commands && is_admin(request.requester)) {
    page.entries.push_back({std::string(reload_command),
                            {.jid = Jid::from_prepared("", place_.domain),
                             .node = std::string(reload_command),
                             .name = std::string(reload_name)}});
    page.count = 1;
  }
  then(std::move(page));
}

}  // namespace stoa::admin
