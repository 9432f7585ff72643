#include "api/routes.hpp"

#include <array>

#include "api/device_orders.hpp"
#include "api/steer.hpp"
#include "insieme/sync/device_order.hpp"
#include "insieme/sync/limits.hpp"

namespace insieme::server {
namespace {

constexpr std::size_t kFrameSlack = 64 * 1024;
constexpr std::size_t kFrame = sync::kFrameBytesMax + kFrameSlack;
constexpr std::size_t kJson = kJsonBodyBytesMax;
constexpr std::string_view kJsonType = "application/json";
constexpr std::size_t kOutcomes = 1024 * 1024;
constexpr std::size_t kOpenings = 64 * 1024;  ///< 200 of the longest
constexpr std::size_t kParcelNames = 512 * 1024;  ///< sync::kParcelsMax of them
constexpr std::string_view kProblemType = "application/problem+json";
constexpr std::string_view kMetricsType = "text/plain";
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kBytesType = "application/octet-stream";
constexpr std::string_view kPage = "after limit";
constexpr std::string_view kFindingsPage = "after-finding limit-findings";

// clang-format off
constexpr std::array kRoutes{
    Route{"POST", "/v1/enrol", enrol, kJson, Proof::none,
          "Binds a device by an invitation", "",
          kJsonType, "Enrolment", 200, kJsonType, "Welcome", "400 403 404 409 410"},
    Route{"GET", "/v1/sign-in/ways", sign_in_ways, 0, Proof::none,
          "How people may sign in to enrol a device", "",
          "", "", 200, kJsonType, "SignInWays", ""},
    Route{"POST", "/v1/sign-in/ways", sign_in_ways, kJson, Proof::none,
          "The same, for a client that only posts", "",
          "", "", 200, kJsonType, "SignInWays", ""},
    Route{"POST", "/v1/sign-in/begin", sign_in_begin, kJson, Proof::none,
          "Where a browser goes to sign in", "",
          kJsonType, "SignInRequest", 200, kJsonType, "SignInBegun", "400 403"},
    Route{"GET", "/v1/sign-in/callback", sign_in_callback, 0, Proof::none,
          "Where the identity provider sends the browser back to; sends it on",
          "state code error iss",
          "", "", 303, "", "", "400 403 404"},
    Route{"POST", "/v1/sign-in/account", sign_in_account, kJson, Proof::none,
          "Begins a sign-in with a name and a password of this server's own", "",
          kJsonType, "AccountSignIn", 200, kJsonType, "AccountStep", "400 403"},
    Route{"POST", "/v1/sign-in/step", sign_in_step, kJson, Proof::none,
          "The next step of it: a code, or a new password", "",
          kJsonType, "AccountProof", 200, kJsonType, "AccountStep", "400 403 404"},
    Route{"POST", "/v1/sign-in/finish", sign_in_finish, kJson, Proof::none,
          "What came of a sign-in: an invitation for one device", "",
          kJsonType, "SignInTicket", 200, kJsonType, "SignInOutcome", "400 403 404"},
    Route{"POST", "/v1/challenge", challenge, kJson, Proof::none,
          "A nonce to sign", "",
          kJsonType, "ChallengeRequest", 200, kJsonType, "Challenge", "400"},
    Route{"POST", "/v1/token", token, kJson, Proof::none,
          "An access token for a signed nonce", "",
          kJsonType, "TokenRequest", 200, kJsonType, "Token", "400 401 403"},
    Route{"POST", "/v1/machines/token", machine_token, kJson, Proof::none,
          "An access token for a machine that signs an assertion (RFC 7523)", "",
          kFormType, "MachineAssertion", 200, kJsonType, "MachineToken", "400 401"},
    Route{"GET", "/.well-known/oauth-authorization-server", machine_metadata, 0, Proof::none,
          "How machines prove who they are (RFC 8414)", "",
          "", "", 200, kJsonType, "MachineMetadata", "404"},
    Route{"GET", "/v1/reports", list_reports, 0, Proof::client,
          "The reports over all dossiers that the caller may have", "",
          "", "", 200, kJsonType, "ReportList", "", false, "reports"},
    Route{"POST", "/v1/reports", run_report, kJson, Proof::client,
          "One of them, computed now", "",
          kJsonType, "ReportRequest", 200, kJsonType, "ReportPage", "400 404", false, "reports"},
    Route{"POST", "/v1/sync", synchronise, kFrame, Proof::device,
          "One turn of the synchronisation", "",
          kSyncMediaType, "", 200, kSyncMediaType, "", "400 409 410 507"},
    Route{"GET", "/v1/wait", wait, 0, Proof::device,
          "Held until the caller may have something to fetch, or its time is up", "seen",
          "", "", 200, kJsonType, "Waited", "400 409"},
    Route{"POST", "/v1/wait", wait, 0, Proof::device,
          "The same, for a client that only posts", "seen",
          "", "", 200, kJsonType, "Waited", "400 409"},
    Route{"GET", "/v1/digests", digests, 0, Proof::device,
          "Counts and sums of the documents that the caller may see", kPage,
          "", "", 200, kJsonType, "DigestPage", "400"},
    Route{"POST", "/v1/digests", digests, 0, Proof::device,
          "The same, for a client that only posts", kPage,
          "", "", 200, kJsonType, "DigestPage", "400"},
    Route{"GET", "/v1/access", access, 0, Proof::device,
          "What the caller may do with one dossier, section by section", "dossier",
          "", "", 200, kJsonType, "Access", "400 403"},
    Route{"POST", "/v1/openings", openings, kOpenings, Proof::device,
          "What was opened on the device of sensitive sections, for the access log", "",
          kJsonType, "Openings", 200, kJsonType, "OpeningsNoted", "400"},
    Route{"GET", "/v1/findings", findings, 0, Proof::device,
          "What was found over all dossiers and is for the caller to know", kFindingsPage,
          "", "", 200, kJsonType, "FindingsPage", "400 404"},
    Route{"POST", "/v1/findings", findings, 0, Proof::device,
          "The same, for a client that only posts", kFindingsPage,
          "", "", 200, kJsonType, "FindingsPage", "400 404"},
    Route{"POST", "/v1/glass", open_glass, kJson, Proof::device,
          "Opens a dossier that is not assigned, with a reason, for hours", "",
          kJsonType, "GlassRequest", 200, kJsonType, "Glass", "400 403 404 409"},
    Route{"POST", "/v1/glass/list", list_glass, kJson, Proof::device,
          "What the caller opened, and what others opened where the caller decides", "",
          kJsonType, "Nothing", 200, kJsonType, "Glasses", "400"},
    Route{"POST", "/v1/glass/end", end_glass, kJson, Proof::device,
          "Ends an opening before its time", "",
          kJsonType, "GlassName", 200, kJsonType, "Done", "400 404"},
    Route{"POST", "/v1/glass/seen", see_glass, kJson, Proof::device,
          "Says that somebody who decides there has seen an opening", "",
          kJsonType, "GlassSeen", 200, kJsonType, "Done", "400 403 404"},
    Route{"POST", "/v1/steer/people", steer_people, kJson, Proof::device,
          "People and their devices, for whoever coordinates or administers", "",
          kJsonType, "Nothing", 200, kJsonType, "SteerPeople", "400 403"},
    Route{"POST", "/v1/steer/dossiers", steer_dossiers, kJson, Proof::device,
          "Who has which of the dossiers that the caller coordinates", "",
          kJsonType, "SteerAfter", 200, kJsonType, "SteerDossiers", "400 403"},
    Route{"POST", "/v1/steer/access", steer_access, kJson, Proof::device,
          "Who read, wrote and opened a dossier that the caller coordinates", "",
          kJsonType, "SteerAccess", 200, kJsonType, "SteerLines", "400 403 404"},
    Route{"POST", "/v1/steer/erasures", steer_erasures, kJson, Proof::device,
          "Erasures of such dossiers, and which devices carried them out", "",
          kJsonType, "Nothing", 200, kJsonType, "SteerErasures", "400 403"},
    Route{"POST", "/v1/steer/report", steer_report, kJson, Proof::device,
          "A report that only the server can compute, cut down to what the caller may know", "",
          kJsonType, "SteerReport", 200, kJsonType, "ReportPage", "400 403 404"},
    Route{"POST", "/v1/steer/report/records", steer_report_records, kJson, Proof::device,
          "What stands behind one of its figures", "",
          kJsonType, "SteerFigure", 200, kJsonType, "SteerBehind", "400 403 404"},
    Route{"POST", "/v1/steer/act", steer_act, kJson, Proof::device,
          "Assigns, confirms an erasure, invites, stops a device …, in the caller's name", "",
          kJsonType, "SteerAct", 200, kJsonType, "SteerDone", "400 403 404 409"},
    Route{"POST", "/v1/blobs", bring_blob, sync::kBlobPieceBytesMax, Proof::device,
          "Brings a piece of a blob that a record names; without a body: how much is here",
          "dossier blob offset",
          kBytesType, "", 200, kJsonType, "BlobState", "400 404 409 410 507"},
    Route{"GET", "/v1/blobs", fetch_blob, 0, Proof::device,
          "The sealed bytes of a blob, or a range of them", "dossier blob range",
          "", "", 200, kBytesType, "", "400 403 404 409 410 416", true},
    Route{"POST", "/v1/blobs/read", read_blob, 0, Proof::device,
          "A piece of them, for a client that only posts", "dossier blob offset length",
          "", "", 200, kBytesType, "", "400 403 404 409 410 416"},
    Route{"GET", "/v1/device-policy", device_policy, 0, Proof::none,
          "What the space asks of devices, signed by the server", "",
          "", "", 200, kJsonType, "DevicePolicy", ""},
    Route{"POST", "/v1/device-policy", device_policy, kJson, Proof::none,
          "The same, for a client that only posts", "",
          "", "", 200, kJsonType, "DevicePolicy", ""},
    Route{"POST", "/v1/device/order", device_order, kJson, Proof::none,
          "What is ordered of a device, signed: whether one that was locked may open again", "",
          kJsonType, "OrderQuestion", 200, kJsonType, "DeviceOrder", "400"},
    Route{"POST", "/v1/device/escrow", bring_escrow, sync::kParcelBytesMax, Proof::device,
          "What a device that is to be wiped has not sent, sealed for the server", "order parcel",
          kBytesType, "", 200, kJsonType, "ParcelKept", "400 404 507"},
    Route{"POST", "/v1/device/escrow/end", end_escrow, kParcelNames, Proof::device,
          "Those were all: the receipt without which the device destroys nothing", "",
          kJsonType, "EscrowEnd", 200, kJsonType, "EscrowReceipt", "400 404 409"},
    Route{"POST", "/v1/device/destroyed", device_destroyed, kJson, Proof::none,
          "A device that has no key any more says so, with the word of its receipt", "",
          kJsonType, "Destroyed", 200, kJsonType, "Done", "400 404"},
    Route{"GET", "/status", status, 0, Proof::none,
          "That the server runs, whatever becomes of its database", "",
          "", "", 200, kJsonType, "Status", ""},
    Route{"GET", "/ready", ready, 0, Proof::none,
          "That its database answers, and where the log stands", "",
          "", "", 200, kJsonType, "Ready", ""},
    Route{"GET", "/metrics", metrics, 0, Proof::none,
          "Counters for Prometheus", "",
          "", "", 200, kMetricsType, "Text", "401 403", false, "metrics"},
    Route{"GET", "/siuss/v1/flussi", siuss_flows, 0, Proof::machine,
          "The flows for SIUSS after one that the caller has", "since limit-flows max-entries",
          "", "", 200, kJsonType, "Flows", "400", false, "flows"},
    Route{"POST", "/siuss/v1/esiti", siuss_outcomes, kOutcomes, Proof::machine,
          "What came of flows", "",
          kJsonType, "Outcomes", 204, "", "", "400", false, "flows"},
    Route{"GET", "/siuss/v1/status", siuss_status, 0, Proof::none,
          "That the service for INPS runs", "",
          "", "", 200, kProblemType, "Health", ""},
    Route{"GET", "/openapi.json", api_document, 0, Proof::none,
          "This document", "",
          "", "", 200, kJsonType, "Document", ""},
};
// clang-format on

}  // namespace

std::span<const Route> routes() noexcept { return kRoutes; }

const Route* find_route(std::string_view method, std::string_view path) noexcept {
  for (const Route& route : kRoutes) {
    if (route.path == path && route.method == method) return &route;
  }
  return nullptr;
}

}  // namespace insieme::server
