// What printf() and format() make of a format and values. https://www.sqlite.org/printf.html

#ifndef ORRERY_ENGINE_CATALOG_PRINTF_H_
#define ORRERY_ENGINE_CATALOG_PRINTF_H_

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/catalog/function.h"

namespace orrery {

// Values that are missing read as 0 or an empty text; what is no conversion ends the text there.
// Nothing when the format says nothing before that, as an empty one does. kTooBig when the text
// would be.
Result<std::optional<std::string>> Printf(std::string_view format, Arguments arguments);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_PRINTF_H_
