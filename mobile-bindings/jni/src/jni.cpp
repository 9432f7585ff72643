// The native half of insieme.client.Native. Texts cross as UTF-8 in byte arrays: JNI's own strings
// are in a modified UTF-8 that no other program reads.
#include <jni.h>

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "handles.hpp"
#include "insieme/insieme.h"
#include "listening.hpp"

namespace json = boost::json;
using insieme::bindings::Handles;
using insieme::bindings::Listening;
using insieme::bindings::Opened;

namespace {

constexpr jint kRefused = -1;
/// For whoever goes on with an exchange after another one began.
constexpr std::string_view kOver =
    R"({"ok":false,"error":{"code":"cancelled",)"
    R"("message_it":"Questo scambio è finito: l'archivio è stato chiuso nel frattempo.",)"
    R"("message_en":"This exchange is over: the store was locked meanwhile."}})";

Handles& handles() {
  static Handles all;
  return all;
}

/// The first exception stays; nothing may be called with one pending but what releases.
void throw_new(JNIEnv* env, const char* type, const char* words) {
  if (env->ExceptionCheck() != JNI_FALSE) return;
  if (jclass found = env->FindClass(type); found != nullptr) env->ThrowNew(found, words);
}

void throw_closed(JNIEnv* env) {
  throw_new(env, "java/lang/IllegalStateException", "this store is closed");
}

/// For all but INSIEME_OK and INSIEME_REFUSED.
void throw_fault(JNIEnv* env, insieme_status_t status) {
  if (status == INSIEME_NO_MEMORY) {
    throw_new(env, "java/lang/OutOfMemoryError", "Insieme: no memory");
  } else {
    throw_new(env, "java/lang/InternalError", "a fault of Insieme: what was saved is safe");
  }
}

std::string bytes_of(JNIEnv* env, jbyteArray array) {
  if (array == nullptr) return {};
  std::string bytes(static_cast<std::size_t>(env->GetArrayLength(array)), '\0');
  env->GetByteArrayRegion(array, 0, static_cast<jsize>(bytes.size()),
                          reinterpret_cast<jbyte*>(bytes.data()));
  return bytes;
}

jbyteArray array_of(JNIEnv* env, std::string_view bytes) {
  const auto size = static_cast<jsize>(bytes.size());
  jbyteArray array = env->NewByteArray(size);
  if (array != nullptr) {
    env->SetByteArrayRegion(array, 0, size, reinterpret_cast<const jbyte*>(bytes.data()));
  }
  return array;
}

void set_at(JNIEnv* env, jobjectArray array, jsize at, jobject value) {
  if (env->ExceptionCheck() == JNI_FALSE) env->SetObjectArrayElement(array, at, value);
}

/// A text of the library, given back at the end.
class Text {
 public:
  Text() = default;
  ~Text() { insieme_free(text_); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  char** text() { return &text_; }
  std::size_t* length() { return &length_; }
  [[nodiscard]] std::string_view view() const {
    return text_ == nullptr ? std::string_view() : std::string_view(text_, length_);
  }

 private:
  char* text_ = nullptr;
  std::size_t length_ = 0;
};

std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

jlong number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? 0 : value->to_number<jlong>();
}

json::object parsed(std::string_view text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

jlongArray numbers_of(JNIEnv* env, const std::vector<jlong>& numbers) {
  const auto size = static_cast<jsize>(numbers.size());
  jlongArray array = env->NewLongArray(size);
  if (array != nullptr) env->SetLongArrayRegion(array, 0, size, numbers.data());
  return array;
}

jobjectArray texts_of(JNIEnv* env, const std::vector<std::string_view>& texts) {
  jclass type = env->FindClass("[B");
  if (type == nullptr) return nullptr;
  jobjectArray array = env->NewObjectArray(static_cast<jsize>(texts.size()), type, nullptr);
  for (std::size_t i = 0; array != nullptr && i < texts.size(); ++i) {
    jbyteArray one = array_of(env, texts[i]);
    set_at(env, array, static_cast<jsize>(i), one);
    env->DeleteLocalRef(one);
  }
  return array;
}

// Places in what a step gives out, as Native.java has them.
constexpr jsize kText = 0;
constexpr jsize kBody = 1;
/// URL, pin, then names and values of headers in turn.
constexpr jsize kTexts = 2;
/// Of a post: bytes of the reply, milliseconds to connect, and in all; of a pause: milliseconds.
constexpr jsize kNumbers = 3;
/// The exchange that a step belongs to, alone in an array.
constexpr jsize kExchange = 4;

void give_out(JNIEnv* env, jobjectArray out, jlong exchange, insieme_need_t need,
              std::string_view text, std::string_view body) {
  set_at(env, out, kText, array_of(env, text));
  if (need == INSIEME_NEED_NOTHING || env->ExceptionCheck() != JNI_FALSE) return;
  set_at(env, out, kExchange, numbers_of(env, {exchange}));
  const json::object said = parsed(text);
  if (need == INSIEME_NEED_PAUSE) {
    return set_at(env, out, kNumbers, numbers_of(env, {number_at(said, "ms")}));
  }
  std::vector<std::string_view> texts{text_at(said, "url"), text_at(said, "pin")};
  for (const json::value& header : said.at("headers").as_array()) {
    texts.emplace_back(header.as_array().at(0).as_string());
    texts.emplace_back(header.as_array().at(1).as_string());
  }
  set_at(env, out, kBody, array_of(env, body));
  set_at(env, out, kTexts, texts_of(env, texts));
  set_at(env, out, kNumbers,
         numbers_of(env, {number_at(said, "reply_bytes_max"),
                          number_at(said, "connect_timeout_ms"),
                          number_at(said, "total_timeout_ms")}));
}

/// An exchange that nobody goes on with ends: the store would be busy for ever. What it says is for
/// nobody.
void abandon(insieme_client_t* client) {
  constexpr std::string_view kNever = R"({"refused":"cancelled\nannullata"})";
  constexpr int kStepsMax = 1000;
  insieme_need_t need = INSIEME_NEED_POST;
  for (int step = 0; need != INSIEME_NEED_NOTHING && step < kStepsMax; ++step) {
    Text text;
    const auto status = insieme_resume(client, kNever.data(), kNever.size(), nullptr, 0, &need,
                                       text.text(), text.length(), nullptr, nullptr);
    if (status != INSIEME_OK) return;
  }
}

/// What a step of the library gave, to Java: what is needed next, or kRefused.
jint step_out(JNIEnv* env, Opened& opened, std::unique_ptr<Listening> listening,
              insieme_status_t status, insieme_need_t need, const Text& text, const Text& body,
              jobjectArray out) {
  const bool goes_on = status == INSIEME_OK && need != INSIEME_NEED_NOTHING;
  if (listening && listening->thrown != nullptr) {
    if (goes_on) abandon(opened.client);
    static_cast<void>(listening->throw_on());
    return 0;
  }
  if (status != INSIEME_OK && status != INSIEME_REFUSED) {
    throw_fault(env, status);
    return 0;
  }
  if (goes_on) opened.listening = std::move(listening);
  give_out(env, out, opened.exchange, need, text.view(), body.view());
  return status == INSIEME_REFUSED ? kRefused : static_cast<jint>(need);
}

/// False, with an exception pending: closed, or called by its own listener.
bool may_call(JNIEnv* env, const Handles::Use& use) {
  if (!use) {
    throw_closed(env);
    return false;
  }
  if (Listening::is_within(use.operator->())) {
    throw_new(env, "java/lang/IllegalStateException",
              "a listener may not call the store that it listens to, but for cancel");
    return false;
  }
  return true;
}

/// Nothing that C++ throws crosses into Java.
template <class Body>
auto guarded(JNIEnv* env, Body&& body) noexcept -> decltype(body()) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    throw_fault(env, INSIEME_NO_MEMORY);
  } catch (...) {
    throw_fault(env, INSIEME_INTERNAL);
  }
  return decltype(body())();
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_insieme_client_Native_open(JNIEnv* env, jclass, jbyteArray options,
                                                        jobjectArray reply) {
  return guarded(env, [&]() -> jlong {
    const std::string text = bytes_of(env, options);
    insieme_client_t* client = nullptr;
    Text said;
    const auto status =
        insieme_open(text.data(), text.size(), &client, said.text(), said.length());
    if (status != INSIEME_OK && status != INSIEME_REFUSED) {
      throw_fault(env, status);
      return 0;
    }
    set_at(env, reply, 0, array_of(env, said.view()));
    if (client == nullptr) return 0;
    if (env->ExceptionCheck() != JNI_FALSE) {
      insieme_close(&client);
      return 0;
    }
    return handles().put(client);
  });
}

JNIEXPORT jboolean JNICALL Java_insieme_client_Native_call(JNIEnv* env, jclass, jlong number,
                                                           jbyteArray request, jobject listener,
                                                           jobjectArray reply) {
  return guarded(env, [&]() -> jboolean {
    const Handles::Use opened(handles(), number);
    if (!may_call(env, opened)) return JNI_FALSE;
    const std::string text = bytes_of(env, request);
    std::unique_ptr<Listening> listening;
    if (listener != nullptr) {
      listening = std::make_unique<Listening>(env, opened.operator->(), listener);
    }
    Text said;
    const auto status = insieme_call(opened->client, text.data(), text.size(),
                                     listening ? &Listening::on_event : nullptr, listening.get(),
                                     said.text(), said.length());
    if (listening && listening->throw_on()) return JNI_FALSE;
    if (status != INSIEME_OK && status != INSIEME_REFUSED) {
      throw_fault(env, status);
      return JNI_FALSE;
    }
    set_at(env, reply, 0, array_of(env, said.view()));
    return status == INSIEME_OK ? JNI_TRUE : JNI_FALSE;
  });
}

JNIEXPORT jint JNICALL Java_insieme_client_Native_begin(JNIEnv* env, jclass, jlong number,
                                                        jbyteArray request, jobject listener,
                                                        jobjectArray out) {
  return guarded(env, [&]() -> jint {
    const Handles::Use opened(handles(), number);
    if (!may_call(env, opened)) return 0;
    const std::string text = bytes_of(env, request);
    const std::lock_guard lock(opened->steps);
    std::unique_ptr<Listening> listening;
    if (listener != nullptr) {
      listening = std::make_unique<Listening>(env, opened.operator->(), listener);
    }
    insieme_need_t need = INSIEME_NEED_NOTHING;
    Text said;
    Text body;
    const auto status =
        insieme_begin(opened->client, text.data(), text.size(),
                      listening ? &Listening::on_event : nullptr, listening.get(), &need,
                      said.text(), said.length(), body.text(), body.length());
    // What was begun before is over: the library begins none beside another one.
    if (status == INSIEME_OK && need != INSIEME_NEED_NOTHING) ++opened->exchange;
    return step_out(env, *opened.operator->(), std::move(listening), status, need, said, body, out);
  });
}

JNIEXPORT jint JNICALL Java_insieme_client_Native_resume(JNIEnv* env, jclass, jlong number,
                                                         jlong exchange, jlongArray numbers,
                                                         jobjectArray texts, jbyteArray body,
                                                         jobjectArray out) {
  return guarded(env, [&]() -> jint {
    const Handles::Use opened(handles(), number);
    if (!may_call(env, opened)) return 0;
    jlong given[3] = {0, 0, 0};  // status, seconds to wait, whether all of it left
    env->GetLongArrayRegion(numbers, 0, 3, given);
    const auto text = [&](jsize at) {
      return bytes_of(env, static_cast<jbyteArray>(env->GetObjectArrayElement(texts, at)));
    };
    json::object answer{{"status", given[0]},          {"retry_after_s", given[1]},
                        {"handed_over", given[2] != 0}, {"content_type", text(0)},
                        {"failure", text(1)}};
    if (const std::string refused = text(2); !refused.empty()) answer = {{"refused", refused}};
    const std::string said = json::serialize(answer);
    const std::string content = bytes_of(env, body);
    const std::lock_guard lock(opened->steps);
    if (opened->exchange != exchange) {
      set_at(env, out, kText, array_of(env, kOver));
      return kRefused;
    }
    std::unique_ptr<Listening> listening = std::move(opened->listening);
    if (listening) listening->env = env;
    insieme_need_t need = INSIEME_NEED_NOTHING;
    Text next;
    Text next_body;
    const auto status = insieme_resume(opened->client, said.data(), said.size(), content.data(),
                                       content.size(), &need, next.text(), next.length(),
                                       next_body.text(), next_body.length());
    return step_out(env, *opened.operator->(), std::move(listening), status, need, next, next_body,
                    out);
  });
}

JNIEXPORT jobjectArray JNICALL Java_insieme_client_Native_why(JNIEnv* env, jclass,
                                                              jbyteArray reply) {
  return guarded(env, [&]() -> jobjectArray {
    const json::object said = parsed(bytes_of(env, reply));
    const json::value* error = said.if_contains("error");
    const json::object why = error != nullptr && error->is_object() ? error->get_object()
                                                                    : json::object();
    return texts_of(env,
                    {text_at(why, "code"), text_at(why, "message_it"), text_at(why, "message_en")});
  });
}

JNIEXPORT void JNICALL Java_insieme_client_Native_cancel(JNIEnv*, jclass, jlong number) {
  const Handles::Use opened(handles(), number);
  if (opened) insieme_cancel(opened->client);
}

JNIEXPORT void JNICALL Java_insieme_client_Native_close(JNIEnv* env, jclass, jlong number) {
  {
    const Handles::Use opened(handles(), number);
    if (opened && !may_call(env, opened)) return;
  }
  const auto opened = handles().take(number);
  if (!opened) return;
  if (opened->listening) opened->listening->env = env;
  opened->listening.reset();
  insieme_close(&opened->client);
}

JNIEXPORT jstring JNICALL Java_insieme_client_Native_version(JNIEnv* env, jclass) {
  return env->NewStringUTF(insieme_version());
}

}  // extern "C"
