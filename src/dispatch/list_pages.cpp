#include "dispatch/list_pages.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include <stoa/dispatch/settle.hpp>

namespace stoa::dispatch {
namespace {

struct Uid {
  std::size_t service = 0;
  std::string key;
};

std::string uid_text(std::size_t service, const std::string& key) {
  return std::to_string(service) + ":" + key;
}

std::optional<Uid> parse_uid(std::string_view text) {
  Uid uid;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, uid.service);
  if (error != std::errc{} || rest == end || *rest != ':') return std::nullopt;
  uid.key.assign(rest + 1, end);
  return uid;
}

/// Asks one service after the other; those that have no part in the page are asked for their count.
class Paging : public std::enable_shared_from_this<Paging> {
 public:
  Paging(ListQuery query, std::function<void(ListAnswer)> then)
      : query_(std::move(query)), then_(std::move(then)), counts_(query_.services.size()) {}

  void start() {
    const rsm::Request page = query_.page.value_or(rsm::Request{});
    left_ = page.page_size(query_.cap);
    backward_ = page.backward();
    index_ = page.index.value_or(0);
    const std::string anchor = page.after.value_or(page.before.value_or(""));
    if (!anchor.empty()) {
      uid_ = parse_uid(anchor);
      if (!uid_ || uid_->service >= query_.services.size()) {
        then_(rsm::unknown_uid());
        return;
      }
    }
    ask();
  }

 private:
  std::size_t current() const { return backward_ ? query_.services.size() - 1 - asked_ : asked_; }

  /// Whether this service lies on the wrong side of the UID that was given.
  bool beyond(std::size_t service) const {
    return uid_ && (backward_ ? service > uid_->service : service < uid_->service);
  }

  void ask() {
    if (asked_ == query_.services.size()) {
      finish();
      return;
    }
    const std::size_t service = current();
    ListRequest request;
    request.requester = query_.requester;
    request.commands = !query_.node.empty();
    if (!beyond(service)) {
      request.max = left_;
      const bool anchored = uid_ && service == uid_->service;
      if (backward_) {
        request.before = anchored ? uid_->key : std::string();
      } else if (anchored) {
        request.after = uid_->key;
      } else if (index_ > 0) {
        request.index = index_;
      }
    }
    query_.services[service]->list(
        std::move(request),
        [self = shared_from_this()](Found<ListPage> found) { self->found(std::move(found)); });
  }

  void found(Found<ListPage> result) {
    if (const auto* fault = std::get_if<ReadFault>(&result)) {
      then_(read_failed(*fault));
      return;
    }
    ListPage& page = std::get<ListPage>(result);
    if (!page.known) {
      then_(rsm::unknown_uid());
      return;
    }
    const std::size_t service = current();
    counts_[service] = page.count;
    left_ -= std::min(left_, page.entries.size());
    index_ -= std::min(index_, page.count);
    if (!page.entries.empty()) {
      if (backward_ || entries_.empty()) first_ = {service, page.first_index};
      std::vector<std::pair<std::string, disco::Item>> part;
      for (ListPage::Entry& entry : page.entries) {
        part.emplace_back(uid_text(service, entry.key), std::move(entry.item));
      }
      entries_.insert(backward_ ? entries_.begin() : entries_.end(),
                      std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    ++asked_;
    ask();
  }

  void finish() {
    disco::Items items;
    items.node = query_.node;
    std::uint64_t count = 0;
    for (const std::uint64_t part : counts_) count += part;
    if (query_.page || entries_.size() < count) {
      rsm::ResultSet set;
      set.count = count;
      if (!entries_.empty()) {
        set.first = entries_.front().first;
        set.last = entries_.back().first;
        set.first_index = first_.second;
        for (std::size_t i = 0; set.first_index && i < first_.first; ++i) {
          *set.first_index += counts_[i];
        }
      }
      items.set = std::move(set);
    }
    for (auto& [uid, item] : entries_) items.items.push_back(std::move(item));
    then_(std::move(items));
  }

  ListQuery query_;
  std::function<void(ListAnswer)> then_;
  std::vector<std::uint64_t> counts_;
  std::optional<Uid> uid_;
  std::size_t left_ = 0;
  std::uint64_t index_ = 0;  // entries to be skipped yet
  std::size_t asked_ = 0;
  bool backward_ = false;
  std::pair<std::size_t, std::optional<std::uint64_t>>
      first_{};  // service and position in its list
  std::vector<std::pair<std::string, disco::Item>> entries_;
};

}  // namespace

void list_pages(ListQuery query, std::function<void(ListAnswer)> then) {
  std::make_shared<Paging>(std::move(query), std::move(then))->start();
}

}  // namespace stoa::dispatch
