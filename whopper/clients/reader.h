// A Reader is a query that is stepped row by row while other statements of its connection run in
// between. What it must answer is known when it starts; changes that its own connection then makes
// to the table leave open only what SQL leaves open: whether the rows concerned are seen as they
// were, as they are, or not at all. All others come exactly once, unchanged and in order.

#ifndef ORRERY_WHOPPER_CLIENTS_READER_H_
#define ORRERY_WHOPPER_CLIENTS_READER_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/oracles/model.h"
#include "whopper/clients/session.h"

namespace orrery::whopper {

class Reader {
 public:
  // `select` is a scan: TableWorkload::Scan().
  Reader(const sim::TableStatement& select, std::unique_ptr<Running> running)
      : select_(select), running_(std::move(running)) {}

  Running& running() { return *running_; }
  const sim::TableStatement& select() const { return select_; }
  // The connection was interrupted while this scan was under way: its next step may fail for that.
  void Interrupt() { interrupted_ = true; }
  bool interrupted() const { return interrupted_; }
  // A change on the connection failed or was given up under way; that may have taken the whole
  // transaction with it, and with it this scan.
  void OtherFailed() { other_failed_ = true; }
  bool other_failed() const { return other_failed_; }
  // It did: the connection's snapshot is another one now, so the scan cannot go on.
  void LostSnapshot() { lost_snapshot_ = true; }
  bool has_snapshot() const { return !lost_snapshot_ && !end_; }
  // How it has ended while another statement of its connection waited.
  void SetEnd(Outcome end) { end_ = std::move(end); }
  const std::optional<Outcome>& end() const { return end_; }

  bool started() const { return started_; }

  // The first answer has come: `tables` is what the query sees.
  void Start(const sim::Tables& tables);
  // The connection has changed its view to `tables`.
  void OnChange(const sim::Tables& tables);
  // "" when the row, or the end, is a right answer.
  std::string CheckRow(const sim::Row& row);
  std::string CheckEnd() const;

 private:
  void Note(const sim::Tables& tables);
  sim::Row Answer(const sim::ModelRow& row) const;

  const sim::TableStatement select_;
  std::unique_ptr<Running> running_;
  bool started_ = false;
  bool changed_ = false;
  bool interrupted_ = false;
  bool other_failed_ = false;
  bool lost_snapshot_ = false;
  std::optional<Outcome> end_;
  std::map<int64_t, sim::ModelRow> certain_;                // in every state so far, unchanged
  std::map<int64_t, std::vector<sim::ModelRow>> possible_;  // in any state so far
  std::set<int64_t> seen_;
  std::vector<int64_t> order_;
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_READER_H_
