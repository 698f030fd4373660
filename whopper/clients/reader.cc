#include "whopper/clients/reader.h"

#include <algorithm>

namespace orrery::whopper {

void Reader::Start(const sim::Tables& tables) {
  started_ = true;
  if (const sim::ModelTable* table = tables.Find(select_.table)) {
    for (const sim::ModelRow& row : table->rows) {
      if (sim::Holds(select_.where, row)) certain_.emplace(row.id, row);
    }
  }
  Note(tables);
}

void Reader::OnChange(const sim::Tables& tables) {
  if (!started_) return;
  const sim::ModelTable* table = tables.Find(select_.table);
  std::map<int64_t, sim::ModelRow> now;
  if (table != nullptr) {
    for (const sim::ModelRow& row : table->rows) now.emplace(row.id, row);
  }
  const size_t before = certain_.size();
  std::erase_if(certain_, [&](const auto& entry) {
    const auto found = now.find(entry.first);
    return found == now.end() || !(found->second == entry.second);
  });
  changed_ = changed_ || certain_.size() != before;
  Note(tables);
}

void Reader::Note(const sim::Tables& tables) {
  const sim::ModelTable* table = tables.Find(select_.table);
  if (table == nullptr) return;
  for (const sim::ModelRow& row : table->rows) {
    if (!sim::Holds(select_.where, row)) continue;
    std::vector<sim::ModelRow>& forms = possible_[row.id];
    if (std::find(forms.begin(), forms.end(), row) == forms.end()) forms.push_back(row);
  }
}

sim::Row Reader::Answer(const sim::ModelRow& row) const {
  sim::Row answer = sim::ToRow(row);
  if (select_.projection == sim::Projection::kIdsAndSizes) {
    answer[1] = row.b.type == ValueType::kNull ? Value::Null() : Value::Integer(row.b.size);
    answer.pop_back();
  }
  return answer;
}

std::string Reader::CheckRow(const sim::Row& row) {
  if (lost_snapshot_) return "a row of a transaction that was rolled back";
  if (row.empty() || !row[0].is_integer()) return "a row without an id: " + sim::ToString(row);
  const int64_t id = row[0].integer();
  const auto forms = possible_.find(id);
  const bool known =
      forms != possible_.end() &&
      std::any_of(forms->second.begin(), forms->second.end(), [&](const sim::ModelRow& form) {
        const sim::Row answer = Answer(form);
        return std::equal(row.begin(), row.end(), answer.begin(), answer.end(), Identical);
      });
  if (!known) {
    return "row " + sim::ToString(row) +
           (forms == possible_.end()
                ? " was never there"
                : " should be " + sim::ToString(Answer(forms->second.front())));
  }
  // Ids only rise, or only fall: a table is walked once, whatever changes under way.
  const bool descending = select_.order == sim::Order::kIdDescending;
  if (!order_.empty() && (descending ? id >= order_.back() : id <= order_.back())) {
    return "row " + sim::ToString(row) + " comes after row " + std::to_string(order_.back());
  }
  order_.push_back(id);
  seen_.insert(id);
  return "";
}

std::string Reader::CheckEnd() const {
  if (lost_snapshot_) return "it ends well though its transaction was rolled back";
  for (const auto& [id, row] : certain_) {
    if (seen_.count(id) == 0) {
      return "row " + sim::ToString(sim::ToRow(row)) + " is missing (" +
             std::to_string(seen_.size()) + " rows came)";
    }
  }
  return "";
}

}  // namespace orrery::whopper
