// What requests and replies are made of. tests/server/openapi_test.cpp holds a real server to it.
#include <boost/json/parse.hpp>

#include <string_view>
#include <utility>

#include "api/openapi.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kComponents = R"json({
"schemas": {
  "Problem": {
    "type": "object", "required": ["type", "title", "status", "detail"],
    "additionalProperties": false,
    "properties": {
      "type": {"type": "string", "pattern": "^/problems/[a-z-]+$"},
      "title": {"type": "string", "minLength": 1, "maxLength": 100},
      "status": {"type": "integer", "minimum": 400, "maximum": 599},
      "detail": {"type": "string", "minLength": 1, "maxLength": 4096},
      "detail_it": {"type": "string", "minLength": 1, "maxLength": 4096},
      "space": {"$ref": "#/components/schemas/Id"},
      "device": {"$ref": "#/components/schemas/Id"},
      "order": {"$ref": "#/components/schemas/Id"},
      "order_kind": {"$ref": "#/components/schemas/OrderKind"},
      "order_reason": {"$ref": "#/components/schemas/OrderReason"},
      "ordered_ms": {"$ref": "#/components/schemas/Number64"},
      "order_signature": {"$ref": "#/components/schemas/Signature"},
      "token": {"$ref": "#/components/schemas/Key"},
      "error": {
        "enum": ["invalid_client", "invalid_request", "invalid_scope", "unsupported_grant_type"],
        "description": "Of the route for machines' tokens alone: RFC 6749, 5.2."}}},
  "Id": {
    "type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "description": "A UUID. In requests hyphens may be left out and digits be capitals."},
  "SentId": {"type": "string", "minLength": 32, "maxLength": 36},
  "Number64": {"type": "string", "pattern": "^[0-9]{1,20}$"},
  "Key": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
  "Signature": {"type": "string", "pattern": "^[0-9a-fA-F]{128}$"},
  "Pins": {
    "type": "string", "pattern": "^[0-9a-f]{64}(,[0-9a-f]{64}){0,3}$",
    "description": "SHA-256 of public keys: of the certificate in use, then of those to follow."},
  "Enrolment": {
    "type": "object", "required": ["invitation", "device_public_key", "device_name", "replica"],
    "properties": {
      "invitation": {"type": "string", "minLength": 1, "maxLength": 64},
      "device_public_key": {"$ref": "#/components/schemas/Key"},
      "device_name": {"type": "string", "minLength": 1, "maxLength": 100},
      "replica": {"$ref": "#/components/schemas/SentId"},
      "signature": {"$ref": "#/components/schemas/Signature"}}},
  "Welcome": {
    "type": "object",
    "required": ["device", "space", "space_name", "account", "display_name", "role", "may_review",
                 "server_public_key", "signature"],
    "properties": {
      "device": {"$ref": "#/components/schemas/Id"},
      "space": {"$ref": "#/components/schemas/Id"},
      "space_name": {"type": "string", "maxLength": 200},
      "account": {"type": "string", "maxLength": 64},
      "display_name": {"type": "string"},
      "role": {"type": "string"},
      "may_review": {"type": "boolean"},
      "pins": {"$ref": "#/components/schemas/Pins"},
      "server_public_key": {"$ref": "#/components/schemas/Key"},
      "signature": {"$ref": "#/components/schemas/Signature"}}},
  "SignInWays": {
    "type": "object", "required": ["ways"], "additionalProperties": false,
    "properties": {
      "ways": {
        "type": "array", "maxItems": 4, "description": "Empty: people are invited.",
        "items": {
          "type": "object", "required": ["way", "name"],
          "properties": {
            "way": {
              "type": "string",
              "description": "provider: with OpenID Connect; account: with a password here."},
            "name": {"type": "string", "description": "As people know it."}}}}}},
  "SignInRequest": {
    "type": "object", "required": ["challenge", "back_to"],
    "properties": {
      "challenge": {"$ref": "#/components/schemas/Key"},
      "back_to": {
        "type": "string", "maxLength": 120,
        "pattern": "^(app|http://(127\\.0\\.0\\.1|\\[::1\\]):[0-9]{1,5}/[0-9A-Za-z/]*)$",
        "description": "Where the browser ends: the app, or a program on the person's machine."}}},
  "SignInBegun": {
    "type": "object", "required": ["address", "expires_in_s"], "additionalProperties": false,
    "properties": {
      "address": {"type": "string", "description": "Of the provider, for the person's browser."},
      "expires_in_s": {"type": "integer", "minimum": 1}}},
  "AccountSignIn": {
    "type": "object", "required": ["challenge", "name", "password"],
    "properties": {
      "challenge": {"$ref": "#/components/schemas/Key"},
      "name": {"type": "string", "minLength": 1, "maxLength": 64},
      "password": {"type": "string", "minLength": 1, "maxLength": 512},
      "wants": {
        "type": "string", "maxLength": 40, "pattern": "^((password|totp|codes) ?)*$",
        "description": "What to change while signing in, separated by blanks."}}},
  "AccountProof": {
    "type": "object", "required": ["ticket", "verifier"],
    "description": "One of code, recovery_code, new_password; none: where the sign-in stands.",
    "properties": {
      "ticket": {"type": "string", "minLength": 1, "maxLength": 128},
      "verifier": {"type": "string", "minLength": 32, "maxLength": 128},
      "code": {"type": "string", "maxLength": 64, "description": "Six digits of an app."},
      "recovery_code": {"type": "string", "maxLength": 64},
      "new_password": {"type": "string", "description": "10 to 128 code points."}}},
  "AccountStep": {
    "type": "object", "required": ["next"], "additionalProperties": false,
    "properties": {
      "next": {"type": "string", "enum": ["code", "new_password", "totp", "ready"]},
      "ticket": {"type": "string", "description": "Of a sign-in that begins."},
      "expires_in_s": {"type": "integer", "minimum": 1},
      "totp_address": {"type": "string", "description": "otpauth://…, for an app of codes."},
      "totp_secret": {"type": "string", "description": "The same by hand, in base 32."},
      "recovery_codes": {
        "type": "array", "maxItems": 32, "items": {"type": "string"},
        "description": "Told once; the ones of before are gone."}}},
  "SignInTicket": {
    "type": "object", "required": ["ticket", "verifier"],
    "properties": {
      "ticket": {"type": "string", "minLength": 1, "maxLength": 128},
      "verifier": {"type": "string", "minLength": 32, "maxLength": 128}}},
  "SignInOutcome": {
    "type": "object", "required": ["state"], "additionalProperties": false,
    "properties": {
      "state": {"type": "string", "enum": ["pending", "ready"]},
      "invitation": {"type": "string", "minLength": 1, "maxLength": 64},
      "account": {"type": "string", "maxLength": 64},
      "expires_in_s": {"type": "integer", "minimum": 0}}},
  "ChallengeRequest": {
    "type": "object", "required": ["device"],
    "properties": {"device": {"$ref": "#/components/schemas/SentId"}}},
  "Challenge": {
    "type": "object", "required": ["nonce", "expires_in_s"], "additionalProperties": false,
    "properties": {
      "nonce": {"$ref": "#/components/schemas/Key"},
      "expires_in_s": {"type": "integer", "minimum": 1}}},
  "TokenRequest": {
    "type": "object", "required": ["device", "nonce", "signature"],
    "properties": {
      "device": {"$ref": "#/components/schemas/SentId"},
      "nonce": {"type": "string", "minLength": 1, "maxLength": 64},
      "signature": {"$ref": "#/components/schemas/Signature"},
      "app": {"type": "string", "minLength": 1, "maxLength": 64,
              "description": "Which program the device has; one that says so knows orders."},
      "ask": {"$ref": "#/components/schemas/Key"}}},
  "Token": {
    "type": "object", "required": ["token", "expires_in_s"], "additionalProperties": false,
    "properties": {
      "token": {"$ref": "#/components/schemas/Key"},
      "expires_in_s": {"type": "integer", "minimum": 1},
      "pins": {"$ref": "#/components/schemas/Pins"},
      "pins_signature": {"$ref": "#/components/schemas/Signature"},
      "protocol": {"type": "integer", "minimum": 1,
                   "description": "The newest that the server speaks; a device may speak less."},
      "schema_version": {"$ref": "#/components/schemas/RulesVersion"},
      "schema_digest": {"$ref": "#/components/schemas/RulesDigest"}}},
  "RulesVersion": {
    "type": "integer", "minimum": 1, "description": "Of the rules that the server evaluates."},
  "RulesDigest": {
    "type": "string", "pattern": "^[0-9a-f]{16}$",
    "description": "Of record types, lists, rules and reports: who has the same, has this."},
  "Access": {
    "type": "object", "required": ["dossier", "sections"], "additionalProperties": false,
    "properties": {
      "dossier": {"type": "string", "format": "uuid"},
      "sections": {
        "type": "array", "minItems": 1,
        "items": {
          "type": "object", "required": ["section", "may"], "additionalProperties": false,
          "properties": {
            "section": {"type": "string"},
            "may": {"type": "string", "enum": ["read", "write"]}}}}}},
  "Openings": {
    "type": "object", "required": ["openings"],
    "properties": {
      "openings": {
        "type": "array", "maxItems": 200,
        "items": {
          "type": "object", "required": ["dossier", "section", "at"],
          "properties": {
            "dossier": {"$ref": "#/components/schemas/SentId"},
            "section": {"type": "string", "minLength": 1, "maxLength": 64},
            "at": {"type": "string", "format": "date-time", "maxLength": 32},
            "purpose": {"type": "string", "maxLength": 64}}}}}},
  "OpeningsNoted": {
    "type": "object", "required": ["told", "new"], "additionalProperties": false,
    "properties": {
      "told": {"type": "integer", "minimum": 0, "maximum": 200},
      "new": {"type": "integer", "minimum": 0, "maximum": 200}}},
  "Waited": {
    "type": "object", "required": ["news", "seen"], "additionalProperties": false,
    "properties": {
      "news": {
        "type": "boolean",
        "description": "There may be something to fetch. False: ask again, with this seen."},
      "seen": {"$ref": "#/components/schemas/LogPlace"}}},
  "LogPlace": {
    "type": "string", "pattern": "^[0-9]{1,20}[.][0-9]{1,20}[.][0-9a-fA-F]{64}$",
    "description": "EPOCH.POSITION.HASH of the log, as in a reply of /v1/sync."},
  "FindingsPage": {
    "type": "object", "required": ["position", "more", "findings", "cut"],
    "additionalProperties": false,
    "properties": {
      "position": {"$ref": "#/components/schemas/Number64"},
      "more": {"type": "boolean"},
      "next": {"$ref": "#/components/schemas/FindingKey"},
      "findings": {
        "type": "array", "maxItems": 200,
        "items": {
          "type": "object", "required": ["key", "kind", "name", "evidence", "records"],
          "additionalProperties": false,
          "properties": {
            "key": {"$ref": "#/components/schemas/FindingKey"},
            "kind": {"type": "string", "description": "A code of finding_kinds, or nota_altrove."},
            "name": {"type": "string", "description": "Of the rule, comparison or agreement."},
            "evidence": {"type": "array", "items": {"type": "string"}},
            "records": {
              "type": "array", "minItems": 1,
              "items": {
                "type": "object", "required": ["id", "type", "dossier"],
                "additionalProperties": false,
                "properties": {
                  "id": {"$ref": "#/components/schemas/Id"},
                  "type": {"type": "string"},
                  "dossier": {"$ref": "#/components/schemas/Id"}}}},
            "body": {"type": "string", "description": "The other body, of nota_altrove."},
            "ask": {"type": "string", "description": "Whom to ask there."}}}},
      "cut": {
        "type": "array", "items": {"type": "string"},
        "description": "Comparisons of which only the first were looked at."}}},
  "FindingKey": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
  "BlobState": {
    "type": "object", "required": ["received", "size", "whole"], "additionalProperties": false,
    "properties": {
      "received": {
        "type": "integer", "minimum": 0, "description": "The offset of the next piece."},
      "size": {"type": "integer", "minimum": 1, "description": "Of all sealed bytes."},
      "whole": {"type": "boolean", "description": "All are here and are what was named."}}},
  "DigestPage": {
    "type": "object", "required": ["position", "more", "documents"], "additionalProperties": false,
    "properties": {
      "position": {"$ref": "#/components/schemas/Number64"},
      "more": {"type": "boolean"},
      "next": {"type": "string"},
      "documents": {
        "type": "array", "maxItems": 2000,
        "items": {
          "type": "object", "required": ["document", "count", "history"],
          "additionalProperties": false,
          "properties": {
            "document": {"type": "string", "description": "DOSSIER/SECTION"},
            "count": {"type": "integer", "minimum": 0},
            "history": {"type": "string", "pattern": "^[0-9a-f]+$"}}}}}},
  "DevicePolicy": {
    "type": "object", "required": ["space", "pin_required", "recovery_key", "signature"],
    "properties": {
      "space": {"$ref": "#/components/schemas/Id"},
      "pin_required": {"type": "boolean"},
      "recovery_key": {"type": "string", "pattern": "^([0-9a-f]{64})?$"},
      "signature": {"$ref": "#/components/schemas/Signature"}}},
  "Status": {
    "type": "object", "required": ["type", "title", "status", "version", "protocol",
                                  "schema_version", "schema_digest"],
    "properties": {
      "type": {"const": "about:blank"},
      "title": {"const": "OK"},
      "status": {"const": 200},
      "version": {"type": "string"},
      "schema_version": {"$ref": "#/components/schemas/RulesVersion"},
      "schema_digest": {"$ref": "#/components/schemas/RulesDigest"},
      "protocol": {"type": "integer", "minimum": 1}}},
  "Ready": {
    "type": "object", "required": ["status", "space", "position", "epoch"],
    "properties": {
      "status": {"const": "ready"},
      "space": {"$ref": "#/components/schemas/Id"},
      "position": {"$ref": "#/components/schemas/Number64"},
      "epoch": {"$ref": "#/components/schemas/Number64"}}},
  "Flows": {
    "type": "object", "required": ["elenco_flussi"], "additionalProperties": false,
    "properties": {
      "elenco_flussi": {
        "type": "array", "maxItems": 100,
        "items": {
          "type": "object", "additionalProperties": false,
          "required": ["codice_ente", "id_flusso", "tipo", "ts_flusso", "flusso"],
          "properties": {
            "codice_ente": {"type": "string", "pattern": "^[A-Z][0-9]{3}$"},
            "denominazione_ente": {"type": "string", "maxLength": 256},
            "id_flusso": {
              "type": "string", "maxLength": 64,
              "pattern": "^[A-Z][0-9]{3}\\.(PS|SINBA)\\.[0-9]{8}\\.[0-9]{7,8}$"},
            "tipo": {"enum": ["PS_PSA_SINA", "SINBA"]},
            "ts_flusso": {
              "type": "string", "format": "date-time",
              "description": "Later than that of every flow before it."},
            "flusso": {"type": "string", "contentEncoding": "base64", "maxLength": 10000000}}}}}},
  "Outcomes": {
    "type": "object", "required": ["elenco_esiti"],
    "properties": {
      "elenco_esiti": {
        "type": "array", "maxItems": 100,
        "items": {
          "type": "object",
          "required": ["id_flusso", "tipo", "ts_flusso", "ts_acquisizione", "codice_esito"],
          "properties": {
            "id_flusso": {"type": "string", "minLength": 1, "maxLength": 64},
            "tipo": {"enum": ["PS_PSA_SINA", "SINBA"]},
            "ts_flusso": {"type": "string", "format": "date-time"},
            "ts_acquisizione": {"type": "string", "format": "date-time"},
            "codice_esito": {
              "enum": ["OK", "DATI_NON_TROVATI", "RICHIESTA_INVALIDA", "ERRORE_GENERICO"]},
            "descrizione_esito": {"type": "string", "maxLength": 4096},
            "id_acquisizione_siuss": {"type": "string", "maxLength": 4096}}}}}},
  "Nothing": {"type": "object"},
  "Done": {
    "type": "object", "required": ["done"], "additionalProperties": false,
    "properties": {"done": {"const": true}}},
  "Health": {
    "type": "object", "required": ["type", "title", "status", "detail"],
    "additionalProperties": false,
    "properties": {
      "type": {"const": "about:blank"},
      "title": {"const": "OK"},
      "status": {"const": 200},
      "detail": {"type": "string"}}},
  "Text": {"type": "string"},
  "Document": {"type": "object", "required": ["openapi", "info", "paths", "components"]}
},
"parameters": {
  "order": {
    "name": "order", "in": "query", "required": true,
    "schema": {"type": "string", "format": "uuid"}},
  "parcel": {
    "name": "parcel", "in": "query", "required": true,
    "schema": {"enum": ["letter", "drafts", "rest", "file"]}},
  "state": {
    "name": "state", "in": "query", "required": true,
    "description": "Of the sign-in that comes back.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128}},
  "code": {
    "name": "code", "in": "query", "required": false,
    "schema": {"type": "string", "maxLength": 4096}},
  "error": {
    "name": "error", "in": "query", "required": false,
    "schema": {"type": "string"}},
  "iss": {
    "name": "iss", "in": "query", "required": false,
    "description": "The provider (RFC 9207).",
    "schema": {"type": "string"}},
  "dossier": {
    "name": "dossier", "in": "query", "required": true,
    "schema": {"type": "string", "format": "uuid"}},
  "blob": {
    "name": "blob", "in": "query", "required": true,
    "description": "The name of the sealed bytes.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
  "offset": {
    "name": "offset", "in": "query", "required": false,
    "description": "Of the piece in the sealed bytes.",
    "schema": {"type": "integer", "minimum": 0, "default": 0}},
  "length": {
    "name": "length", "in": "query", "required": false,
    "description": "At most so many bytes.",
    "schema": {"type": "integer", "minimum": 1, "maximum": 1048576, "default": 1048576}},
  "range": {
    "name": "Range", "in": "header", "required": false,
    "description": "One range of bytes; what is longer than a MiB is answered up to there.",
    "schema": {"type": "string"}},
  "after": {
    "name": "after", "in": "query", "required": false,
    "description": "Those that come after this document, DOSSIER/SECTION.",
    "schema": {"type": "string", "maxLength": 200}},
  "seen": {
    "name": "seen", "in": "query", "required": true,
    "description": "Up to where the caller knows all: its cursor, or what an earlier wait gave.",
    "schema": {"$ref": "#/components/schemas/LogPlace"}},
  "limit": {
    "name": "limit", "in": "query", "required": false,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2000, "default": 500}},
  "after-finding": {
    "name": "after", "in": "query", "required": false,
    "description": "Those that come after this one.",
    "schema": {"$ref": "#/components/schemas/FindingKey"}},
  "limit-findings": {
    "name": "limit", "in": "query", "required": false,
    "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 100}},
  "since": {
    "name": "since", "in": "query", "required": true,
    "description": "Milliseconds since 1970 of the last flow that the caller has; first 0.",
    "schema": {"type": "integer", "format": "int64", "minimum": 0}},
  "limit-flows": {
    "name": "limit", "in": "query", "required": false,
    "description": "At most so many. A page may hold fewer; the last one is empty.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 100, "default": 10}},
  "max-entries": {
    "name": "max_entries", "in": "query", "required": false, "deprecated": true,
    "description": "Another name of limit, in examples of INPS.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 100}}
},
"headers": {
  "X-Request-Id": {
    "description": "The client's, if it is 1 to 64 of A-Z a-z 0-9 - _ . and else drawn here.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"}},
  "Allow": {
    "description": "The methods of this path.",
    "schema": {"type": "string"}},
  "Content-Range": {"schema": {"type": "string"}},
  "WWW-Authenticate": {"schema": {"type": "string"}},
  "Retry-After": {
    "description": "Seconds.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 3600}},
  "X-RateLimit-Limit": {
    "description": "Requests in a minute.",
    "schema": {"type": "integer", "minimum": 1}},
  "X-RateLimit-Remaining": {
    "description": "Of them, how many would be answered now.",
    "schema": {"type": "integer", "minimum": 0}},
  "X-RateLimit-Reset": {
    "description": "Seconds until all of them would be.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 3600}}
},
"securitySchemes": {
  "device": {
    "type": "http", "scheme": "bearer",
    "description": "Of /v1/token; opaque, valid for minutes."},
  "pdnd": {
    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
    "description": "A voucher (RS256, ES256 or EdDSA) of the authority that the server was told."},
  "machine": {
    "type": "oauth2",
    "description": "Machines that an operator let in (private_key_jwt); report:CODE: one of them.",
    "flows": {"clientCredentials": {
      "tokenUrl": "/v1/machines/token",
      "scopes": {
        "flows": "Fetches flows for SIUSS",
        "metrics": "Reads the server's counters",
        "reports": "Has reports computed over all dossiers"}}}}
}
})json";

}  // namespace

boost::json::value openapi_components() {
  boost::json::value components = boost::json::parse(kComponents);
  boost::json::object& schemas = components.at("schemas").as_object();
  for (auto& [name, schema] : openapi_office_schemas()) schemas.emplace(name, std::move(schema));
  return components;
}

}  // namespace insieme::server
