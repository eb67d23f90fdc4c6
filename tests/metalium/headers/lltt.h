// Replay of instructions: the names that the vendor's headers use, from a header that no package carries.
#pragma once
#include <cstdint>
namespace lltt {
enum ExecBool : bool { NoExec, Exec };
template <ExecBool = NoExec> inline void record(unsigned, unsigned) {}
inline void replay(unsigned, unsigned) {}
constexpr std::uint32_t replay_insn(unsigned start, unsigned length) { return 4u << 24 | start << 14 | length << 4; }
} // namespace lltt
