#include "live/handshake.h"

#include <array>
#include <ctime>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "live/clause.h"

namespace acr {
namespace {

constexpr int kMostNames = 200;
constexpr std::size_t kLongestName = 400;

using Shared = std::shared_ptr<Handshake>;

std::string name_of(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!out) return {};
  constexpr unsigned long kFlags =
      XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  X509_NAME_print_ex(out.get(), name, 0, kFlags);
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  if (length <= 0 || text == nullptr) return {};
  return one_line(std::string_view(text, static_cast<std::size_t>(length)), kLongestName);
}

std::string time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string_view bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : bytes.size() == 16 ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC) return {};
  return inet_ntop(family, bytes.data(), text.data(), text.size()) != nullptr ? text.data() : "";
}

std::vector<std::string> alternative_names(const X509* certificate) {
  std::vector<std::string> names;
  auto* all = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  const int count = all == nullptr ? 0 : sk_GENERAL_NAME_num(all);
  for (int i = 0; i < count && i < kMostNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all, i);
    std::string text;
    if (name->type == GEN_DNS) text = one_line(bytes_of(name->d.dNSName), kLongestName);
    if (name->type == GEN_IPADD) text = address_of(bytes_of(name->d.iPAddress));
    if (!text.empty()) names.push_back(std::move(text));
  }
  GENERAL_NAMES_free(all);
  return names;
}

void release(void*, void* shared, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<Shared*>(shared);
}

int slot() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, &release);
  return index;
}

const Shared* shared_of(const SSL* connection) {
  const SSL_CTX* context = connection == nullptr ? nullptr : SSL_get_SSL_CTX(connection);
  return context == nullptr ? nullptr : static_cast<Shared*>(SSL_CTX_get_ex_data(context, slot()));
}

// OpenSSL asks once for each certificate of the chain and for each fault; its verdict is passed on.
int write_down(int trusted, X509_STORE_CTX* store) {
  const auto* connection = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (const Shared* shared = shared_of(connection)) {
    Handshake& handshake = **shared;
    const X509* leaf = X509_STORE_CTX_get0_cert(store);
    if (!handshake.certificate && leaf != nullptr) handshake.certificate = facts_of(leaf);
    if (trusted == 0) handshake.verify_error = X509_STORE_CTX_get_error(store);
  }
  return trusted;
}

}  // namespace

PeerCertificate facts_of(const X509* certificate) {
  PeerCertificate facts;
  facts.subject = name_of(X509_get_subject_name(certificate));
  facts.issuer = name_of(X509_get_issuer_name(certificate));
  facts.not_before = time_of(X509_get0_notBefore(certificate));
  facts.not_after = time_of(X509_get0_notAfter(certificate));
  facts.names = alternative_names(certificate);
  return facts;
}

bool watch(SSL_CTX* context, const std::shared_ptr<Handshake>& handshake) {
  auto* shared = new Shared(handshake);  // the context's, which calls release()
  if (slot() < 0 || SSL_CTX_set_ex_data(context, slot(), shared) != 1) {
    delete shared;
    return false;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &write_down);
  return true;
}

std::shared_ptr<const Handshake> handshake_of(const SSL* connection) {
  const Shared* shared = shared_of(connection);
  return shared == nullptr ? nullptr : *shared;
}

}  // namespace acr
