# stoa_schema(TARGET FOLDER)
#
# Compiles the migrations FOLDER/NNNN_name.sql into the target, in the order of their numbers.
function(stoa_schema target folder)
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.sql")
  list(SORT files)
  set(rows "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(stem "${file}" NAME_WE)
    if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_(.+)$")
      message(FATAL_ERROR "${file}: a migration is named NNNN_name.sql")
    endif()
    set(name "${CMAKE_MATCH_2}")
    string(REGEX REPLACE "^0+" "" number "${CMAKE_MATCH_1}")
    file(READ "${file}" sql)
    string(APPEND rows "    {${number}, \"${name}\", R\"stoa_sql(${sql})stoa_sql\"},\n")
  endforeach()
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/schema_migrations.cpp")
  set(text "#include \"store/postgres/migrations.hpp\"

namespace stoa::store::postgres {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all{
${rows}  };
  return all;
}

}  // namespace stoa::store::postgres
")
  file(CONFIGURE OUTPUT "${generated}" CONTENT "@text@" @ONLY)
  target_sources(${target} PRIVATE "${generated}")
endfunction()
