#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <stoa/base/result.hpp>
#include <stoa/forms/form.hpp>
#include <stoa/forms/option.hpp>

namespace stoa::forms {

/// Why a submit is refused; the whole form is, nothing of it is applied.
struct OptionRefusal {
  std::string var;
  std::string text;  ///< a sentence that names the field

  friend bool operator==(const OptionRefusal&, const OptionRefusal&) = default;
};

/// A precondition that does not hold (XEP-0060, 7.1.5).
struct Mismatch {
  enum class Reason { unknown_field, bad_value, differs };
  std::string var;
  Reason reason = Reason::differs;
};

/// All options of one form, in the order of the form. From it everything derives: rendering,
/// parsing, comparing, features. Immutable after construction; made once, where the service is
/// composed, with the limits of the configuration inside the rows.
template <class Config, class Viewer = Anyone>
class OptionTable {
 public:
  using Row = Option<Config, Viewer>;

  OptionTable(std::string_view form_type, std::vector<Row> rows)
      : form_type_(form_type), rows_(std::move(rows)) {}

  const std::string& form_type() const { return form_type_; }
  const std::vector<Row>& rows() const { return rows_; }

  /// nullptr where there is no such option.
  const Row* find(std::string_view var) const {
    for (const Row& row : rows_) {
      if (row.var == var) return &row;
    }
    return nullptr;
  }

  /// The form with the config's values, of type form or result, without what the viewer does not
  /// see.
  Form render(FormType type, const Config& config, const Viewer& viewer = {}) const {
    Form form{.type = type, .form_type = form_type_};
    for (const Row& row : rows_) {
      if (row.visible_to(config, viewer)) form.fields.push_back(row.field(type, config, viewer));
    }
    return form;
  }

  /// The config with the submitted fields applied in the order of the table, all of them or none.
  /// Fields that are not in the table are ignored, fields that the viewer does not see as the row
  /// says; what is absent stays. Neither form type nor FORM_TYPE is looked at: fault_in_submit()
  /// does that.
  Result<Config, OptionRefusal> submit(const Form& form, Config config,
                                       const Viewer& viewer = {}) const {
    for (const Row& row : rows_) {
      const Field* field = form.find(row.var);
      if (field == nullptr || !row.set) continue;
      if (!row.visible_to(config, viewer)) {
        if (row.when_hidden == WhenHidden::ignored) continue;
        return OptionRefusal{row.var, row.var + " cannot be set here"};
      }
      if (auto fault = row.set(config, field->values)) {
        return OptionRefusal{row.var, row.var + " " + *fault};
      }
    }
    return config;
  }

  /// Sets one option by its name (a default from the configuration file).
  std::optional<OptionRefusal> assign(Config& config, std::string_view var,
                                      const Values& values) const {
    const Row* row = find(var);
    if (row == nullptr || !row->set) {
      return OptionRefusal{std::string(var), std::string(var) + " is no option"};
    }
    if (auto fault = row->set(config, values))
      return OptionRefusal{row->var, row->var + " " + *fault};
    return std::nullopt;
  }

  /// The first field of the form that does not equal the config's value; nullopt where all do.
  /// Values are compared, not spellings: `true` is `1`, several values are a set, `max` is what it
  /// stands for.
  std::optional<Mismatch> mismatch(const Form& form, const Config& config) const {
    for (const Field& field : form.fields) {
      const Row* row = find(field.var);
      if (row == nullptr || !row->set) return Mismatch{field.var, Mismatch::Reason::unknown_field};
      Config asked = config;
      if (row->set(asked, field.values)) return Mismatch{field.var, Mismatch::Reason::bad_value};
      if (!row->same(asked, config)) return Mismatch{field.var, Mismatch::Reason::differs};
    }
    return std::nullopt;
  }

  /// The options in which the two differ, in the order of the table. Pointers into this table.
  std::vector<const Row*> changed(const Config& before, const Config& after) const {
    std::vector<const Row*> rows;
    for (const Row& row : rows_) {
      if (!row.same(before, after)) rows.push_back(&row);
    }
    return rows;
  }

  /// Features that exist because of the options, each once.
  std::vector<std::string> features() const {
    std::vector<std::string> names;
    for (const Row& row : rows_) {
      bool seen = row.feature.empty();
      for (const std::string& name : names) seen = seen || name == row.feature;
      if (!seen) names.push_back(row.feature);
    }
    return names;
  }

 private:
  std::string form_type_;
  std::vector<Row> rows_;
};

}  // namespace stoa::forms
