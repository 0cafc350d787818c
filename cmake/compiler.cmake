# Warnings, hardening and sanitizers, the same for every target.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                    -Woverloaded-virtual)
if(NOT CADENAS_SANITIZE)
  # What compilers suspect of instrumented code is often not there (GCC bug 105562); the other builds are held to it.
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # False positives of GCC 12 once std::string's operator+ (GCC bug 105651) and Boost's small_vector are inlined.
  add_compile_options(-Wno-restrict -Wno-stringop-overread)
endif()
if(CMAKE_UNITY_BUILD)
  # What a file next door names hides nothing of this one.
  add_compile_options(-Wno-shadow)
endif()
add_compile_options(-fstack-protector-strong -fno-omit-frame-pointer)
# Debian's frame: full RELRO and immediate binding for a program that parses bytes from outside.
add_link_options(-Wl,-z,relro,-z,now)

if(CADENAS_SANITIZE)
  add_compile_options(-fsanitize=${CADENAS_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CADENAS_SANITIZE})
  if(CADENAS_SANITIZE MATCHES thread)
    # ThreadSanitizer does not understand the stand-alone fence that Asio puts around a handler.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
else()
  add_compile_options($<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
endif()
if(CADENAS_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
