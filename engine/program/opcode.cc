#include "engine/program/opcode.h"

namespace orrery {
namespace {

constexpr int kJumps = 1;
constexpr int kMayWait = 2;

constexpr OpcodeSpec kOpcodes[] = {
#define OP(name, flags, synopsis, what) \
  {#name, ((flags) & kJumps) != 0, ((flags) & kMayWait) != 0, synopsis, what},
#include "engine/program/opcodes.inc"
#undef OP
};

}  // namespace

const OpcodeSpec& Describe(Opcode op) { return kOpcodes[static_cast<size_t>(op)]; }

std::string OpcodeReference() {
  std::string text =
      "# Opcodes\n\n"
      "Made from opcodes.inc; `bazel test //engine/program:opcode_test` prints the difference.\n"
      "r[P1] is the register that operand P1 names, c[P1] the cursor. J: P2 is an address.\n"
      "W: may wait, and is then run again.\n\n"
      "| opcode | | synopsis | what it does |\n|---|---|---|---|\n";
  for (const OpcodeSpec& spec : kOpcodes) {
    text += "| ";
    text += spec.name;
    text += spec.jumps ? (spec.may_wait ? " | J W | " : " | J | ")
                       : (spec.may_wait ? " | W | " : " | | ");
    for (const char c : spec.synopsis) {
      if (c == '|') text += '\\';
      text += c;
    }
    text += " | ";
    text += spec.what;
    text += " |\n";
  }
  return text;
}

}  // namespace orrery
