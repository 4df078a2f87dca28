# Writes the manual page and the shell completions, by asking the program:
# cmake -DPROGRAM= -DFOLDER= -P Pages.cmake
foreach(page IN ITEMS "man|ringside.1" "completion bash|ringside.bash" "completion zsh|_ringside"
                      "completion fish|ringside.fish")
  string(REPLACE "|" ";" page "${page}")
  list(GET page 0 arguments)
  list(GET page 1 file)
  separate_arguments(arguments)
  execute_process(COMMAND "${PROGRAM}" ${arguments} OUTPUT_FILE "${FOLDER}/${file}"
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()
