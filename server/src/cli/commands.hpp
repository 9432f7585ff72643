#pragma once
// Every subcommand adds itself to the program and, if chosen, leaves what is to be run.

#include <CLI/CLI.hpp>

#include <functional>

#include "cli/context.hpp"

namespace insieme::server::cli {

struct Program {
  CLI::App app{"Insieme's sync server", "insieme-server"};
  Options options;
  std::function<int(Context&)> chosen;
  std::function<int()> chosen_without_data;  ///< in place of `chosen`: needs no data folder
};

void add_serve(Program& program);
void add_people_commands(Program& program);  ///< users, invite, devices, revoke
void add_access_commands(Program& program);  ///< assign, handover, dossiers, held
void add_permission_commands(Program& program);  ///< why, deny, place, transfer, organizations
void add_access_log(Program& program);
void add_subject_access(Program& program);
void add_audit(Program& program);
void add_glass(Program& program);  ///< glass, glass end, glass seen
void add_erase_commands(Program& program);   ///< erase propose, confirm, list, status, hold …
void add_check_commands(Program& program);   ///< init, status, verify
void add_backup_commands(Program& program);  ///< backup, note-backup, backup-key
void add_recovery_commands(Program& program);  ///< recovery keygen, answer
void add_report_commands(Program& program);  ///< report list, run, records
void add_finding_commands(Program& program);  ///< findings, findings dismiss, reopen
void add_blind_index_commands(Program& program);  ///< blind-index agree, export, import …
void add_migrate(Program& program);
void add_openapi(Program& program);
void add_flow_commands(Program& program);      ///< flows add, list, outcomes, withdraw
void add_import(Program& program);             ///< import organizations, users, assignments
void add_sign_in_commands(Program& program);    ///< sign-in, sign-in link, unlink
void add_account_commands(Program& program);    ///< account, account new, reset, unlock …
void add_machine_commands(Program& program);    ///< machine, machine add, keys, scopes, revoke
void add_doctor(Program& program);
void add_scan(Program& program);  ///< scan, scan again
void add_restore_commands(Program& program);   ///< restore, raise-epoch

}  // namespace insieme::server::cli
