# Read by cpack when it packs, not when the build is configured: the app may have been built since.
set(CPACK_COMPONENTS_ALL server client)
if(EXISTS ${CPACK_INSIEME_APP_FOLDER}/index.html)
  list(APPEND CPACK_COMPONENTS_ALL app)
endif()
