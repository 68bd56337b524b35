#include "app.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "api/status_routes.h"
#include "open_journal.h"
#include "sinks/registry.h"

namespace tailrace {

namespace {

constexpr std::string_view kFifoDirectory = "/run/docker/logging";
// Where systems keep the authorities that are trusted; SSL_CERT_FILE wins, as with other programs.
constexpr std::array<const char*, 3> kCaBundles{"/etc/ssl/certs/ca-certificates.crt",
                                                "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
constexpr Nanos kListenRetry = std::chrono::milliseconds(100);

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

std::string CaBundle(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (name == "SSL_CERT_FILE" && !value.empty()) return value;
  }
  for (const char* path : kCaBundles) {
    if (access(path, R_OK) == 0) return path;
  }
  return kCaBundles.front();
}

}  // namespace

std::string OwnFifoDirectory(const std::string& root) {
  size_t slash = root.rfind('/');
  if (slash == std::string::npos) return {};
  std::string parent = root.substr(0, slash);
  return parent.ends_with(kFifoDirectory) ? parent : std::string();
}

App::App(Settings settings, std::function<bool(Nanos)> wait)
    : settings_(std::move(settings)),
      wait_(std::move(wait)),
      table_(SinkOptionRows()),
      options_(ParsePluginOptions(table_, settings_.environment)),
      log_(clock_, options_.log_level),
      own_fifos_(OwnFifoDirectory(settings_.root)),
      slot_plans_(disk_, SinkKinds(), options_) {}

App::~App() { Stop(); }

Status App::Start() {
  LogStart();
  ASSIGN_OR_RETURN(std::unique_ptr<Listener> listener, Listen());
  Journal::Options options{.root = settings_.root};
  if (!own_fifos_.empty()) options.fifo_directory = own_fifos_;
  ASSIGN_OR_RETURN(std::unique_ptr<Journal> journal, OpenJournal(options, {disk_, clock_, random_, log_}, wait_));
  Build(std::move(journal));
  intake_->Start();
  driver_->Reattach();
  delivery_->Start();
  housekeeper_->Start();
  ServeMetrics();
  std::vector<ApiRoute> routes = handlers_->Routes();
  for (ApiRoute& route : StatusRoutes([this] { return status_->Take(); })) routes.push_back(std::move(route));
  server_ = std::make_unique<HttpServer>(std::move(listener), std::move(routes), clock_, log_);
  server_->OnAccept([this] { delivery_->Allow(); });
  server_->Start();
  return Status::Ok();
}

void App::LogStart() {
  log_.Write(LogLevel::kInfo, "start",
             {{"version", TAILRACE_VERSION}, {"socket", settings_.socket}, {"root", settings_.root}});
  for (const std::string& warning : options_.warnings) {
    log_.Write(LogLevel::kWarning, "environment", {{"why", warning}});
  }
}

Result<std::unique_ptr<Listener>> App::Listen() {
  MonoTime deadline = clock_.Now() + kListenWaitMax;
  while (true) {
    Result<std::unique_ptr<Listener>> listener = Listener::Open(settings_.socket);
    if (listener.ok() || listener.status().code() != StatusCode::kBusy || clock_.Now() >= deadline) return listener;
    if (wait_(kListenRetry)) return Status(StatusCode::kGone, "told to end while waiting for the socket");
  }
}

void App::Build(std::unique_ptr<Journal> journal) {
  journal_ = std::move(journal);
  BuildDelivery();
  Housekeeper::Settings settings{.spool_limit = options_.spool_limit_bytes,
                                 .spool_free = options_.spool_free_bytes,
                                 .spool_sync = options_.spool_sync,
                                 .own_fifo_directory = own_fifos_};
  housekeeper_ = std::make_unique<Housekeeper>(settings, Housekeeper::Parts{disk_, clock_, log_, *journal_});
  housekeeper_->SetSettled(&delivery_->settled());
  intake_ = std::make_unique<Intake>(Intake::Parts{disk_, clock_, log_, *journal_, *housekeeper_, delivery_.get()});
  housekeeper_->SetIntake(intake_.get());
  Driver::Parts parts{disk_,    clock_,     log_,       *journal_,    *intake_,       table_,
                      options_, HostName(), own_fifos_, &slot_plans_, delivery_.get()};
  driver_ = std::make_unique<Driver>(parts);
  handlers_ = std::make_unique<Handlers>(*driver_, clock_, log_);
  status_ = std::make_unique<StatusSource>(
      StatusSource::Settings{TAILRACE_VERSION, options_.spool_limit_bytes, options_.dead_letters_limit_bytes},
      StatusSource::Parts{disk_, clock_, *journal_, intake_->stats(), *housekeeper_, *delivery_});
}

// Somebody who listens there already is no reason not to serve containers.
void App::ServeMetrics() {
  if (!options_.metrics_address) return;
  Result<std::unique_ptr<Listener>> listener = Listener::OpenTcp(*options_.metrics_address);
  if (!listener.ok()) {
    log_.Write(LogLevel::kError, "no-metrics-address",
               {{"why", listener.status().message()}, {"next", "free the address, or set another metrics-address"}});
    return;
  }
  metrics_server_ = std::make_unique<HttpServer>(std::move(*listener), StatusRoutes([this] { return status_->Take(); }),
                                                 clock_, log_);
  metrics_server_->Start();
}

void App::BuildDelivery() {
  transport_ = std::make_unique<CurlTransport>(clock_, CaBundle(settings_.environment));
  Delivery::Options options;
  options.make_slot = [this](const StreamFacts& facts, const std::string& slot) {
    return slot_plans_.Make(facts, slot);
  };
  options.compress = [this](std::string_view body) { return compressor_.Compress(body); };
  options.dead_letters.directory = journal_->root() + "/dead";
  options.dead_letters.limit_bytes = options_.dead_letters_limit_bytes;
  options.dead_letters.holds_when_full = options_.dead_letters_hold_when_full;
  options.memory_bytes = options_.delivery_memory_bytes;
  options.is_first_since_boot = journal_->is_first_since_boot();
  delivery_ = std::make_unique<Delivery>(std::move(options),
                                         Delivery::Parts{disk_, clock_, random_, log_, *journal_, *transport_});
}

void App::Stop() {
  if (server_ == nullptr) return;
  if (metrics_server_ != nullptr) metrics_server_->Stop();
  server_->Stop();
  intake_->Stop();
  delivery_->Stop();
  housekeeper_->Stop();
  log_.Write(LogLevel::kInfo, "end", {});
  server_.reset();
}

}  // namespace tailrace
