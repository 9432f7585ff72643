#ifndef INSIEME_INSIEME_H
#define INSIEME_INSIEME_H
/*
 * Insieme's C interface: everything that a host needs of the client core.
 *
 * Conventions
 * - The heart is one call: a command as JSON in, its reply as JSON out (docs/commands.md).
 * - Texts are UTF-8 with a length and need no zero at their end. Replies do end with a zero, which
 *   their length does not count.
 * - Results come through out-parameters, which are set only as said. A reply belongs to the caller
 *   and goes back with insieme_free.
 * - No function throws, and none ends the process for anything that a caller can pass.
 * - A handle may be used from several threads: calls on it take turns. insieme_cancel and
 *   insieme_version do not wait.
 * - Callbacks run on the calling thread, within the call, and must not call the same handle, except
 *   insieme_cancel.
 * - Numbers of the enumeration never change; new ones may be added.
 */
#include <stddef.h>

#if defined(__GNUC__)
#define INSIEME_API __attribute__((visibility("default")))
#else
#define INSIEME_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One encrypted store, open, with its network. */
typedef struct insieme_client insieme_client_t;

typedef enum insieme_status {
  INSIEME_OK = 0,        /* done: the reply begins with {"ok":true */
  INSIEME_REFUSED = 1,   /* not done: the reply says why, in words, under "error" */
  INSIEME_INVALID = 2,   /* a null pointer or a closed handle; no reply */
  INSIEME_NO_MEMORY = 3, /* no reply */
  INSIEME_INTERNAL = 4   /* a fault of this library; no reply */
} insieme_status_t;

/* Progress of long work: one JSON object. The text is valid during the call only. */
typedef void (*insieme_event_fn)(const char* event, size_t event_length, void* context);

/*
 * Opens a store. Options, a JSON object: "path"; "key", 64 hexadecimal digits; "mode": "open",
 * "create", or "restore" with "backup"; "pin"; "ca_file", "public_key"; "certificate",
 * "certificate_key". Sets *client if INSIEME_OK, and *reply if INSIEME_OK or INSIEME_REFUSED;
 * reply_length may be null.
 *
 * With a PIN and no "pin" the store stays closed, the reply has "locked" true, and the commands
 * "unlock" and "recovery.answer" open it. After "pin.set" and "pin.remove" the host keeps
 * "device_secret" in place of "key", durably, and then calls "pin.kept"; until then the former key
 * opens. The command "lock" closes the store and forgets its key: an exchange that was begun is
 * over, and what was handed out of it is not resumed.
 */
INSIEME_API insieme_status_t insieme_open(const char* options, size_t options_length,
                                          insieme_client_t** client, char** reply,
                                          size_t* reply_length);

/*
 * Performs one command. Sets *reply if INSIEME_OK or INSIEME_REFUSED. on_event and reply_length may
 * be null.
 */
INSIEME_API insieme_status_t insieme_call(insieme_client_t* client, const char* request,
                                          size_t request_length, insieme_event_fn on_event,
                                          void* context, char** reply, size_t* reply_length);

/* What a command that was begun needs before its reply is there. */
typedef enum insieme_need {
  INSIEME_NEED_NOTHING = 0, /* the text is the reply */
  INSIEME_NEED_POST = 1,    /* the text says where to: {"url","headers":[[name,value],...],
                               "reply_bytes_max","connect_timeout_ms","total_timeout_ms","pin"} */
  INSIEME_NEED_PAUSE = 2    /* the text says how long: {"ms"} */
} insieme_need_t;

/*
 * A command in steps that never block, for a host whose network answers later (a browser, a
 * system's own HTTP client). Sets *need and *text, and *body for INSIEME_NEED_POST; the status is
 * that of insieme_call, and INSIEME_OK as long as something is needed. insieme_call may be used in
 * between, but a second command that needs the network is refused as busy. on_event is called
 * within this call and insieme_resume until the reply is there. *text and *body go back with
 * insieme_free; on_event, text_length, body and body_length may be null.
 */
INSIEME_API insieme_status_t insieme_begin(insieme_client_t* client, const char* request,
                                           size_t request_length, insieme_event_fn on_event,
                                           void* context, insieme_need_t* need, char** text,
                                           size_t* text_length, char** body, size_t* body_length);

/*
 * Goes on after what was needed. Of a post: {"status","content_type","retry_after_s","failure",
 * "handed_over"} and the body of the answer; status 0: no whole answer came, "failure" says why in
 * a sentence; "handed_over": the whole request left this device; or {"refused":"..."} if trying
 * again cannot help. Of a pause: {}. Sets what insieme_begin sets.
 */
INSIEME_API insieme_status_t insieme_resume(insieme_client_t* client, const char* answer,
                                            size_t answer_length, const void* answer_body,
                                            size_t answer_body_length, insieme_need_t* need,
                                            char** text, size_t* text_length, char** body,
                                            size_t* body_length);

/* Ends a synchronisation under way at its next step, from any thread. Null is allowed. */
INSIEME_API void insieme_cancel(insieme_client_t* client);

/* Gives a reply back. Null is allowed. */
INSIEME_API void insieme_free(char* reply);

/*
 * Closes a store after the call under way, and sets *client to null. Closing again, or null, does
 * nothing. No other thread may begin a call on the handle any more.
 */
INSIEME_API void insieme_close(insieme_client_t** client);

/* "0.1.0". Lives for ever. */
INSIEME_API const char* insieme_version(void);

#ifdef __cplusplus
}
#endif
#endif
