// Any JSON object must be read, or left alone, without a crash and without a long remark.
#include <cstdint>
#include <cstdlib>

#include "collect/absorb.h"
#include "collect/images.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  acr::Estate estate;
  estate.documents.push_back(
      {"fuzz", 0, "", "", "https://graph.microsoft.com/v1.0/groups/g/members"});
  estate.documents.push_back({"fuzz", 1, "", "", "https://contoso.azurecr.io/acr/v1/a/_tags/b"});
  const acr::Input input;
  acr::AbsorbContext context{estate, input, [](const acr::Remark& remark) {
                               if (remark.text.size() > 8192) std::abort();
                             }};
  const acr::Origin origin{0, "/0", false};
  acr::absorb_error_text(context, text, origin);
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(simdjson::padded_string(text)).get(element) != simdjson::SUCCESS) return 0;
  acr::absorb_error(context, element, origin);
  acr::absorb_azure(context, element, origin);
  for (const std::uint32_t document : {0U, 1U})
    acr::absorb_image(context, element, text, {document, "/0", false});
  acr::registry_request(text);
  acr::next_page(text, text);
  acr::known_and_unused(element);
  return 0;
}
