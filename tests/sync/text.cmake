insieme_add_test(text LABELS sync SOURCES text_test.cpp text_columns_test.cpp text_diff_test.cpp
  text_settle_test.cpp text_property_test.cpp text_trace_test.cpp
  DEPS insieme::sync rapidcheck)
