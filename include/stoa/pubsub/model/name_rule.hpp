#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/forms/form.hpp>
#include <stoa/pubsub/model/config.hpp>

/// What the names of nodes say about their configuration.
namespace stoa::pubsub {

struct Settings;

/// `PATTERN default|force FIELD=VALUE ...`: how nodes whose id matches are configured, unless their
/// maker says otherwise, or whatever anybody says. In a pattern `*` is any text. A field is named
/// as in the form, with or without `pubsub#`.
struct NameRule {
  std::string text = {};  ///< as it was written
  std::string pattern = {};
  bool forces = false;
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< full names
};

/// nullopt where the text is no such rule: of another shape, an unknown field, or a value that the
/// field cannot have. Fields that shape the node itself (its kind) cannot be ruled.
std::optional<NameRule> name_rule_of(std::string_view text);

bool matches(std::string_view pattern, std::string_view node);

/// What a new node of that id is made with. Of several rules that match, the later ones win.
SharedConfig defaults_for(const Settings& settings, std::string_view node);
/// The configuration with what is forced for that id.
NodeConfig forced(const Settings& settings, std::string_view node, NodeConfig config);
/// Shows in the form what is forced as what cannot be changed.
void fix_forced(const Settings& settings, std::string_view node, forms::Form& form);

}  // namespace stoa::pubsub
