// Any bytes as an answer: what is kept is JSON, reducing it again changes nothing, and its document
// has one line and a name that stays within a folder.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "live/exchange.h"
#include "live/reduce.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  simdjson::dom::parser parser;
  for (const acr::Audience audience :
       {acr::Audience::arm, acr::Audience::kubernetes, acr::Audience::registry}) {
    acr::Exchange exchange;
    exchange.request.audience = audience;
    exchange.request.url = "https://host.example/api/v1/secrets";
    exchange.status = 200;
    exchange.body = text;
    if (const auto once = acr::reduce_body(exchange.request, text)) {
      if (parser.parse(simdjson::padded_string(*once)).error()) std::abort();
      const auto twice = acr::reduce_body(exchange.request, *once);
      if (!twice || *twice != *once) std::abort();
    }
    exchange.request.url = exchange.request.context = text;
    const std::string name = acr::document_name(exchange.request);
    if (name.size() > 150 || name.contains("/.") || name.contains("//") || name.starts_with('/'))
      std::abort();
    acr::to_document(exchange);
  }
  return 0;
}
