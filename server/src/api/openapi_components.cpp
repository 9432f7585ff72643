// What requests and replies are made of. tests/server/openapi_test.cpp holds a real server to it.
#include <boost/json/parse.hpp>

#include <string_view>

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
      "token": {"$ref": "#/components/schemas/Key"}}},
  "OrderKind": {"enum": ["none", "lock", "wipe"]},
  "OrderReason": {"type": "string", "maxLength": 200},
  "OrderQuestion": {
    "type": "object", "required": ["device", "ask"],
    "properties": {
      "device": {"$ref": "#/components/schemas/SentId"},
      "ask": {"$ref": "#/components/schemas/Key"}}},
  "DeviceOrder": {
    "type": "object", "additionalProperties": false,
    "required": ["space", "device", "order", "order_kind", "order_reason", "ordered_ms",
                 "order_signature"],
    "properties": {
      "space": {"$ref": "#/components/schemas/Id"},
      "device": {"$ref": "#/components/schemas/Id"},
      "order": {"$ref": "#/components/schemas/Id"},
      "order_kind": {"$ref": "#/components/schemas/OrderKind"},
      "order_reason": {"$ref": "#/components/schemas/OrderReason"},
      "ordered_ms": {"$ref": "#/components/schemas/Number64"},
      "order_signature": {"$ref": "#/components/schemas/Signature"}}},
  "ParcelKept": {
    "type": "object", "required": ["name", "fate"], "additionalProperties": false,
    "properties": {
      "name": {"$ref": "#/components/schemas/Key"},
      "fate": {"enum": ["", "taken", "waits", "refused", "superseded"]}}},
  "EscrowEnd": {
    "type": "object", "required": ["order", "parcels"],
    "properties": {
      "order": {"$ref": "#/components/schemas/SentId"},
      "parcels": {"type": "array", "maxItems": 4096,
                  "items": {"$ref": "#/components/schemas/Key"}}}},
  "EscrowReceipt": {
    "type": "object", "required": ["order", "parcels", "sum", "report", "signature"],
    "additionalProperties": false,
    "properties": {
      "order": {"$ref": "#/components/schemas/Id"},
      "parcels": {"type": "integer", "minimum": 0},
      "sum": {"$ref": "#/components/schemas/Key"},
      "report": {"$ref": "#/components/schemas/Key"},
      "signature": {"$ref": "#/components/schemas/Signature"}}},
  "Destroyed": {
    "type": "object", "required": ["device", "order", "report"],
    "properties": {
      "device": {"$ref": "#/components/schemas/SentId"},
      "order": {"$ref": "#/components/schemas/SentId"},
      "report": {"$ref": "#/components/schemas/Key"}}},
      "error": {
        "enum": ["invalid_client", "invalid_request", "invalid_scope", "unsupported_grant_type"],
        "description": "Of the route for machines' tokens alone: RFC 6749, 5.2."}}},
  "MachineAssertion": {
    "type": "object",
    "required": ["grant_type", "client_assertion_type", "client_assertion"],
    "properties": {
      "grant_type": {"const": "client_credentials"},
      "client_assertion_type": {
        "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
      "client_assertion": {
        "type": "string", "minLength": 1, "maxLength": 6144,
        "description": "A JWT: iss, sub: the machine; aud: this server; exp: minutes; jti: once."},
      "client_id": {"type": "string", "pattern": "^[a-z0-9._-]{1,64}$"},
      "scope": {"type": "string", "description": "Fewer than the machine has."}}},
  "MachineToken": {
    "type": "object", "required": ["access_token", "token_type", "expires_in", "scope"],
    "additionalProperties": false,
    "properties": {
      "access_token": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
      "token_type": {"const": "Bearer"},
      "expires_in": {"type": "integer", "minimum": 1, "maximum": 3600},
      "scope": {"type": "string"}}},
  "MachineMetadata": {
    "type": "object",
    "required": ["issuer", "token_endpoint", "grant_types_supported", "response_types_supported",
                 "token_endpoint_auth_methods_supported", "scopes_supported"],
    "properties": {
      "issuer": {"type": "string"},
      "token_endpoint": {"type": "string"},
      "scopes_supported": {"type": "array", "items": {"type": "string"}}}},
  "ReportList": {
    "type": "object", "required": ["reports"], "additionalProperties": false,
    "properties": {
      "reports": {
        "type": "array",
        "items": {
          "type": "object", "required": ["code", "name", "label", "label_it", "needs"],
          "properties": {
            "code": {"type": "string"}, "name": {"type": "string"},
            "label": {"type": "string"}, "label_it": {"type": "string"},
            "needs": {"type": "array", "items": {"type": "string"}}}}}}},
  "ReportRequest": {
    "type": "object", "required": ["report"], "additionalProperties": false,
    "properties": {
      "report": {"type": "string", "description": "Code or name."},
      "with": {
        "type": "object", "maxProperties": 32,
        "additionalProperties": {"type": "string", "maxLength": 200},
        "description": "from, to, territory, fund, and the report's own."},
      "language": {"enum": ["it", "en"]}}},
  "ReportPage": {
    "type": "object",
    "required": ["report", "code", "title", "language", "parameters", "tables", "checks", "holds"],
    "properties": {
      "report": {"type": "string"}, "code": {"type": "string"}, "title": {"type": "string"},
      "language": {"enum": ["it", "en"]}, "holds": {"type": "boolean"},
      "parameters": {"type": "array"}, "tables": {"type": "array"}, "checks": {"type": "array"}}},
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
    "type": "object", "required": ["status", "version", "protocol", "space", "position", "epoch",
                                  "schema_version", "schema_digest"],
    "properties": {
      "status": {"const": "ok"},
      "version": {"type": "string"},
      "schema_version": {"$ref": "#/components/schemas/RulesVersion"},
      "schema_digest": {"$ref": "#/components/schemas/RulesDigest"},
      "protocol": {"type": "integer", "minimum": 1},
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
  "GlassId": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
  "GlassName": {
    "type": "object", "required": ["id"],
    "properties": {"id": {"$ref": "#/components/schemas/GlassId"}}},
  "GlassSeen": {
    "type": "object", "required": ["id"],
    "properties": {
      "id": {"$ref": "#/components/schemas/GlassId"},
      "note": {"type": "string", "maxLength": 500}}},
  "GlassRequest": {
    "type": "object", "required": ["dossier", "reason"],
    "properties": {
      "dossier": {
        "type": "string", "minLength": 8, "maxLength": 36,
        "description": "Its id, or its last 8 or more digits."},
      "reason": {"type": "string", "minLength": 10, "maxLength": 500},
      "hours": {"type": "integer", "minimum": 1, "maximum": 72, "default": 4}}},
  "Glass": {
    "type": "object",
    "required": ["id", "dossier", "account", "name", "mine", "reason", "opened_at", "until"],
    "additionalProperties": false,
    "properties": {
      "id": {"$ref": "#/components/schemas/GlassId"},
      "dossier": {"$ref": "#/components/schemas/Id"},
      "account": {"type": "string", "maxLength": 64},
      "name": {"type": "string"},
      "mine": {"type": "boolean"},
      "reason": {"type": "string", "maxLength": 500},
      "opened_at": {"type": "string", "format": "date-time"},
      "until": {"type": "string", "format": "date-time"},
      "ended_at": {"type": "string", "format": "date-time"},
      "ended_by": {"type": "string"},
      "seen_at": {"type": "string", "format": "date-time"},
      "seen_by": {"type": "string"},
      "note": {"type": "string", "maxLength": 500}}},
  "Glasses": {
    "type": "object", "required": ["openings"], "additionalProperties": false,
    "properties": {
      "openings": {
        "type": "array", "maxItems": 200, "items": {"$ref": "#/components/schemas/Glass"}}}},
  "SteerAfter": {
    "type": "object",
    "properties": {"after": {"$ref": "#/components/schemas/SentId"}}},
  "SteerAccess": {
    "type": "object", "required": ["dossier"],
    "properties": {
      "dossier": {"$ref": "#/components/schemas/SentId"},
      "before": {
        "$ref": "#/components/schemas/Number64",
        "description": "Lines with a smaller number."}}},
  "SteerAct": {
    "type": "object", "required": ["act"],
    "properties": {
      "act": {
        "enum": ["assign", "unassign", "erase_confirm", "erase_withdraw", "invite", "disable",
                 "enable", "revoke", "add_person"]},
      "account": {"type": "string", "maxLength": 64},
      "dossier": {"$ref": "#/components/schemas/SentId"},
      "order": {"$ref": "#/components/schemas/SentId"},
      "device": {"$ref": "#/components/schemas/SentId"},
      "reason": {"type": "string", "maxLength": 500},
      "hours": {"type": "integer", "minimum": 1, "maximum": 720, "default": 48},
      "name": {"type": "string", "maxLength": 200},
      "role": {"type": "string", "maxLength": 64},
      "organization": {"type": "string", "maxLength": 64}}},
  "SteerDone": {
    "type": "object", "required": ["done"], "additionalProperties": false,
    "properties": {
      "done": {"const": true},
      "code": {"type": "string", "maxLength": 64, "description": "Of an invitation; one use."},
      "account": {"type": "string", "maxLength": 64},
      "expires_at": {"type": "string", "format": "date-time"}}},
  "SteerPeople": {
    "type": "object",
    "required": ["people", "more", "may_review", "may_administer", "roles", "organizations"],
    "additionalProperties": false,
    "properties": {
      "people": {
        "type": "array", "maxItems": 2000,
        "items": {"$ref": "#/components/schemas/SteerPerson"}},
      "more": {"type": "boolean"},
      "may_review": {"type": "boolean"},
      "may_administer": {"type": "boolean"},
      "roles": {"type": "array", "items": {"type": "string"}},
      "organizations": {
        "type": "array",
        "items": {
          "type": "object", "required": ["id", "name"], "additionalProperties": false,
          "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}}}},
  "SteerPerson": {
    "type": "object",
    "required": ["account", "name", "role", "organization", "disabled", "administered",
                 "has_all", "takes_families", "devices"],
    "additionalProperties": false,
    "properties": {
      "account": {"type": "string", "maxLength": 64},
      "name": {"type": "string"},
      "role": {"type": "string"},
      "organization": {"type": "string"},
      "disabled": {"type": "boolean"},
      "administered": {
        "type": "boolean", "description": "The caller may invite and disable them."},
      "has_all": {
        "type": "boolean", "description": "Every dossier is theirs by their role."},
      "takes_families": {
        "type": "boolean", "description": "Their role may be given a household."},
      "from": {"type": "string", "format": "date"},
      "until": {"type": "string", "format": "date"},
      "devices": {
        "type": "array", "maxItems": 50,
        "items": {"$ref": "#/components/schemas/SteerDevice"}}}},
  "SteerDevice": {
    "type": "object", "required": ["id", "name", "enrolled_at"], "additionalProperties": false,
    "properties": {
      "id": {"$ref": "#/components/schemas/Id"},
      "name": {"type": "string"},
      "enrolled_at": {"type": "string", "format": "date-time"},
      "last_sync_at": {"type": "string", "format": "date-time"},
      "clock_offset_ms": {"type": "integer", "description": "The device's clock ahead of ours."},
      "unsent": {"type": "integer", "description": "Changes, as it last told."},
      "protocol": {"type": "integer"},
      "revoked_at": {"type": "string", "format": "date-time"},
      "revoke_reason": {"type": "string"},
      "given_up_at": {"type": "string", "format": "date-time"}}},
  "SteerDossiers": {
    "type": "object", "required": ["dossiers", "more"], "additionalProperties": false,
    "properties": {
      "dossiers": {
        "type": "array", "maxItems": 500, "description": "In the order of their ids.",
        "items": {
          "type": "object", "required": ["id", "organization", "territory", "held", "people"],
          "additionalProperties": false,
          "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "organization": {"type": "string"},
            "territory": {"type": "string"},
            "held": {"type": "integer", "description": "Changes that wait for a decision."},
            "people": {
              "type": "array",
              "items": {
                "type": "object", "required": ["account", "name", "sections", "reads_only"],
                "additionalProperties": false,
                "properties": {
                  "account": {"type": "string"},
                  "name": {"type": "string"},
                  "reads_only": {"type": "boolean"},
                  "sections": {"type": "array", "items": {"type": "string"}}}}}}}},
      "more": {"type": "boolean"}}},
  "SteerLines": {
    "type": "object", "required": ["lines", "more"], "additionalProperties": false,
    "properties": {
      "lines": {
        "type": "array", "maxItems": 100, "description": "The newest first.",
        "items": {
          "type": "object",
          "required": ["number", "at", "account", "name", "device", "device_name", "kind",
                       "sections", "changes", "purpose"],
          "additionalProperties": false,
          "properties": {
            "number": {"$ref": "#/components/schemas/Number64"},
            "at": {"type": "string", "format": "date-time"},
            "account": {"type": "string"},
            "name": {"type": "string"},
            "device": {"$ref": "#/components/schemas/Id"},
            "device_name": {"type": "string"},
            "kind": {"enum": ["read", "write", "refused", "opened"]},
            "sections": {"type": "array", "items": {"type": "string"}},
            "changes": {"type": "integer"},
            "purpose": {"type": "string"},
            "opened_at": {"type": "string", "format": "date-time"},
            "opened_for": {"type": "string"}}}},
      "more": {"type": "boolean"}}},
  "SteerErasures": {
    "type": "object", "required": ["erasures", "more"], "additionalProperties": false,
    "properties": {
      "erasures": {
        "type": "array", "maxItems": 200, "description": "The newest first.",
        "items": {"$ref": "#/components/schemas/SteerErasure"}},
      "more": {"type": "boolean"}}},
  "SteerErasure": {
    "type": "object",
    "required": ["id", "dossier", "state", "whole", "targets", "ground", "asked_by", "mine",
                 "proposed_at", "key_destroyed", "devices"],
    "additionalProperties": false,
    "properties": {
      "id": {"$ref": "#/components/schemas/Id"},
      "dossier": {"$ref": "#/components/schemas/Id"},
      "state": {"enum": ["proposed", "carried_out", "withdrawn"]},
      "whole": {"type": "boolean"},
      "targets": {
        "type": "array",
        "items": {
          "type": "object", "additionalProperties": false,
          "properties": {
            "section": {"type": "string"},
            "record": {"$ref": "#/components/schemas/Id"}}}},
      "ground": {"type": "string"},
      "asked_by": {"type": "string"},
      "mine": {"type": "boolean"},
      "proposed_at": {"type": "string", "format": "date-time"},
      "confirmed_by": {"type": "string"},
      "decided_at": {"type": "string", "format": "date-time"},
      "cleaned_at": {"type": "string", "format": "date-time"},
      "key_destroyed": {"type": "boolean"},
      "devices": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["id", "name", "account", "person", "gone", "takes_orders", "told"],
          "additionalProperties": false,
          "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "name": {"type": "string"},
            "account": {"type": "string"},
            "person": {"type": "string"},
            "gone": {"type": "boolean"},
            "takes_orders": {"type": "boolean"},
            "told": {"type": "boolean"},
            "last_sync_at": {"type": "string", "format": "date-time"},
            "confirmed_at": {"type": "string", "format": "date-time"}}}}}},
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

boost::json::value openapi_components() { return boost::json::parse(kComponents); }

}  // namespace insieme::server
