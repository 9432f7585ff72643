#pragma once

// The one way tests include Catch2: version 3 when it is there, else Debian 12's version 2.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
