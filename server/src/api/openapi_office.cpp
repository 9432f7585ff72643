// What is asked beside the exchange of records: orders to devices, openings for a while, machines,
// and the desk of whoever coordinates.
#include <boost/json/parse.hpp>

#include <string_view>

#include "api/openapi.hpp"

namespace insieme::server {
namespace {

constexpr std::string_view kSchemas = R"json({
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
      "fate": {"enum": ["", "taken", "waits", "refused", "superseded"]},
      "answer": {"type": "string", "pattern": "^([0-9a-f]{2})+$"}}},
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
        "enum": ["assign", "unassign", "erase_propose", "erase_confirm", "erase_withdraw",
                 "absent", "back", "invite", "uninvite", "disable", "enable", "add_person",
                 "set_person", "revoke", "lock", "unlock", "wipe", "give_up"]},
      "deputy": {"type": "string", "maxLength": 64, "description": "Who stands in."},
      "from": {"type": "string", "maxLength": 10,
               "description": "A day; of an absence today if left out. - of a contract: none."},
      "until": {"type": "string", "maxLength": 10,
                "description": "The last day. - of a contract: none."},
      "number": {"type": "string", "maxLength": 20, "description": "Of an absence."},
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
      "expires_at": {"type": "string", "format": "date-time"},
      "number": {"$ref": "#/components/schemas/Number64"},
      "passes": {
        "type": "integer", "description": "Dossiers that are with the deputy for these days."},
      "stays": {
        "type": "integer", "description": "That the deputy may not have."}}},
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
                 "may_be_invited", "has_all", "takes_families", "devices"],
    "additionalProperties": false,
    "properties": {
      "account": {"type": "string", "maxLength": 64},
      "name": {"type": "string"},
      "role": {"type": "string"},
      "organization": {"type": "string"},
      "disabled": {"type": "boolean"},
      "administered": {
        "type": "boolean", "description": "The caller may disable them and stop their devices."},
      "may_be_invited": {
        "type": "boolean", "description": "The caller may invite them."},
      "has_all": {
        "type": "boolean", "description": "Every dossier is theirs by their role."},
      "takes_families": {
        "type": "boolean", "description": "Their role may be given a household."},
      "from": {"type": "string", "format": "date"},
      "until": {"type": "string", "format": "date"},
      "invitation": {
        "type": "object", "required": ["open", "made_at", "expires_at"],
        "additionalProperties": false,
        "description": "Of whom the caller may administer: codes that nobody used yet.",
        "properties": {
          "open": {"type": "integer", "minimum": 1},
          "made_at": {"type": "string", "format": "date-time", "description": "The newest."},
          "expires_at": {"type": "string", "format": "date-time"}}},
      "absences": {
        "type": "array", "description": "That are not over.",
        "items": {"$ref": "#/components/schemas/SteerAbsence"}},
      "devices": {
        "type": "array", "maxItems": 50,
        "items": {"$ref": "#/components/schemas/SteerDevice"}}}},
  "SteerAbsence": {
    "type": "object", "required": ["number", "deputy", "deputy_name", "from", "until", "now"],
    "additionalProperties": false,
    "properties": {
      "number": {"$ref": "#/components/schemas/Number64"},
      "deputy": {"type": "string", "maxLength": 64},
      "deputy_name": {"type": "string"},
      "from": {"type": "string", "format": "date"},
      "until": {"type": "string", "format": "date", "description": "The last day."},
      "now": {"type": "boolean"}}},
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
      "given_up_at": {"type": "string", "format": "date-time"},
      "order": {
        "type": "object", "required": ["kind", "reason", "understood", "ordered_at"],
        "additionalProperties": false,
        "properties": {
          "kind": {"enum": ["lock", "wipe"]},
          "reason": {"$ref": "#/components/schemas/OrderReason"},
          "understood": {
            "type": "boolean", "description": "No: its program knows no orders."},
          "ordered_at": {"type": "string", "format": "date-time"},
          "told_at": {"type": "string", "format": "date-time"},
          "escrowed_at": {"type": "string", "format": "date-time"},
          "destroyed_at": {"type": "string", "format": "date-time"},
          "parcels": {"type": "integer", "description": "Handed over."},
          "kept": {"type": "integer", "description": "Of those, still to be read."}}}}},
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
  "SteerReport": {
    "type": "object", "required": ["report"],
    "properties": {
      "report": {"enum": ["R10", "R11", "R15"]},
      "with": {
        "type": "object", "maxProperties": 32,
        "additionalProperties": {"type": "string", "maxLength": 200},
        "description": "from, to, territory, and the report's own."},
      "language": {"enum": ["it", "en"]}}},
  "SteerKeys": {
    "type": "array", "maxItems": 8, "items": {"type": "string", "maxLength": 200},
    "description": "Of a row or column; left out or empty: the total."},
  "SteerFigure": {
    "type": "object", "required": ["report", "table", "measure"],
    "properties": {
      "report": {"enum": ["R10", "R11", "R15"]},
      "with": {"type": "object", "additionalProperties": {"type": "string"}},
      "language": {"enum": ["it", "en"]},
      "table": {"type": "string", "maxLength": 64},
      "measure": {"type": "string", "maxLength": 64},
      "row": {"$ref": "#/components/schemas/SteerKeys"},
      "column": {"$ref": "#/components/schemas/SteerKeys"}}},
  "SteerBehind": {
    "type": "object", "required": ["records", "more"], "additionalProperties": false,
    "properties": {
      "records": {
        "type": "array", "maxItems": 2000,
        "items": {
          "type": "object", "required": ["id", "type", "title"], "additionalProperties": false,
          "properties": {
            "id": {"$ref": "#/components/schemas/Id"},
            "type": {"type": "string"},
            "title": {"type": "string"},
            "dossier": {"$ref": "#/components/schemas/Id"}}}},
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
            "confirmed_at": {"type": "string", "format": "date-time"}}}}}}
})json";

}  // namespace

boost::json::object openapi_office_schemas() { return boost::json::parse(kSchemas).as_object(); }

}  // namespace insieme::server
