# The server as a Debian package: `cpack --config build/release/CPackConfig.cmake` (tools/package).
include_guard(GLOBAL)

set(packaging ${PROJECT_SOURCE_DIR}/packaging)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # what is packed is what was built, nothing else

install(TARGETS insieme_server_exe RUNTIME DESTINATION bin COMPONENT server)
install(PROGRAMS ${packaging}/insieme-machine-token ${packaging}/insieme-check-tls
  DESTINATION bin COMPONENT server)
install(FILES
    ${packaging}/insieme-server.service
    ${packaging}/insieme-backup.service
    ${packaging}/insieme-backup.timer
  DESTINATION lib/systemd/system COMPONENT server)
install(FILES ${packaging}/insieme-alerts.yml ${packaging}/insieme-dashboard.json
  DESTINATION share/insieme-server COMPONENT server)
install(FILES
    docs/operations.md docs/security.md docs/postgresql.md docs/erasure.md docs/protocol.md
    CHANGELOG.md
  DESTINATION share/doc/insieme-server COMPONENT server)
install(FILES LICENSE DESTINATION share/doc/insieme-server RENAME copyright COMPONENT server)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME insieme-server)
set(CPACK_PACKAGE_VENDOR "Insieme")
set(CPACK_PACKAGE_CONTACT "Insieme <insieme@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Sync server for case records of social services")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL server)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "systemd-timesyncd | time-daemon")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "curl, openssl")  # insieme-machine-token, insieme-check-tls
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/postinst ${packaging}/prerm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
