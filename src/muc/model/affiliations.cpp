#include <algorithm>

#include <stoa/muc/model/affiliations.hpp>

namespace stoa::muc {
namespace {

auto lower(const std::vector<Affiliate>& rows, std::string_view bare) {
  return std::lower_bound(
      rows.begin(), rows.end(), bare,
      [](const Affiliate& row, std::string_view jid) { return row.jid.str() < jid; });
}

}  // namespace

const Affiliate* Affiliations::find(std::string_view bare) const {
  const auto at = lower(rows_, bare);
  return at != rows_.end() && at->jid.str() == bare ? &*at : nullptr;
}

Affiliation Affiliations::of(std::string_view bare) const {
  const Affiliate* own = find(bare);
  if (own && own->affiliation != Affiliation::none) return own->affiliation;
  const std::size_t at = bare.find('@');
  if (at == std::string_view::npos) return Affiliation::none;
  const Affiliate* domain = find(bare.substr(at + 1));
  return domain ? domain->affiliation : Affiliation::none;
}

const Affiliate* Affiliations::reserving(std::string_view nick_key) const {
  if (nick_key.empty()) return nullptr;
  for (const Affiliate& row : rows_) {
    if (row.nick_key == nick_key) return &row;
  }
  return nullptr;
}

std::size_t Affiliations::count(Affiliation affiliation) const {
  return static_cast<std::size_t>(
      std::count_if(rows_.begin(), rows_.end(),
                    [&](const Affiliate& row) { return row.affiliation == affiliation; }));
}

void Affiliations::put(Affiliate row) {
  const auto at = lower(rows_, row.jid.str());
  const bool known = at != rows_.end() && at->jid == row.jid;
  if (row.blank()) {
    if (known) rows_.erase(at);
  } else if (known) {
    rows_[static_cast<std::size_t>(at - rows_.begin())] = std::move(row);
  } else {
    rows_.insert(at, std::move(row));
  }
}

void Affiliations::remove(std::string_view bare) {
  const auto at = lower(rows_, bare);
  if (at != rows_.end() && at->jid.str() == bare) rows_.erase(at);
}

std::size_t Affiliations::footprint() const {
  std::size_t bytes = rows_.capacity() * sizeof(Affiliate);
  for (const Affiliate& row : rows_) bytes += row.jid.str().capacity() + row.reason.size();
  return bytes;
}

}  // namespace stoa::muc
