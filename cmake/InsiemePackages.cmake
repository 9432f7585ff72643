# Third-party packages from Debian 12. Targets to use in DEPS are named on the right.
include_guard(GLOBAL)

if(EMSCRIPTEN)
  include(InsiemeWasmPackages)
  return()
endif()

find_package(Threads REQUIRED)                                       # Threads::Threads
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers json url) # Boost::headers json url
find_package(cereal REQUIRED)                                        # cereal::cereal
find_package(CURL REQUIRED)                                          # CURL::libcurl
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)         # PkgConfig::sodium
pkg_check_modules(xlsxwriter REQUIRED IMPORTED_TARGET xlsxwriter)   # PkgConfig::xlsxwriter
find_package(ZLIB REQUIRED)                                          # ZLIB::ZLIB
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)             # PkgConfig::zstd

if(NOT INSIEME_ONLY_CORE)
  find_package(OpenSSL REQUIRED)                                     # OpenSSL::SSL Crypto
  find_package(LibXml2 REQUIRED)                                     # LibXml2::LibXml2
  find_package(fmt REQUIRED)                                         # fmt::fmt
  find_package(spdlog REQUIRED)                                      # spdlog::spdlog
  find_package(CLI11 REQUIRED)                                       # CLI11::CLI11
  pkg_check_modules(libpq IMPORTED_TARGET libpq)                     # PkgConfig::libpq
  pkg_check_modules(qrencode REQUIRED IMPORTED_TARGET libqrencode)   # PkgConfig::qrencode
  option(INSIEME_POSTGRES "Servers may keep spaces in PostgreSQL (libpq)" ${libpq_FOUND})
  if(INSIEME_TESTS)
    find_package(Catch2 2 REQUIRED)                                  # Catch2::Catch2
    find_package(rapidcheck REQUIRED)                                # rapidcheck
  endif()
endif()
