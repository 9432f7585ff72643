/* The C interface from C: open, save, read, refuse, close. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "insieme/insieme.h"

static int failures = 0;

static void check(int condition, const char* what) {
  if (condition) return;
  ++failures;
  fprintf(stderr, "not so: %s\n", what);
}

static insieme_status_t call(insieme_client_t* client, const char* request, char** reply) {
  size_t length = 0;
  const insieme_status_t status =
      insieme_call(client, request, strlen(request), NULL, NULL, reply, &length);
  if (status == INSIEME_OK || status == INSIEME_REFUSED) {
    check(strlen(*reply) == length, "a reply's length is that of its text");
  }
  return status;
}

static void test_commands(insieme_client_t* client) {
  char* reply = NULL;
  check(call(client,
             "{\"command\":\"dossier.create\",\"request_id\":\"c-1\",\"type\":\"household\","
             "\"fields\":{\"name\":\"Famiglia Bassi\",\"commune\":\"Bibbiano\"}}",
             &reply) == INSIEME_OK,
        "[P1] a dossier is saved without network or account");
  insieme_free(reply);
  check(call(client, "{\"command\":\"search\",\"words\":\"bassi\"}", &reply) == INSIEME_OK &&
            strstr(reply, "Famiglia Bassi") != NULL,
        "what was saved is found");
  insieme_free(reply);
  check(call(client, "{\"command\":\"sync.run\"}", &reply) == INSIEME_REFUSED &&
            strstr(reply, "not_enrolled") != NULL,
        "a refusal is a status and a reply with words");
  insieme_free(reply);
  check(call(client, "not json", &reply) == INSIEME_REFUSED, "garbage is refused");
  insieme_free(reply);
}

/* The network of this test: the host performs nothing, and says so. */
static void test_steps(insieme_client_t* client) {
  insieme_need_t need = INSIEME_NEED_PAUSE;
  char* text = NULL;
  char* body = NULL;
  char* reply = NULL;
  size_t length = 0;
  const char status[] = "{\"command\":\"status\"}";
  check(insieme_begin(client, status, strlen(status), NULL, NULL, &need, &text, NULL, &body,
                      &length) == INSIEME_OK &&
            need == INSIEME_NEED_NOTHING && body == NULL,
        "a command without network is done when it is begun");
  insieme_free(text);
  const char enrol[] =
      "{\"command\":\"device.enrol\",\"invitation\":\"https://nowhere.invalid/#AAAA-BBBB-CCCC\"}";
  check(insieme_begin(client, enrol, strlen(enrol), NULL, NULL, &need, &text, NULL, &body,
                      &length) == INSIEME_OK &&
            need == INSIEME_NEED_POST && strstr(text, "https://nowhere.invalid/v1/enrol") != NULL &&
            body != NULL && strlen(body) == length,
        "a command that needs the network hands its request out");
  insieme_free(text);
  insieme_free(body);
  body = NULL;
  check(call(client, "{\"command\":\"search\",\"words\":\"bassi\"}", &reply) == INSIEME_OK,
        "[P1] work goes on while an answer is awaited");
  insieme_free(reply);
  check(call(client, enrol, &reply) == INSIEME_REFUSED && strstr(reply, "\"busy\"") != NULL,
        "a second exchange waits its turn");
  insieme_free(reply);
  const char answer[] = "{\"status\":0,\"failure\":\"no network\"}";
  check(insieme_resume(client, answer, strlen(answer), NULL, 0, &need, &text, NULL, &body,
                       &length) == INSIEME_REFUSED &&
            need == INSIEME_NEED_NOTHING && strstr(text, "unavailable") != NULL,
        "no answer is a refusal with words");
  insieme_free(text);
  check(insieme_resume(client, "garbage", 7, NULL, 0, &need, &text, NULL, NULL, NULL) ==
            INSIEME_REFUSED,
        "an answer to nothing is refused");
  insieme_free(text);
}

