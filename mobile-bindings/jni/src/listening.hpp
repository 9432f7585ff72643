#pragma once
// A Java listener of one call, or of one exchange in steps.

#include <jni.h>

#include <cstddef>

#include "insieme/insieme.h"

namespace insieme::bindings {

struct Opened;

/// Lives as long as events may come. What the listener throws ends the command at its next step,
/// and is thrown on once the command is back.
struct Listening {
  Listening(JNIEnv* env, const Opened* of, jobject listener);
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  /// As insieme_event_fn; `context` is a Listening.
  static void on_event(const char* event, std::size_t length, void* context);
  /// Whether this thread is within a listener of that store, which holds it.
  [[nodiscard]] static bool is_within(const Opened* opened) noexcept;
  /// Throws what the listener threw. Whether it did.
  [[nodiscard]] bool throw_on();

  JavaVM* machine = nullptr;
  JNIEnv* env;  ///< of the thread that runs the command now
  const Opened* of;
  jobject listener = nullptr;    ///< a global reference
  jthrowable thrown = nullptr;   ///< a global reference
  const Listening* outer = nullptr;  ///< within whose listener this one is being told
};

}  // namespace insieme::bindings
