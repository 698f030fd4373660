// Writes a run as a trace: one JSON object a line, for tools/trace and for anything that reads
// JSON. The first line says what the trace is of:
//
//   {"format":"orrery-trace 1","command":"tools/bazel run //whopper -- --seed=7","build":"clang …"}
//
// A name stands before its first use, and again when it has changed:
//
//   {"world":0,"name":""}                                        "" is the run's own world
//   {"process":1,"world":0,"name":"process 1"}
//   {"fiber":2,"world":0,"process":1,"name":"client 2"}
//   {"file":3,"world":0,"path":"db0-wal"}                        "" when it has no name any more
//
// Every other line is an event:
//
//   n          its number, as in --until=N            ns      the simulated clock
//   step       of the world's scheduler               world   when it is not 0
//   fiber      that was running; none: the machine    kind    as below
//
//   kind             and with it
//   submit           op, what, process, file, offset, size   an operation is handed to the machine
//   apply            op, file, offset, size          a part of it takes effect
//   spoil            file, offset, size              the medium shows other bytes than were written
//   finish           op, code, size                  it ended: result code, bytes moved
//   resume, preempt, fiber-end     of                a fiber goes on, is switched away from, ends
//   wait             site?                           the fiber waits for I/O; the yield site before
//   forced-wait      site                            a wait that was not needed
//   lock             file, lock, mode, ok            mode: shared, exclusive, unlock, ask; lock:
//   its
//                                                    name, or OFFSET+SIZE
//   open             process, file, code             remove, rename: process, file
//   start, kill      process                         power-cut
//   resolve          file, size                      what a power cut has left
//   strike           fault
//   note             a, b                            from a workload: part of the event hash
//   statement        connection, asker, sql          asker: workload or oracle
//   statement-end    connection, statement, outcome  statement: the n of its beginning
//   log              connection?, text
//   failure          oracle, site, message           the last line, when the run failed
//
// Derived ones have the n of the event that shows them:
//
//   commit           file, frame                     a frame that ends a transaction is in the WAL
//   checkpoint       what: begin or end              from the lock that it holds
//   journal-end      file                            a rollback journal is gone or void
//
// What an event has changed in files stands in "changes": [[file, size, offset, "hex"], …]: the
// file's size afterwards, and the bytes that are other than before. Shared memory is compared at
// each lock, which enclose its changes. So whoever adds up all changes has every file's bytes at
// every event.

#ifndef ORRERY_SIM_BUNDLES_TRACE_WRITER_H_
#define ORRERY_SIM_BUNDLES_TRACE_WRITER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "sim/bundles/event_stream.h"
#include "sim/failure.h"

namespace orrery::sim {

class TraceWriter final : public EventSink {
 public:
  // Makes or empties the file. Errors are told on standard error, once.
  TraceWriter(const std::string& path, std::string_view command);
  ~TraceWriter() override;
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  void OnEvent(const StreamEvent& event) override;
  bool wants_bytes() const override { return true; }

  // Adds the last line to a trace whose writer may be gone.
  static void AppendFailure(const std::string& path, const Failure& failure, uint64_t event);

 private:
  using Id = std::pair<uint32_t, uint32_t>;  // world and number

  void NameAll(const StreamEvent& event);
  void NameProcess(const StreamEvent& event, uint32_t process);
  void NameFiber(const StreamEvent& event, const Fiber& fiber);
  void NameFile(const StreamEvent& event, uint32_t file);
  void Begin(const StreamEvent& event, std::string_view kind);
  void AddWorldEvent(const StreamEvent& event);
  void AddDerived(const StreamEvent& event);
  std::string LockName(const StreamEvent& event) const;
  void Flush();

  int descriptor_;
  std::string line_;
  std::set<Id> processes_;
  std::set<Id> fibers_;
  std::map<Id, std::string> paths_;
  std::map<uint64_t, std::string> sites_by_hash_;
};

// `text` in quotes, with what JSON wants escaped; bytes that are no UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_TRACE_WRITER_H_