/* What the host keeps after a PIN was set opens nothing by itself; the PIN opens. */
static void test_pin(const char* folder, insieme_client_t* client) {
  char* reply = NULL;
  check(call(client, "{\"command\":\"pin.set\",\"pin\":\"407319\"}", &reply) == INSIEME_OK,
        "a PIN is set");
  const char* found = reply != NULL ? strstr(reply, "\"device_secret\":\"") : NULL;
  char secret[65] = "";
  if (found != NULL) memcpy(secret, found + strlen("\"device_secret\":\""), 64);
  insieme_free(reply);
  check(call(client, "{\"command\":\"pin.kept\"}", &reply) == INSIEME_OK, "and kept");
  insieme_free(reply);
  check(call(client, "{\"command\":\"lock\"}", &reply) == INSIEME_OK, "the store is locked");
  insieme_free(reply);
  insieme_cancel(client);
  check(call(client, "{\"command\":\"status\"}", &reply) == INSIEME_REFUSED &&
            strstr(reply, "\"locked\"") != NULL,
        "a locked store answers nothing else");
  insieme_free(reply);
  insieme_close(&client);
  check(client == NULL, "a closed handle is null");

  char options[512];
  snprintf(options, sizeof options, "{\"path\":\"%s/store.db\",\"key\":\"%s\"}", folder,
           secret);
  check(insieme_open(options, strlen(options), &client, &reply, NULL) == INSIEME_OK &&
            client != NULL && strstr(reply, "\"locked\":true") != NULL,
        "a store with a PIN begins locked");
  insieme_free(reply);
  check(call(client, "{\"command\":\"unlock\",\"pin\":\"407318\"}", &reply) == INSIEME_REFUSED,
        "a wrong PIN is refused");
  insieme_free(reply);
  check(call(client, "{\"command\":\"unlock\",\"pin\":\"407319\"}", &reply) == INSIEME_OK,
        "the right one opens");
  insieme_free(reply);
  check(call(client, "{\"command\":\"status\"}", &reply) == INSIEME_OK, "and all is there");
  insieme_free(reply);
  insieme_close(&client);
}

static void test_misuse(insieme_client_t* client) {
  char* reply = NULL;
  check(insieme_call(NULL, "{}", 2, NULL, NULL, &reply, NULL) == INSIEME_INVALID && reply == NULL,
        "a null handle is no crash");
  check(insieme_call(client, NULL, 0, NULL, NULL, &reply, NULL) == INSIEME_INVALID,
        "a null request is no crash");
  check(insieme_call(client, "{}", 2, NULL, NULL, NULL, NULL) == INSIEME_INVALID,
        "a null place for the reply is no crash");
  insieme_free(NULL);
  insieme_cancel(NULL);
  insieme_close(NULL);
}

int main(void) {
  char folder[] = "/tmp/insieme-c-XXXXXX";
  if (mkdtemp(folder) == NULL) return 1;
  char options[512];
  snprintf(options, sizeof options,
           "{\"path\":\"%s/store.db\",\"mode\":\"create\",\"key\":"
           "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"}",
           folder);
  insieme_client_t* client = NULL;
  char* reply = NULL;
  check(insieme_open(options, strlen(options), &client, &reply, NULL) == INSIEME_OK,
        "a store is created");
  if (client == NULL) {
    fprintf(stderr, "%s\n", reply != NULL ? reply : "no reply");
    return 1;
  }
  insieme_free(reply);
  test_commands(client);
  test_steps(client);
  test_misuse(client);
  test_pin(folder, client);
  client = NULL;
  insieme_close(&client);

  reply = NULL;
  check(insieme_open(options, strlen(options), &client, &reply, NULL) == INSIEME_REFUSED &&
            client == NULL && strstr(reply, "already_exists") != NULL,
        "creating over a store is refused");
  insieme_free(reply);
  check(strcmp(insieme_version(), "0.1.0") == 0, "the version is told");

  char clean[600];
  snprintf(clean, sizeof clean, "rm -rf '%s'", folder);
  if (system(clean) != 0) return 1;
  if (failures == 0) puts("the C interface behaves");
  return failures == 0 ? 0 : 1;
}
