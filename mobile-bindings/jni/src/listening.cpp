#include "listening.hpp"

#include <utility>

#include "handles.hpp"

namespace insieme::bindings {
namespace {

thread_local const Listening* innermost = nullptr;

void tell(Listening& to, const char* event, std::size_t length) {
  JNIEnv* env = to.env;
  const auto size = static_cast<jsize>(length);
  jbyteArray bytes = env->NewByteArray(size);
  if (bytes == nullptr) return;
  env->SetByteArrayRegion(bytes, 0, size, reinterpret_cast<const jbyte*>(event));
  jclass type = env->GetObjectClass(to.listener);
  jmethodID method = env->GetMethodID(type, "onBytes", "([B)V");
  if (method != nullptr) env->CallVoidMethod(to.listener, method, bytes);
  env->DeleteLocalRef(type);
  env->DeleteLocalRef(bytes);
}

}  // namespace

Listening::Listening(JNIEnv* environment, const Opened* opened, jobject to)
    : env(environment), of(opened), listener(environment->NewGlobalRef(to)) {
  static_cast<void>(environment->GetJavaVM(&machine));
}

Listening::~Listening() {
  // Whoever ends it may be another thread than the one that ran it last.
  void* here = nullptr;
  if (machine->GetEnv(&here, JNI_VERSION_1_8) != JNI_OK) return;
  auto* own = static_cast<JNIEnv*>(here);
  own->DeleteGlobalRef(listener);
  if (thrown != nullptr) own->DeleteGlobalRef(thrown);
}

void Listening::on_event(const char* event, std::size_t length, void* context) {
  auto& self = *static_cast<Listening*>(context);
  if (self.thrown != nullptr) return;
  self.outer = std::exchange(innermost, &self);
  tell(self, event, length);
  innermost = self.outer;
  if (jthrowable thrown = self.env->ExceptionOccurred(); thrown != nullptr) {
    self.env->ExceptionClear();
    self.thrown = static_cast<jthrowable>(self.env->NewGlobalRef(thrown));
    insieme_cancel(self.of->client);
  }
}

bool Listening::is_within(const Opened* opened) noexcept {
  for (const Listening* at = innermost; at != nullptr; at = at->outer) {
    if (at->of == opened) return true;
  }
  return false;
}

bool Listening::throw_on() {
  if (thrown == nullptr) return false;
  env->Throw(static_cast<jthrowable>(env->NewLocalRef(thrown)));
  return true;
}

}  // namespace insieme::bindings
