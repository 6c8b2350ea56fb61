// Writes the manual page of every command into a folder, for the installation: write_manual FOLDER.
#include <fstream>
#include <iostream>
#include <string>

#include "cmd/cli/commands.h"
#include "cmd/cli/manual.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const flow::Command* command : flow::AllCommands()) {
    const std::string path = std::string(argv[1]) + "/" + command->name + ".1";
    std::ofstream file(path);
    file << flow::ManualPage(*command);
    file.close();
    if (!file) {
      std::cerr << "cannot write " << path << "\n";
      return 1;
    }
  }
}
