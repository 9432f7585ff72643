# Debian packages, made by tools/package with cpack: the server, the client for terminals and desks,
# and the app that both of them show in browsers.
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
install(FILES ${packaging}/insieme-server.bash
  DESTINATION share/bash-completion/completions RENAME insieme-server COMPONENT server)
install(FILES ${packaging}/insieme-alerts.yml ${packaging}/insieme-dashboard.json
  DESTINATION share/insieme-server COMPONENT server)
install(FILES
    docs/operations.md docs/security.md docs/postgresql.md docs/erasure.md docs/protocol.md
    CHANGELOG.md
  DESTINATION share/doc/insieme-server COMPONENT server)
install(FILES LICENSE DESTINATION share/doc/insieme-server RENAME copyright COMPONENT server)

install(TARGETS insieme_exe RUNTIME DESTINATION bin COMPONENT client)
install(FILES tools/insieme/insieme.bash
  DESTINATION share/bash-completion/completions RENAME insieme COMPONENT client)
install(FILES docs/commands.md CHANGELOG.md DESTINATION share/doc/insieme COMPONENT client)
install(FILES LICENSE DESTINATION share/doc/insieme RENAME copyright COMPONENT client)

# tools/app makes it, not this build: packed if it is there (packaging/components.cmake).
install(DIRECTORY ${PROJECT_SOURCE_DIR}/build/app/
  DESTINATION share/insieme/app COMPONENT app OPTIONAL)
install(FILES LICENSE DESTINATION share/doc/insieme-app RENAME copyright COMPONENT app)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME insieme)
set(CPACK_PACKAGE_VENDOR "Insieme")
set(CPACK_PACKAGE_CONTACT "Insieme <insieme@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PROJECT_CONFIG_FILE ${packaging}/components.cmake)
set(CPACK_INSIEME_APP_FOLDER ${PROJECT_SOURCE_DIR}/build/app)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_COMPONENT_SERVER_DESCRIPTION "Sync server for case records of social services")
set(CPACK_DEBIAN_SERVER_PACKAGE_NAME insieme-server)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_SERVER_PACKAGE_RECOMMENDS "insieme-app, systemd-timesyncd | time-daemon")
set(CPACK_DEBIAN_SERVER_PACKAGE_SUGGESTS "curl, openssl")  # insieme-machine-token, insieme-check-tls
set(CPACK_DEBIAN_SERVER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA ${packaging}/postinst ${packaging}/prerm)

set(CPACK_COMPONENT_CLIENT_DESCRIPTION "Offline-first client for case records of social services")
set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME insieme)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CLIENT_PACKAGE_RECOMMENDS "insieme-app, bash-completion")
set(CPACK_DEBIAN_CLIENT_PACKAGE_SHLIBDEPS ON)

set(CPACK_COMPONENT_APP_DESCRIPTION "App for browsers, of the Insieme server and client")
set(CPACK_DEBIAN_APP_PACKAGE_NAME insieme-app)
set(CPACK_DEBIAN_APP_PACKAGE_SECTION web)
set(CPACK_DEBIAN_APP_PACKAGE_ARCHITECTURE all)
include(CPack)
