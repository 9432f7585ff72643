// insieme-trace [FILE…]: replays editing traces of the format of
// github.com/josephg/editing-traces, plain or gzip'd, and says whether the text comes out as
// recorded in every way. Without a file: the three public ones, where they are. Exit status 0, 1 if
// one does not come out or cannot be read, 4 if there is none to replay.
#include <exception>
#include <iostream>

#include "trace_replay.hpp"

namespace {

using namespace insieme::bench;

void tell(const Trace& trace) {
  const Replayed replayed = replay_trace(trace);
  std::cout << trace.name << ": equal (" << replayed.changes << " changes by " << replayed.people
            << ", " << replayed.messages << " messages, " << replayed.bytes << " bytes; "
            << trace.end.size() << " bytes of text)" << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) tell(read_trace(argv[i]));
    bool any = argc > 1;
    for (const char* name : {"automerge-paper", "rustcode", "friendsforever"}) {
      if (argc > 1) break;
      const auto trace = load_trace(name);
      if (trace) tell(*trace);
      any = any || trace.has_value();
    }
    if (any) return 0;
    std::cout << "skipped: no trace under $INSIEME_SHARED/data/traces\n";
    return 4;
  } catch (const std::exception& fault) {
    std::cerr << "insieme-trace: " << fault.what() << '\n';
    return 1;
  }
}
