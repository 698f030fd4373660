// Reading characters from bytes that are UTF-8 by intent only, with SQLite's answers for the rest;
// and writing them.

#ifndef ORRERY_ENGINE_VALUE_UTF8_H_
#define ORRERY_ENGINE_VALUE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace orrery {

// Takes one character off the front of `text`, which is not empty. A byte below 0xC0 is a character
// by itself. From 0xC0 on, it takes all continuation bytes that follow, however many; what is too
// small for that form, a surrogate or a noncharacter is U+FFFD.
inline uint32_t TakeCharacter(std::string_view& text) {
  const auto first = static_cast<uint8_t>(text.front());
  text.remove_prefix(1);
  if (first < 0xC0) return first;
  uint32_t character = 0;
  if (first < 0xE0) {
    character = first & 0x1F;
  } else if (first < 0xF0) {
    character = first & 0x0F;
  } else if (first < 0xF8) {
    character = first & 0x07;
  } else if (first < 0xFC) {
    character = first & 0x03;
  } else if (first < 0xFE) {
    character = first & 0x01;
  }
  while (!text.empty() && (static_cast<uint8_t>(text.front()) & 0xC0) == 0x80) {
    character = (character << 6) + (static_cast<uint8_t>(text.front()) & 0x3F);
    text.remove_prefix(1);
  }
  const bool is_surrogate = (character & 0xFFFFF800) == 0xD800;
  const bool is_noncharacter = (character & 0xFFFFFFFE) == 0xFFFE;
  return character < 0x80 || is_surrogate || is_noncharacter ? 0xFFFD : character;
}

// Adds a character, of which 21 bits count; a surrogate is written like any other.
inline void AppendUtf8(uint32_t character, std::string& text) {
  const auto add = [&text](uint32_t byte) { text += static_cast<char>(byte); };
  if (character < 0x80) {
    add(character);
  } else if (character < 0x800) {
    add(0xC0 | character >> 6);
    add(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    add(0xE0 | character >> 12);
    add(0x80 | (character >> 6 & 0x3F));
    add(0x80 | (character & 0x3F));
  } else {
    add(0xF0 | (character >> 18 & 0x07));
    add(0x80 | (character >> 12 & 0x3F));
    add(0x80 | (character >> 6 & 0x3F));
    add(0x80 | (character & 0x3F));
  }
}

inline size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) TakeCharacter(text);
  return count;
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_UTF8_H_
